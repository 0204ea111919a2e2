/**
 * `until`: the same thing again and again within one attempt, until it has held often enough in a row, or a limit of
 * its bad answers (counted all together) or of answers that could not be had (counted in a row) is reached.
 */
import { formatDuration } from '../../kernel/duration.ts';
import type { Until } from '../../plan/plan.ts';
import type { Wall } from '../../ports/effects.ts';
import { pause } from './limit.ts';

/** `bad` was measured; `error` could not be; of `inconclusive` what was measured says nothing. */
export type Answer = 'good' | 'bad' | 'error' | 'inconclusive';

/** One repetition; `final` ends the loop whatever it says (its end is unknown). */
export interface Repetition<T> {
  readonly answer: Answer;
  readonly final: boolean;
  readonly value: T;
}

export interface Series<T> {
  /** Of the last repetition. */
  readonly value: T;
  /** Null: it held. */
  readonly shortfall: Shortfall | null;
}

/** Why it did not hold: the failure's class, and one line that the reason of the last answer may follow. */
export interface Shortfall {
  readonly class: 'check' | 'error' | 'inconclusive';
  readonly reason: string;
}

type Tally = Record<Answer, number> & { goodInARow: number; unhadInARow: number };
type Ending = 'final' | 'late' | 'failures' | 'errors';

export async function repeatUntil<T>(
  until: Until,
  wall: Wall,
  signal: AbortSignal,
  once: (n: number) => Promise<Repetition<T>>,
): Promise<Series<T>> {
  const latest = wall.now() + until.withinMs;
  const tally: Tally = { good: 0, bad: 0, error: 0, inconclusive: 0, goodInARow: 0, unhadInARow: 0 };
  for (let n = 1; ; n += 1) {
    const { answer, final, value } = await once(n);
    count(tally, answer);
    if (tally.goodInARow >= until.successes) return { value, shortfall: null };
    const ended = (ending: Ending): Series<T> => ({ value, shortfall: shortfallOf(until, tally, ending) });
    if (final || signal.aborted) return ended('final');
    if (tally.bad >= (until.failures ?? Number.POSITIVE_INFINITY)) return ended('failures');
    if (tally.unhadInARow >= (until.errors ?? Number.POSITIVE_INFINITY)) return ended('errors');
    if (wall.now() + until.everyMs > latest) return ended('late');
    await pause(until.everyMs, signal);
    if (signal.aborted) return ended('final');
  }
}

function count(tally: Tally, answer: Answer): void {
  tally[answer] += 1;
  tally.goodInARow = answer === 'good' ? tally.goodInARow + 1 : 0;
  tally.unhadInARow = answer === 'error' || answer === 'inconclusive' ? tally.unhadInARow + 1 : 0;
}

/** One bad answer that was measured weighs more than any number that could not be. */
function shortfallOf(until: Until, tally: Tally, ending: Ending): Shortfall {
  const reason = `${endingWords(until, tally, ending)} (${tallyWords(tally)})`;
  const unhad = tally.error > 0 ? 'error' : 'inconclusive';
  if (ending === 'errors') return { class: unhad, reason };
  return { class: tally.bad > 0 ? 'check' : unhad, reason };
}

function endingWords(until: Until, tally: Tally, ending: Ending): string {
  if (ending === 'failures') return `its limit of ${until.failures} bad answers was reached`;
  if (ending === 'errors')
    return `its limit of ${tally.unhadInARow} answers in a row that could not be had was reached`;
  const often = until.successes === 1 ? '' : ` ${until.successes} times in a row`;
  return `it did not hold${often} ${ending === 'late' ? `within ${formatDuration(until.withinMs)}` : 'before it ended'}`;
}

const words: Readonly<Record<Answer, string>> = {
  good: 'good',
  bad: 'bad',
  error: 'could not be measured',
  inconclusive: 'inconclusive',
};

/** `5 tries: 3 bad, 2 could not be measured`. */
function tallyWords(tally: Tally): string {
  const kinds: readonly Answer[] = ['good', 'bad', 'error', 'inconclusive'];
  const parts = kinds.filter((kind) => tally[kind] > 0).map((kind) => `${tally[kind]} ${words[kind]}`);
  const tries = kinds.reduce((sum, kind) => sum + tally[kind], 0);
  return `${tries === 1 ? '1 try' : `${tries} tries`}: ${parts.join(', ')}`;
}
