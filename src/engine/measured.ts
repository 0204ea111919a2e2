/** How a dry run tells what a check found: not a failure, for what is backed out may well be damaged now (P10). */

export interface Measured {
  readonly good: boolean;
  readonly detail: string;
}

const good = 'good now: ';
const bad = 'not good now: ';

/** One line, the bad answers first; null where nothing was measured. */
export function measuredWords(all: readonly Measured[]): string | null {
  const said = (prefix: string, those: readonly Measured[]) =>
    those.length === 0 ? [] : [`${prefix}${those.map(({ detail }) => detail).join('; ')}`];
  const answers = (wanted: Measured['good']) => all.filter((one) => one.good === wanted);
  const parts = [...said(bad, answers(false)), ...said(good, answers(true))];
  return parts.length === 0 ? null : parts.join('; ');
}

/** What was measured and is bad, from the reason of a simulated attempt; null where nothing is. */
export function badNow(reason: string | null): string | null {
  return reason?.startsWith(bad) === true ? reason.slice(bad.length) : null;
}
