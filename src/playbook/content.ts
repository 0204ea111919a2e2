/** The types of a playbook's content, as its schema gives them, and how its steps are walked. */
import type * as z from 'zod/mini';
import type { Json } from '../kernel/json.ts';
import { type PlaceName, phaseNames } from './phases.ts';
import type { playbookSchema } from './schema.ts';
import type { stepSchema } from './schema-step.ts';

/** Plain data is read-only already. */
type Deep<T> = Json extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : { readonly [K in keyof T]: Deep<T[K]> };

export type PlaybookContent = Deep<z.infer<ReturnType<typeof playbookSchema>>>;
export type StepContent = Deep<z.infer<ReturnType<typeof stepSchema>>>;
export type VerifyContent = NonNullable<StepContent['verify']>;
export type HostsContent = NonNullable<StepContent['hosts']>;
export type ParameterContent = NonNullable<PlaybookContent['parameters']>[string];

/** Keys and indexes that lead to a value in the file. */
export type Path = readonly (string | number)[];

/** A step in its place. */
export interface StepSite {
  readonly id: string;
  readonly step: StepContent;
  readonly place: PlaceName;
  readonly path: Path;
  /** The step above it in the same list. */
  readonly above: string | undefined;
  /** The step whose contingency it is. */
  readonly parent: string | undefined;
  /** A channel of `communication`, sent at any time of the run. */
  readonly isUpdate?: true;
}

type PhaseContent = NonNullable<PlaybookContent['escalate']>;

export function phaseContent(content: PlaybookContent, place: PlaceName): PhaseContent | undefined {
  const found = place === 'escalate' ? content.escalate : content.phases?.[place];
  return found ?? undefined;
}

const isList = (phase: PhaseContent): phase is readonly StepContent[] => Array.isArray(phase);

export function stepsOf(phase: PhaseContent | undefined): readonly StepContent[] {
  if (phase === undefined) return [];
  return isList(phase) ? phase : (phase.steps ?? []);
}

export function maxParallelOf(phase: PhaseContent | undefined): number | undefined {
  return phase === undefined || isList(phase) ? undefined : phase.maxParallel;
}

export const places: readonly PlaceName[] = [...phaseNames, 'escalate'];

/** The steps of one place in the order of the file, each followed by its contingencies. */
export function sitesOf(content: PlaybookContent, place: PlaceName): readonly StepSite[] {
  const phase = phaseContent(content, place);
  const start: Path = place === 'escalate' ? ['escalate'] : ['phases', place];
  const base = phase === undefined || isList(phase) ? start : [...start, 'steps'];
  const sites: StepSite[] = [];
  let above: string | undefined;
  for (const [index, step] of stepsOf(phase).entries()) {
    const id = step.id ?? `${place}-${index + 1}`;
    const path = [...base, index];
    sites.push({ id, step, place, path, above, parent: undefined }, ...contingencies(step, id, place, path));
    above = id;
  }
  return sites;
}

function contingencies(step: StepContent, parent: string, place: PlaceName, path: Path): readonly StepSite[] {
  return (step.contingency ?? []).map((contingency, index) => ({
    id: contingency.id ?? `${parent}-contingency-${index + 1}`,
    step: contingency,
    place,
    path: [...path, 'contingency', index],
    above: undefined,
    parent,
  }));
}

/** Every step of the playbook. */
export function allSites(content: PlaybookContent): readonly StepSite[] {
  return places.flatMap((place) => sitesOf(content, place));
}
