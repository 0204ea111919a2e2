/**
 * In which order a change is taken back: for every step, what must have been taken back before it.
 *
 * 1. What needed a step is taken back before it, also through steps that are not taken back themselves.
 * 2. A restore step of the frame covers several steps; it takes the place of the earliest: of each that needs no other
 *    one that it covers. In the place of the others nothing is done, so that there is never a circle.
 */
import type { Change } from '../../playbook/change/change.ts';
import { sitesOf } from '../../playbook/content.ts';
import { effectiveNeeds } from '../../playbook/rules/order.ts';
import { type Fate, isTakenBack } from './executed.ts';

/** What is done in one place of the way back: the undo of one step, or a restore step of the frame. */
export interface UndoUnit {
  /** `undo:STEP` or `frame:RESTORE-STEP`. */
  readonly key: string;
  /** The steps of the change that it takes back, in the order of the file. */
  readonly takesBack: readonly string[];
  /** Keys of the units that must be over first. */
  readonly after: readonly string[];
}

/** Reversed: what stands first is done first; where the order is free, what stands last in the change. */
export function undoOrder(change: Change, fates: ReadonlyMap<string, Fate>): readonly UndoUnit[] {
  const graph = graphOf(change);
  const keys = unitKeys(change, fates, graph);
  const before = unitsBefore(graph, keys);
  const units = new Map<string, { takesBack: string[]; after: Set<string>; index: number }>();
  for (const { id, index, back } of change.steps) {
    if (!isTakenBack(fates.get(id))) continue;
    const key = back.kind === 'covered' ? `frame:${back.by}` : `undo:${id}`;
    const unit = units.get(key) ?? { takesBack: [], after: new Set(), index };
    units.set(key, unit);
    unit.takesBack.push(id);
    if (keys.has(id)) for (const other of before.get(id) ?? []) unit.after.add(other);
  }
  return sorted([...units].map(([key, { after, ...unit }]) => ({ key, ...unit, after: [...after] })));
}

interface Graph {
  /** Every step after all that it needs. */
  readonly order: readonly string[];
  readonly needs: ReadonlyMap<string, readonly string[]>;
  readonly dependents: ReadonlyMap<string, readonly string[]>;
}

function graphOf(change: Change): Graph {
  const sites = sitesOf(change.forward.content, 'restore').filter(({ parent }) => parent === undefined);
  const needs = new Map(sites.map((site) => [site.id, [...new Set(effectiveNeeds(site))]]));
  const dependents = new Map<string, string[]>(sites.map(({ id }) => [id, []]));
  for (const [id, needed] of needs) for (const other of needed) dependents.get(other)?.push(id);
  return { order: topological(needs, dependents), needs, dependents };
}

/** The checked change has no circle. */
function topological(
  needs: ReadonlyMap<string, readonly string[]>,
  dependents: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const open = new Map([...needs].map(([id, needed]) => [id, needed.length]));
  const order = [...open].flatMap(([id, count]) => (count === 0 ? [id] : []));
  for (let at = 0; at < order.length; at++) {
    for (const id of dependents.get(order[at] ?? '') ?? []) {
      const left = (open.get(id) ?? 0) - 1;
      open.set(id, left);
      if (left === 0) order.push(id);
    }
  }
  return order;
}

/** The unit in whose place each step stands; a step without one is passed through. */
function unitKeys(change: Change, fates: ReadonlyMap<string, Fate>, { order, needs }: Graph): Map<string, string> {
  const steps = new Map(change.steps.map((step) => [step.id, step]));
  const covering = new Map<string, ReadonlySet<string>>();
  const keys = new Map<string, string>();
  for (const id of order) {
    const earlier = new Set((needs.get(id) ?? []).flatMap((needed) => [...(covering.get(needed) ?? [])]));
    covering.set(id, earlier);
    const back = isTakenBack(fates.get(id)) ? steps.get(id)?.back : undefined;
    if (back === undefined) continue;
    if (back.kind !== 'covered') keys.set(id, `undo:${id}`);
    else if (!earlier.has(back.by)) {
      keys.set(id, `frame:${back.by}`);
      earlier.add(back.by);
    }
  }
  return keys;
}

/** For each step the nearest units of what needs it. */
function unitsBefore({ order, dependents }: Graph, keys: ReadonlyMap<string, string>): Map<string, Set<string>> {
  const before = new Map<string, Set<string>>();
  for (const id of order.toReversed()) {
    const found = new Set<string>();
    for (const dependent of dependents.get(id) ?? []) {
      const key = keys.get(dependent);
      if (key !== undefined) found.add(key);
      else for (const other of before.get(dependent) ?? []) found.add(other);
    }
    before.set(id, found);
  }
  return before;
}

function sorted(units: readonly (UndoUnit & { readonly index: number })[]): readonly UndoUnit[] {
  const left = new Map(units.map((unit) => [unit.key, unit]));
  const found: UndoUnit[] = [];
  const waiting = new Map(units.map(({ key, after }) => [key, new Set(after)]));
  const behind = Map.groupBy(
    units.flatMap(({ key, after }) => after.map((other) => ({ key, other }))),
    ({ other }) => other,
  );
  const ready = units.filter(({ after }) => after.length === 0);
  while (ready.length > 0) {
    ready.sort((a, b) => a.index - b.index);
    const next = ready.pop();
    if (next === undefined) break;
    found.push({ key: next.key, takesBack: next.takesBack, after: next.after });
    for (const { key } of behind.get(next.key) ?? []) {
      const open = waiting.get(key);
      open?.delete(next.key);
      const unit = left.get(key);
      if (open?.size === 0 && unit !== undefined) ready.push(unit);
    }
  }
  return found;
}
