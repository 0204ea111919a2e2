/** Instants that people give on the command line. */
import { Fault } from '../../kernel/fault.ts';

const form =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Ms since the epoch. Without its zone a time means another instant to everybody: it is refused. */
export function parseInstant(text: string, what: string): number {
  const at = form.test(text) && isDay(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  const remedy = 'Write it with its zone, for example 2026-11-22T04:00:00Z or 2026-11-22T05:00:00+01:00.';
  throw new Fault('usage', `${what} "${text}" is no time with a zone`, remedy);
}

/** `Date.parse` makes 2 March of 30 February. */
function isDay(text: string): boolean {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number);
  return (day ?? 0) <= new Date(Date.UTC(year ?? 0, month ?? 0, 0)).getUTCDate();
}
