/** The whole examination of a plan: the run in which nothing goes wrong, every failure, what is found. */
import type { Plan } from '../plan/plan.ts';
import { type Case, casesOf, escalationCases, type Failure } from './failure.ts';
import { type Finding, findingsOf } from './finding.ts';
import { type Row, rowOf } from './row.ts';
import { durationOf, type Estimate } from './timing.ts';
import { type Failures, outcomeFrom, type Walk, walkFrom, walkWhole } from './walk.ts';
import type { Scene } from './world.ts';

export interface WhatIfOptions {
  readonly estimate: Estimate;
  readonly insideEngine: Scene['insideEngine'];
}

export interface WhatIf {
  /** The run in which nothing goes wrong. */
  readonly untroubled: Row;
  readonly rows: readonly Row[];
  readonly findings: readonly Finding[];
}

export function whatIf(plan: Plan, { estimate, insideEngine }: WhatIfOptions): WhatIf {
  const scene: Scene = { plan, durationOf: durationOf(plan, estimate), insideEngine };
  const main = walkWhole(scene);
  const rows = casesOf(plan).flatMap((each) => rowsOf(each, main));
  const cause = causeOf(rows);
  if (cause !== undefined && plan.escalate.steps.length > 0) {
    const from = main.begins.get(firstOf(cause, main));
    const failed = from === undefined ? undefined : walkFrom(from, failuresOf(cause));
    if (failed !== undefined) rows.push(...escalationCases(plan, cause).flatMap((each) => rowsOf(each, failed)));
  }
  const untroubled = rowOf(null, main.outcome);
  return { untroubled, rows, findings: findingsOf(plan, untroubled, rows) };
}

/** Walked from the moment before the first of its steps began; none where no such step ever begins. */
function rowsOf(happened: Case, main: Walk): readonly Row[] {
  const failures = [...happened.also, happened];
  const from = failures.map(({ step }) => main.begins.get(step)).find((world) => world !== undefined);
  if (from === undefined) return [];
  const all = new Map([...main.failures, ...failuresOf(failures)]);
  return [rowOf(happened, outcomeFrom(from, all, main))];
}

function failuresOf(failures: readonly Failure[]): Failures {
  return new Map(failures.map(({ step, kind }) => [step, kind]));
}

function firstOf(failures: readonly Failure[], main: Walk): string {
  return failures.find(({ step }) => main.begins.has(step))?.step ?? '';
}

/** What makes the run fail, to see how its escalation does: a failed restore, where there is one. */
function causeOf(rows: readonly Row[]): readonly Failure[] | undefined {
  const bad = rows.filter(({ end, failure }) => failure === 'fails' && (end === 'failed' || end === 'stopped'));
  const row = bad.find(({ truth }) => truth.data === 'unknown') ?? bad[0];
  if (row?.step == null || row.failure === null) return undefined;
  return [...row.also, { step: row.step, kind: row.failure }];
}
