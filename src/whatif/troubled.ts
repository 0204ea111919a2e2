/** Runs in which one thing has gone wrong, one for each way in which they come out: where other steps take part. */
import { truthOf } from '../engine/truth.ts';
import type { Case, Failure } from './failure.ts';
import { type Failures, outcomeFrom, type Walk, walkFrom } from './walk.ts';

export interface Troubled {
  readonly hasFailed: boolean;
  readonly cause: readonly Failure[];
  walk(): Walk;
}

/** What fails comes first, of that what restores. */
export function* troubledRuns(main: Walk, cases: readonly Case[]): Generator<Troubled> {
  const seen = new Set<string>();
  for (const each of causesIn(main, cases)) {
    const cause = [...each.also, each].map(({ step, kind }) => ({ step, kind }));
    const from = main.begins.get(cause[0]?.step ?? '');
    if (from === undefined) continue;
    const failures = byStep(cause);
    const { context } = outcomeFrom(from, failures, main);
    const comesTo = JSON.stringify([context.end, truthOf(context)]);
    if (seen.has(comesTo)) continue;
    seen.add(comesTo);
    const hasFailed = context.end === 'failed' || context.end === 'stopped';
    yield { hasFailed, cause, walk: () => walkFrom(from, failures) };
  }
}

const ending = new Set<Case['kind']>(['fails', 'fails-nobody-answers', 'unknown', 'nobody-answers']);

function causesIn(main: Walk, cases: readonly Case[]): readonly Case[] {
  const { index } = main.outcome.context;
  const rank = ({ step, kind }: Case): number =>
    (kind === 'fails' ? 0 : 2) + (index.get(step)?.place === 'restore' ? 0 : 1);
  return cases.filter(({ kind }) => ending.has(kind)).toSorted((a, b) => rank(a) - rank(b));
}

export function byStep(failures: readonly Failure[]): Failures {
  return new Map(failures.map(({ step, kind }) => [step, kind]));
}
