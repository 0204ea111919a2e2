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
  /** It waits for less than it should: no order suits (`release`). */
  readonly forced: boolean;
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

type Indexed = Omit<UndoUnit, 'forced'> & { readonly index: number };
type Waiting = ReadonlyMap<string, { readonly unit: Indexed; readonly open: ReadonlySet<string> }>;

function sorted(units: readonly Indexed[]): readonly UndoUnit[] {
  const waiting = new Map(units.map((unit) => [unit.key, { unit, open: new Set(unit.after) }]));
  const behind = Map.groupBy(
    units.flatMap(({ key, after }) => after.map((other) => ({ key, other }))),
    ({ other }) => other,
  );
  const ready = units.filter(({ after }) => after.length === 0);
  const found: UndoUnit[] = [];
  const due = () => latest(ready) ?? release(waiting);
  for (let next = due(); next !== undefined; next = due()) {
    const open = waiting.get(next.key)?.open ?? new Set();
    const { index, ...unit } = next;
    found.push({ ...unit, after: unit.after.filter((key) => !open.has(key)), forced: open.size > 0 });
    waiting.delete(unit.key);
    for (const { key } of behind.get(unit.key) ?? []) {
      const other = waiting.get(key);
      other?.open.delete(unit.key);
      if (other?.open.size === 0) ready.push(other.unit);
    }
  }
  return found;
}

/** Takes the one out that stands last in the change. */
function latest(ready: Indexed[]): Indexed | undefined {
  ready.sort((a, b) => a.index - b.index);
  return ready.pop();
}

/**
 * Two restore steps that each cover what needs a step of the other's wait for each other: no order suits both. The one
 * goes first whose earliest step stands last in the change.
 */
function release(waiting: Waiting): Indexed | undefined {
  const covering = [...waiting.values()].map(({ unit }) => unit).filter(({ key }) => key.startsWith('frame:'));
  return latest(covering.filter(({ key }) => waitsForItself(key, waiting)));
}

function waitsForItself(key: string, waiting: ReadonlyMap<string, { readonly open: ReadonlySet<string> }>): boolean {
  const seen = new Set<string>();
  const left = [...(waiting.get(key)?.open ?? [])];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next === key) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    left.push(...(waiting.get(next)?.open ?? []));
  }
  return false;
}
