/** Ids are unique, and `needs` can be kept: what it names is there, not later, and not in a circle. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { places, type StepSite } from '../content.ts';
import type { Examined } from '../examined.ts';
import type { PlaceName } from '../phases.ts';
import { didYouMean } from '../suggest.ts';

export function checkOrder(examined: Examined): readonly Diagnostic[] {
  const doubled = checkIds(examined);
  return [...doubled, ...checkNeeds(examined), ...(doubled.length === 0 ? checkCircles(examined) : [])];
}

function checkIds({ document, sites }: Examined): readonly Diagnostic[] {
  const seen = new Map<string, StepSite>();
  const found: Diagnostic[] = [];
  for (const site of sites) {
    const first = seen.get(site.id);
    if (first === undefined) {
      seen.set(site.id, site);
      continue;
    }
    const explicit = site.step.id !== undefined;
    const line = document.place(first.path).range.line;
    const message = `the id "${site.id}" is used twice: line ${line} has it too`;
    const remedy = explicit ? 'Give one of them another id.' : 'Give this step an id of its own.';
    found.push(document.error('duplicate-id', explicit ? [...site.path, 'id'] : site.path, message, remedy));
  }
  return found;
}

function checkNeeds({ document, sites }: Examined): readonly Diagnostic[] {
  const byId = new Map(sites.map((site) => [site.id, site]));
  const found: Diagnostic[] = [];
  for (const site of sites) {
    for (const [index, needed] of (site.step.needs ?? []).entries()) {
      const fault = needed === '' ? undefined : needFault(site, needed, byId);
      if (fault === undefined) continue;
      found.push(document.error('bad-needs', [...site.path, 'needs', index], fault.message, fault.remedy));
    }
  }
  return found;
}

function needFault(site: StepSite, needed: string, byId: ReadonlyMap<string, StepSite>) {
  const target = byId.get(needed);
  if (target === undefined) {
    const remedy = didYouMean(needed, byId.keys(), 'Name a step of this phase or an earlier one.');
    return { message: `step ${site.id} needs "${needed}", and there is no such step`, remedy };
  }
  if (target.parent !== undefined) {
    const remedy = `Need "${target.parent}" instead: it is over when its contingency is.`;
    return { message: `step ${site.id} needs "${needed}", which is a contingency`, remedy };
  }
  if (isLater(target.place, site.place)) {
    const remedy = 'Remove it: phases always run in their order.';
    return { message: `step ${site.id} of ${site.place} needs "${needed}", which is in ${target.place}`, remedy };
  }
  return undefined;
}

/** `escalate` stands apart: neither before nor after a phase. */
function isLater(target: PlaceName, own: PlaceName): boolean {
  if (target === own) return false;
  return target === 'escalate' || own === 'escalate' || places.indexOf(target) > places.indexOf(own);
}

/** The ids that a step waits for: its `needs`, else the step above it. */
export function effectiveNeeds(site: StepSite): readonly string[] {
  return site.step.needs ?? (site.above === undefined ? [] : [site.above]);
}

function checkCircles({ document, sites }: Examined): readonly Diagnostic[] {
  const byId = new Map(sites.map((site) => [site.id, site]));
  const done = new Set<string>();
  const found: Diagnostic[] = [];
  for (const site of sites) {
    const circle = findCircle(site.id, byId, done);
    if (circle === undefined) continue;
    const start = circle.map((id) => byId.get(id)).find((step) => step?.step.needs !== undefined) ?? site;
    const message = `these steps wait for each other: ${[...circle, circle[0]].join(' → ')}`;
    const remedy = 'Remove one of these needs. A step without `needs` waits for the step above it.';
    found.push(document.error('circular-needs', [...start.path, 'needs'], message, remedy, 'key'));
  }
  return found;
}

/** Depth first, without recursion: a thousand steps stand in one chain. `done` holds what is known to be no circle. */
function findCircle(
  start: string,
  byId: ReadonlyMap<string, StepSite>,
  done: Set<string>,
): readonly string[] | undefined {
  const trail: string[] = [];
  const left: string[][] = [];
  const enter = (id: string): void => {
    trail.push(id);
    const site = byId.get(id);
    left.push(site === undefined ? [] : [...effectiveNeeds(site)]);
  };
  if (!done.has(start)) enter(start);
  while (trail.length > 0) {
    const next = left.at(-1)?.pop();
    if (next === undefined) {
      done.add(trail.pop() ?? '');
      left.pop();
    } else if (trail.includes(next)) {
      for (const id of trail) done.add(id);
      return trail.slice(trail.indexOf(next));
    } else if (!done.has(next)) enter(next);
  }
  return undefined;
}
