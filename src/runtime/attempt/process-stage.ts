/** An attempt's action as a process: its end in the journal's words. */
import type { AttemptEnd } from '../../engine/protocol.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { untouchedExitCode } from '../../ports/adapter.ts';
import type { Undated, Wall } from '../../ports/effects.ts';
import type { ProcessEnd } from '../../ports/step-process.ts';
import { endOfProcess, worded } from './attempt-end.ts';
import type { Limit } from './limit.ts';
import { readOutputs } from './outputs.ts';
import type { ResolvedProcess } from './resolve.ts';
import { type ProcessResult, runProcess } from './run-process.ts';
import { attemptFolder, type RunSetting } from './setting.ts';
import { type Answer, repeatUntil, type Shortfall } from './until.ts';

export interface Stage {
  readonly setting: RunSetting;
  readonly step: PlannedStep;
  readonly attempt: number;
  readonly key: string;
  readonly limit: Limit;
  readonly wall: Wall;
  readonly intentBoot: string | null;
}

export async function processStage(stage: Stage, resolve: () => ResolvedProcess): Promise<Undated> {
  const { step } = stage;
  const { until } = step;
  if (until === null) return outcomeOf(stage, await actionProcess(stage, resolve, undefined), undefined);
  const { value, shortfall } = await repeatUntil(until, stage.wall, stage.limit.signal, async (n) => {
    const result = await actionProcess(stage, resolve, `u${n}`);
    // What cannot be started now will not be in two seconds either, unless the playbook counts on it.
    const final = result.end.kind === 'lost' || (result.end.kind === 'not-started' && (until.errors ?? null) === null);
    return { answer: answerOf(result), final: final || result.survivors.length > 0, value: { result, n } };
  });
  return outcomeOf(stage, value.result, `u${value.n}`, shortfall);
}

/** An exit code is an answer: measured. Killed, or never started, it has measured nothing. */
function answerOf({ end }: ProcessResult): Answer {
  if (end.kind !== 'ended' || end.exitCode === null) return 'error';
  return end.exitCode === 0 ? 'good' : 'bad';
}

export function actionProcess(
  stage: Stage,
  resolve: () => ResolvedProcess,
  part: string | undefined,
): Promise<ProcessResult> {
  const { setting, step, attempt, key, limit, intentBoot } = stage;
  const folder = attemptFolder(setting, step.id, attempt, part);
  return runProcess({
    processes: setting.processes,
    folder,
    key,
    limit,
    intentBoot,
    maxOutputBytes: step.maxOutputBytes,
    redact: setting.forms,
    resolve: () => {
      const process = resolve();
      return { ...process, env: { ...process.env, ...attemptEnv(stage, folder) } };
    },
  });
}

export function attemptEnv(stage: Pick<Stage, 'step' | 'attempt'>, folder: string): Record<string, string> {
  return {
    BACKOUT_STEP: stage.step.id,
    BACKOUT_ATTEMPT_NUMBER: String(stage.attempt),
    BACKOUT_OUTPUT: `${folder}/output`,
  };
}

/** The event that tells how it went. */
export function outcomeOf(
  stage: Stage,
  result: ProcessResult,
  part: string | undefined,
  shortfall: Shortfall | null = null,
): Undated {
  const { setting, step, attempt, limit } = stage;
  const at = { step: step.id, attempt };
  const { end, survivors, late } = result;
  const folder = attemptFolder(setting, step.id, attempt, part);
  const seen = end.kind === 'ended' ? endOfProcess(folder, end, late) : worded(end.reason, setting.forms, { late });
  if (survivors.length > 0) {
    const reason = `what still lives could not be ended: ${survivors.join(', ')}`;
    return { type: 'step.unknown', ...at, end: { ...seen, reason }, survivors };
  }
  if (!late && limit.reached === 'timed-out')
    return { type: 'step.timed-out', ...at, end: { ...seen, reason: 'it reached its timeout and was ended' } };
  if (!late && limit.reached === 'cancelled')
    return { type: 'step.cancelled', ...at, end: { ...seen, reason: 'it was ended by a stop' } };
  if (end.kind === 'lost') return { type: 'step.unknown', ...at, end: seen, survivors: [] };
  if (saysUntouched(stage, end))
    return { type: 'step.failed', ...at, class: 'untouched', end: { ...seen, reason: unchanged } };
  const failure = failureOf(end, shortfall);
  if (failure !== null) return { type: 'step.failed', ...at, class: failure, end: inSeries(seen, shortfall) };
  const outputs = readOutputs(`${folder}/output`, setting.forms);
  if (!outputs.ok) return { type: 'step.failed', ...at, class: 'output', end: { ...seen, reason: outputs.error } };
  const type = step.verify === null ? 'step.succeeded' : 'step.performed';
  return { type, ...at, end: { ...seen, outputs: outputs.value } };
}

const unchanged = 'it failed before it changed anything';

/** An adapter that keeps the code for this; of a series, an earlier process may have changed something. */
function saysUntouched({ setting, step }: Stage, end: ProcessEnd): boolean {
  if (end.kind !== 'ended' || end.exitCode !== untouchedExitCode || step.action.kind !== 'adapter') return false;
  return step.until === null && setting.adapters.get(step.action.adapter)?.tellsUntouched === true;
}

function failureOf(end: Exclude<ProcessEnd, { readonly kind: 'lost' }>, shortfall: Shortfall | null) {
  if (end.kind === 'not-started') return 'spawn';
  if (end.signal !== null) return 'signal';
  if (end.exitCode !== 0) return 'exit';
  return shortfall === null ? null : shortfall.class;
}

/** The words of a series that did not hold come before those of its last process. */
function inSeries(seen: AttemptEnd, shortfall: Shortfall | null): AttemptEnd {
  if (shortfall === null) return seen;
  const last = seen.reason === null ? '' : `, the last: ${seen.reason}`;
  return { ...seen, reason: `${shortfall.reason}${last}` };
}
