/** What is known of a change that was carried out, and what follows for each of its steps. */
import type { JsonObject } from '../../kernel/json.ts';
import type { Change, ChangeStep } from '../../playbook/change/change.ts';

/** `unknown`: it was begun, and nobody saw its end. */
export type Progress = 'not-begun' | 'unknown' | 'failed' | 'done';

export interface StepRecord {
  readonly progress: Progress;
  /** What became of it since it was executed. */
  readonly settled?: 'taken-back' | 'left' | null;
  /** What was recorded of it came from files that do not say the same of it. */
  readonly mixed?: boolean;
  /** It failed, and not by a failure of its own that was seen: perhaps it did something (`atomic` is not believed). */
  readonly mayHaveActed?: boolean;
  /** Undo steps of it that earlier backouts have begun and that nobody saw end well. */
  readonly halfUndone?: readonly string[];
  readonly outputs: { readonly [key: string]: string };
}

/** What was recorded while the change was carried out. */
export interface Executed {
  readonly steps: ReadonlyMap<string, StepRecord>;
  /** Values of parameters that the change was carried out with. */
  readonly params: JsonObject;
}

/** `partial`: it failed, and may have done a part. `look`: whether it took effect is for a person to say first. */
export type Fate = TakenBack | { readonly kind: 'left-out'; readonly why: LeftOut };

/** `atomic`: it failed, and has done nothing. `left`: a person decided to leave it as it is. */
export type LeftOut = 'not-begun' | 'atomic' | 'taken-back' | 'left';

export interface TakenBack {
  readonly kind: 'taken-back';
  readonly partial: boolean;
  /** It is atomic, and that is not believed. */
  readonly doubted: boolean;
  readonly unknown: boolean;
  readonly look: boolean;
  readonly mixed: boolean;
  readonly halfUndone: readonly string[];
}

const whole: TakenBack = {
  kind: 'taken-back',
  partial: false,
  doubted: false,
  unknown: false,
  look: false,
  mixed: false,
  halfUndone: [],
};

/** `executed` undefined: as though all of it had been done. */
export function fatesOf(change: Change, executed: Executed | undefined): ReadonlyMap<string, Fate> {
  return new Map(change.steps.map((step) => [step.id, executed === undefined ? whole : fateOf(step, executed)]));
}

function fateOf({ id, step, atomic, back: way }: ChangeStep, { steps }: Executed): Fate {
  const {
    progress = 'not-begun',
    settled = null,
    mixed = false,
    halfUndone = [],
    mayHaveActed = false,
  } = steps.get(id) ?? {};
  const back: TakenBack = { ...whole, mixed, halfUndone };
  switch (progress) {
    case 'done':
      return back;
    case 'failed':
      return atomic && !mayHaveActed
        ? { kind: 'left-out', why: 'atomic' }
        : { ...back, partial: true, doubted: atomic };
    case 'unknown':
      return { ...back, unknown: true, look: way.kind !== 'irreversible' && (step.onUnknown ?? 'ask') === 'ask' };
    case 'not-begun':
      return { kind: 'left-out', why: settled ?? 'not-begun' };
  }
}

export const isTakenBack = (fate: Fate | undefined): boolean => fate?.kind === 'taken-back';
