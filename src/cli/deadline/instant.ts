/** Instants that people give on the command line. */
import { Fault } from '../../kernel/fault.ts';
import { parseInstant } from '../../kernel/instant.ts';

/** Ms since the epoch. `what`: the option or key that says it. */
export function givenInstant(text: string, what: string): number {
  const parsed = parseInstant(text);
  if (parsed.ok) return parsed.value;
  throw new Fault('usage', `${what} "${text}": ${parsed.error.reason}`, parsed.error.remedy);
}
