/** The whole examination of a plan: the run in which nothing goes wrong, every failure, what is found. */
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { type Case, casesOf, escalationCases, type Failure } from './failure.ts';
import { type Finding, findingsOf } from './finding.ts';
import { type Evaluator, imaginedValues } from './imagined-values.ts';
import { type Row, rowOf } from './row.ts';
import { spread } from './spread.ts';
import { durationOf, type Estimate } from './timing.ts';
import { byStep, type Troubled, troubledRuns } from './troubled.ts';
import { outcomeFrom, type Walk, walkFrom, walkWhole } from './walk.ts';
import type { Scene } from './world.ts';

export interface WhatIfOptions {
  readonly estimate: Estimate;
  readonly insideEngine: Scene['insideEngine'];
  readonly ownLimitOf: Scene['ownLimitOf'];
  /** Null: the plan has none, or what they decide is not looked at. */
  readonly expressions: Evaluator | null;
  /** Parameters whose values stand in for others: they decide nothing. */
  readonly standIns: ReadonlySet<string>;
  /** `pairs`: every two failures of different steps besides. */
  readonly depth: 'single' | 'pairs';
  /** Only failures (of pairs, at least one) of these steps; null: of all. */
  readonly only: ReadonlySet<string> | null;
  /** Told after each of the single failures how many have been walked; they are taken evenly from all over the plan. */
  readonly progress: (done: number, of: number) => void;
}

export interface WhatIf {
  /** The run in which nothing goes wrong. */
  readonly untroubled: Row;
  readonly rows: readonly Row[];
  readonly findings: readonly Finding[];
}

/** Regular updates change nothing of what follows, and would go on for as long as a run hangs: they are left out. */
export function whatIf({ updates: _, ...plan }: Plan, options: WhatIfOptions): WhatIf {
  const { estimate, insideEngine, ownLimitOf, expressions, standIns, only, depth, progress } = options;
  const values = imaginedValues(plan, expressions, standIns);
  const scene: Scene = { plan, durationOf: durationOf(plan, estimate), insideEngine, ownLimitOf, values };
  const main = walkWhole(scene);
  const cases = casesOf(plan);
  const wanted = (each: Case): boolean => only === null || only.has(each.step);
  const rows = [...singleRows(cases.filter(wanted), main, progress), ...escalationRows(plan, main, cases, wanted)];
  for (const row of strayRows(plan, main, cases, wanted, rows)) rows.push(row);
  if (depth === 'pairs')
    for (const row of pairsOf(main, [...cases, ...escalationCases(plan, [])], wanted)) rows.push(row);
  const untroubled = rowOf(null, main.outcome);
  return { untroubled, rows, findings: findingsOf(plan, untroubled, rows) };
}

function singleRows(cases: readonly Case[], main: Walk, progress: WhatIfOptions['progress']): readonly Row[] {
  const found: (readonly Row[])[] = cases.map(() => []);
  let done = 0;
  for (const index of spread(cases.length)) {
    const each = cases[index];
    if (each !== undefined) found[index] = rowsOf(each, main);
    done += 1;
    progress(done, cases.length);
  }
  return found.flat();
}

/** How many pairs there may be at most, before any is walked. */
export function mostPairs(plan: Plan, only: ReadonlySet<string> | null): number {
  const cases = [...casesOf(plan), ...escalationCases(plan, [])];
  const wanted = only === null ? cases.length : cases.filter(({ step }) => only.has(step)).length;
  return Math.round(wanted * (cases.length - wanted / 2));
}

/** Walked from the moment before the first of its steps began that has not failed yet; none where none ever begins. */
function rowsOf(happened: Case, main: Walk): readonly Row[] {
  const failures = [...happened.also, happened].filter(({ step }) => !main.failures.has(step));
  const from = failures.map(({ step }) => main.begins.get(step)).find((world) => world !== undefined);
  if (from === undefined) return [];
  const all = new Map([...main.failures, ...byStep(failures)]);
  return [rowOf(happened, outcomeFrom(from, all, main))];
}

/** The escalation runs only when the backout has failed: its failures are walked after one that makes it fail. */
function escalationRows(
  plan: Plan,
  main: Walk,
  cases: readonly Case[],
  wanted: (each: Case) => boolean,
): readonly Row[] {
  if (plan.escalate.steps.length === 0) return [];
  const failed = firstFailed(main, cases);
  const walk = failed?.walk();
  if (failed === undefined || walk === undefined) return [];
  return escalationCases(plan, failed.cause)
    .filter(wanted)
    .flatMap((each) => rowsOf(each, walk));
}

function firstFailed(main: Walk, cases: readonly Case[]): Troubled | undefined {
  for (const run of troubledRuns(main, cases)) if (run.hasFailed) return run;
  return undefined;
}

/** Steps that an `if` has left out so far: they are walked in the first run in which they take part. */
function strayRows(
  plan: Plan,
  main: Walk,
  cases: readonly Case[],
  wanted: (each: Case) => boolean,
  rows: readonly Row[],
): readonly Row[] {
  const { index } = main.outcome.context;
  const walked = new Set(rows.map(({ step }) => step));
  const isStray = ({ step, also }: Case): boolean =>
    !walked.has(step) && [step, ...also.map((other) => other.step)].some((id) => isConditional(index.get(id)));
  const strays = [...cases, ...escalationCases(plan, [])].filter(wanted).filter(isStray);
  const found: Row[] = [];
  for (const { cause, walk } of strays.length === 0 ? [] : troubledRuns(main, cases)) {
    const left = strays.filter(({ step }) => !found.some((row) => row.step === step));
    if (left.length === 0) break;
    const there = walk();
    found.push(...left.flatMap((each) => rowsOf({ ...each, also: [...cause, ...each.also] }, there)));
  }
  return found;
}

const isConditional = (step: PlannedStep | undefined): boolean => typeof step?.condition === 'string';

/** Every two failures of different steps that can come about in one run; the one that begins first is the row's. */
function pairsOf(main: Walk, cases: readonly Case[], wanted: (each: Case) => boolean): readonly Row[] {
  const seen = new Set<string>();
  return cases.flatMap((first) => {
    const failures = byStep([...first.also, first]);
    const from = [...failures.keys()].map((step) => main.begins.get(step)).find((world) => world !== undefined);
    if (from === undefined) return [];
    const walk = walkFrom(from, failures);
    return cases.flatMap((second) => {
      if (!wanted(first) && !wanted(second)) return [];
      const others = [...second.also, second];
      if (others.some(({ step }) => failures.has(step))) return [];
      const key = JSON.stringify(
        [
          [first.step, first.kind],
          [second.step, second.kind],
        ].sort(),
      );
      if (seen.has(key)) return [];
      const rows = rowsOf(second, walk);
      if (rows.length > 0) seen.add(key);
      return rows.map((row) => ({
        ...row,
        step: first.step,
        failure: first.kind,
        also: [...first.also, ...others.map(bare)],
      }));
    });
  });
}

const bare = ({ step, kind }: Failure): Failure => ({ step, kind });
