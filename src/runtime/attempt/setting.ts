/** What every attempt of one run needs to know; made once, when an engine takes the run. */
import type { Mode } from '../../engine/protocol.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Expressions } from '../../playbook/expression.ts';
import type { Adapter } from '../../ports/adapter.ts';
import type { StepProcesses } from '../../ports/step-process.ts';

/** Fills in expressions; a plan without any has one that gives back what it gets. */
export type Filler = Pick<Expressions, 'evaluate' | 'fill' | 'fillValue'>;

export interface RunSetting {
  readonly plan: Plan;
  readonly run: string;
  readonly mode: Mode;
  /** Absolute folder of the run: `attempts/` and `files/` lie in it. */
  readonly folder: string;
  readonly filler: Filler;
  /** Secret values by name; one that could not be had is missing here. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Why a secret is missing, by name. */
  readonly missingSecrets: ReadonlyMap<string, string>;
  /** What is replaced by `***` wherever text leaves (P9). */
  readonly forms: readonly string[];
  readonly adapters: ReadonlyMap<string, Adapter>;
  readonly processes: StepProcesses;
  /** What expressions read under `run` beside the id: who began it, why, when. */
  readonly began: { readonly by: string; readonly reason: string; readonly startedAt: string };
  /** Hash of the journal's last entry, for closing messages. */
  readonly head: () => string;
  /** The engine's environment without the variables that secrets are read from. */
  readonly baseEnv: { readonly [name: string]: string };
}

/** The folder of one attempt; `stage` for what runs beside the action (verify, a repetition of `until`). */
export function attemptFolder(setting: RunSetting, step: string, attempt: number, stage?: string): string {
  const folder = `${setting.folder}/attempts/${step}/${attempt}`;
  return stage === undefined ? folder : `${folder}/${stage}`;
}

/** The attempt's key: in the environment of its processes, and what messages carry for their receiver. */
export function attemptKey(run: string, step: string, attempt: number): string {
  return `${run}.${step}.${attempt}`;
}
