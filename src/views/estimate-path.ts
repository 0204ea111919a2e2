/**
 * The critical path: the chain of steps that decides how long the backout takes, through the six phases, `needs` and
 * the places for steps side by side. It is found by walking the plan as the engine does, with a given time for each step.
 */
import { type Plan, type PlannedPhase, type PlannedStep, phases } from '../plan/plan.ts';

export interface Path {
  /** Infinite where a step on it has no end that is known. */
  readonly ms: number;
  /** Ids of the steps on it, in their order; steps that take no time are left out. */
  readonly steps: readonly string[];
}

/** `time`: ms that the step holds the next one up; 0 for what holds nothing up. */
export type TimeOf = (step: PlannedStep) => number;

export function criticalPath(plan: Plan, time: TimeOf): Path {
  const parts = phases.map((name) => pathOfPhase(plan.phases[name], time));
  return { ms: parts.reduce((sum, { ms }) => sum + ms, 0), steps: parts.flatMap(({ steps }) => steps) };
}

interface Walked {
  readonly step: PlannedStep;
  readonly start: number;
  readonly end: number;
  /** Whose end it began at; null for the first. */
  readonly after: string | null;
}

function pathOfPhase({ steps, maxParallel }: PlannedPhase, time: TimeOf): Path {
  const walked = walk(steps, Math.max(1, maxParallel), time);
  let last: Walked | undefined;
  for (const each of walked.values()) if (last === undefined || each.end > last.end) last = each;
  const ms = last?.end ?? 0;
  const chain: string[] = [];
  for (let at = last; at !== undefined; at = at.after === null ? undefined : walked.get(at.after)) {
    if (at.end > at.start || at.end === Number.POSITIVE_INFINITY) chain.unshift(at.step.id);
  }
  return { ms, steps: chain };
}

/** Steps begin in the plan's order as soon as what they need is over and a place is free. */
function walk(steps: readonly PlannedStep[], places: number, time: TimeOf): ReadonlyMap<string, Walked> {
  const own = new Set(steps.map(({ id }) => id));
  const needed = new Map(steps.map(({ id, needs }) => [id, new Set(needs.filter((each) => own.has(each)))]));
  const waiting = waitingFor(needed);
  const walked = new Map<string, Walked>();
  const positions = new Map(steps.map(({ id }, position) => [id, position]));
  const due = steps.filter(({ id }) => needed.get(id)?.size === 0);
  const running: Walked[] = [];
  let now = 0;
  let freedBy: string | null = null;
  while (due.length > 0 || running.length > 0) {
    while (due.length > 0 && running.length < places) {
      const step = due.shift();
      if (step === undefined) break;
      const begun = { step, start: now, end: now + time(step), after: freedBy };
      walked.set(step.id, begun);
      insert(running, begun, (one, other) => one.end - other.end);
    }
    const ended = running.shift();
    if (ended === undefined) break;
    now = ended.end;
    freedBy = ended.step.id;
    for (const step of waiting.get(ended.step.id) ?? []) {
      const left = needed.get(step);
      left?.delete(ended.step.id);
      const next = steps[positions.get(step) ?? -1];
      if (left?.size === 0 && next !== undefined)
        insert(due, next, (one, other) => (positions.get(one.id) ?? 0) - (positions.get(other.id) ?? 0));
    }
  }
  return walked;
}

/** Which steps need it, by id. */
function waitingFor(needed: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, readonly string[]> {
  const waiting = new Map<string, string[]>();
  for (const [id, needs] of needed) {
    for (const each of needs) {
      const others = waiting.get(each);
      if (others === undefined) waiting.set(each, [id]);
      else others.push(id);
    }
  }
  return waiting;
}

/** Into a sorted list, behind those that are equal. */
function insert<T>(list: T[], item: T, compare: (one: T, other: T) => number): void {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const at = list[middle];
    if (at !== undefined && compare(at, item) <= 0) from = middle + 1;
    else to = middle;
  }
  list.splice(from, 0, item);
}
