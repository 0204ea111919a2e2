/** What the evidence of a plan's rehearsals comes to on the day of the document. */
import type { RehearsalPredicate, Statement } from '../journal/evidence/statement.ts';

export interface ShownEvidence {
  readonly statement: Statement;
  /** Why it does not count; null: it does, or was not asked. */
  readonly why: string | null;
}

export interface Rehearsed {
  readonly result: RehearsalPredicate['result'];
  readonly environment: string;
  readonly run: string;
  readonly by: string;
  readonly endedAt: string;
  readonly tookMs: number;
  readonly expiresAt: string;
  /** Why it does not count, on the day of the document; null: it does. */
  readonly lapsed: string | null;
  readonly done: number;
  readonly of: number;
  readonly leftOut: readonly { readonly step: string; readonly reason: string }[];
  readonly deviations: readonly string[];
  readonly productionSecrets: NonNullable<RehearsalPredicate['productionSecrets']>;
  readonly drills: readonly Drill[];
}

export interface Drill {
  readonly run: string;
  readonly result: RehearsalPredicate['result'];
  readonly endedAt: string;
  readonly injected: readonly string[];
}

/** The newest rehearsal, and what drills there were; null where the plan, as it stands, was never rehearsed. */
export function rehearsedOf(evidence: readonly ShownEvidence[]): Rehearsed | null {
  const newest = evidence.find(({ statement }) => statement.predicate.kind === 'rehearsal');
  if (newest === undefined) return null;
  const { predicate } = newest.statement;
  const { result, environment, run, by, finishedOn, ms, expiresOn, coverage, deviations } = predicate;
  return {
    ...{ result, environment, run, by, endedAt: finishedOn, tookMs: ms, expiresAt: expiresOn },
    lapsed: newest.why,
    ...{ done: coverage.done, of: coverage.of, leftOut: coverage.leftOut ?? [], deviations: deviations ?? [] },
    productionSecrets: predicate.productionSecrets ?? [],
    drills: evidence.flatMap(({ statement: { predicate } }) =>
      predicate.kind === 'drill' ? [drillOf(predicate)] : [],
    ),
  };
}

function drillOf({ run, result, finishedOn, injected }: RehearsalPredicate): Drill {
  const words = (injected ?? []).map(({ step, kind, ended }) => `${step} made to ${kind}: ${ended}`);
  return { run, result, endedAt: finishedOn, injected: words };
}
