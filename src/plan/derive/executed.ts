/** What is known of a change that was carried out, and what follows for each of its steps. */
import type { JsonObject } from '../../kernel/json.ts';
import type { Change, ChangeStep } from '../../playbook/change/change.ts';

/** `unknown`: it was begun, and nobody saw its end. */
export type Progress = 'not-begun' | 'unknown' | 'failed' | 'done';

export interface StepRecord {
  readonly progress: Progress;
  readonly outputs: { readonly [key: string]: string };
}

/** What was recorded while the change was carried out. */
export interface Executed {
  readonly steps: ReadonlyMap<string, StepRecord>;
  /** Values of parameters that the change was carried out with. */
  readonly params: JsonObject;
}

/** `partial`: it failed, and may have done a part. `look`: whether it took effect is for a person to say first. */
export type Fate = TakenBack | { readonly kind: 'left-out'; readonly why: string };

export interface TakenBack {
  readonly kind: 'taken-back';
  readonly partial: boolean;
  readonly unknown: boolean;
  readonly look: boolean;
}

const whole: TakenBack = { kind: 'taken-back', partial: false, unknown: false, look: false };

/** `executed` undefined: as though all of it had been done. */
export function fatesOf(change: Change, executed: Executed | undefined): ReadonlyMap<string, Fate> {
  return new Map(change.steps.map((step) => [step.id, executed === undefined ? whole : fateOf(step, executed)]));
}

function fateOf({ id, step, atomic, back }: ChangeStep, { steps }: Executed): Fate {
  switch (steps.get(id)?.progress ?? 'not-begun') {
    case 'done':
      return whole;
    case 'failed':
      if (atomic) return { kind: 'left-out', why: 'it failed, and is atomic: it has done nothing' };
      return { ...whole, partial: true };
    case 'unknown':
      return { ...whole, unknown: true, look: back.kind !== 'irreversible' && (step.onUnknown ?? 'ask') === 'ask' };
    case 'not-begun':
      return { kind: 'left-out', why: 'it was not begun' };
  }
}

export const isTakenBack = (fate: Fate | undefined): boolean => fate?.kind === 'taken-back';
