/** The change: the implementation plan, in which every step says how it is taken back. */
import type { StepContent } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import type { Playbook } from '../examined.ts';

/** How a step is taken back. */
export type WayBack =
  | { readonly kind: 'undo' }
  /** A person has to decide: nothing takes it back. */
  | { readonly kind: 'irreversible'; readonly reason: string }
  /** The id of a restore step of the frame. */
  | { readonly kind: 'covered'; readonly by: string };

export interface ChangeStep {
  readonly id: string;
  /** Its place in the list `steps`. */
  readonly index: number;
  readonly step: StepContent;
  readonly back: WayBack;
  /** When it fails it has done nothing. */
  readonly atomic: boolean;
}

export interface Change {
  readonly id: string;
  /** The steps that undo a step, as its own file has them: `steps[index].backout[n]`. */
  readonly document: PlaybookDocument;
  /** The change as a playbook whose `restore` holds its steps: what checks and carries out playbooks does it for changes. */
  readonly forward: Playbook;
  readonly steps: readonly ChangeStep[];
  /** The frame's path, as written. */
  readonly frame: string | undefined;
}

/** What a step of a change has beside what a step of a playbook has. */
export const backKeys = ['backout', 'irreversible', 'coveredBy'] as const;
export const changeStepKeys: readonly string[] = [...backKeys, 'atomic'];

/** Keys of the file that mean the same in a playbook. */
export const sharedKeys = [
  'apiVersion',
  'name',
  'system',
  'timeBudget',
  'maxParallel',
  'roles',
  'parameters',
  'secrets',
] as const;
/** Keys of the file that stand in the playbook's `change`. */
export const occasionKeys = ['id', 'risk', 'windowEnds', 'summary'] as const;
export const changeKeys: readonly string[] = ['kind', ...sharedKeys, ...occasionKeys, 'frame', 'steps'];

/** The id of a step that has none. */
export const stepIdAt = (index: number): string => `step-${index + 1}`;
