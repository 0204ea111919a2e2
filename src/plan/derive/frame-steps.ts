/** The restore steps of the frame: those that cover steps of the change, and those that are the frame's own. */
import type { JsonObject } from '../../kernel/json.ts';
import type { Change } from '../../playbook/change/change.ts';
import { asMapping, without } from '../../playbook/change/written.ts';
import { type StepSite, sitesOf } from '../../playbook/content.ts';
import type { Playbook } from '../../playbook/examined.ts';
import { valueAt } from '../../playbook/schema-issues.ts';
import type { WayStep } from './way.ts';

export interface FrameSteps {
  readonly all: ReadonlyMap<string, StepSite>;
  /** Those that no `coveredBy` of the change names: they are always taken in. */
  readonly own: readonly StepSite[];
}

export function frameSteps(change: Change, frame: Playbook | undefined): FrameSteps {
  const sites =
    frame === undefined ? [] : sitesOf(frame.content, 'restore').filter(({ parent }) => parent === undefined);
  const covering = new Set(change.steps.flatMap(({ back }) => (back.kind === 'covered' ? [back.by] : [])));
  return {
    all: new Map(sites.map((site) => [site.id, site])),
    own: sites.filter(({ id }) => !covering.has(id)),
  };
}

/** As the frame has it; what it explicitly needs and is there too stays so. */
export function coveringStep(frame: Playbook, site: StepSite, takesBack: readonly string[], kept: Kept): WayStep {
  return wayStep(frame, site, (site.step.needs ?? []).filter(kept), `Takes back ${takesBack.join(', ')}.`);
}

/** Says whether a step that is needed is in the playbook that is made. */
export type Kept = (id: string) => boolean;

/** The frame's own steps that a covering one explicitly needs, and what these need: they come before it. */
export function neededFirst({ all, own }: FrameSteps, covering: readonly string[]): ReadonlySet<string> {
  const owned = new Set(own.map(({ id }) => id));
  const found = new Set<string>();
  const open = [...covering];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const needed of all.get(id)?.step.needs ?? []) {
      if (!owned.has(needed) || found.has(needed)) continue;
      found.add(needed);
      open.push(needed);
    }
  }
  return found;
}

/** `among`: the steps of the frame that it may wait for by standing below them. */
export function ownStep(frame: Playbook, site: StepSite, above: string | undefined, kept: Kept): WayStep {
  const needs = site.step.needs ?? (above === undefined ? [] : [above]);
  return wayStep(frame, site, needs.filter(kept), undefined);
}

function wayStep(
  { document }: Playbook,
  site: StepSite,
  needs: readonly string[],
  comment: string | undefined,
): WayStep {
  const raw: JsonObject = asMapping(valueAt(document.data, site.path) as JsonObject) ?? {};
  const content = without(raw, ['id', 'needs']);
  return { id: site.id, content, needs, written: { document, path: site.path }, comment };
}
