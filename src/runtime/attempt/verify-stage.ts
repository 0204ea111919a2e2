/** The proof that a step's effect is there: its `verify`, or its adapter's own probe. Looks only; may be done again. */
import { nothingSeen } from '../../engine/nothing-seen.ts';
import type { AttemptEnd } from '../../engine/protocol.ts';
import type { Context } from '../../engine/state.ts';
import type { Expectation, TextExpectation, Verification } from '../../plan/plan.ts';
import type { Undated } from '../../ports/effects.ts';
import type { ProcessEnd } from '../../ports/step-process.ts';
import { endOfProcess, worded } from './attempt-end.ts';
import { disappointment } from './expectation.ts';
import { performOnce } from './perform-stage.ts';
import { attemptEnv, type Stage } from './process-stage.ts';
import { type ResolvedProcess, resolveAction } from './resolve.ts';
import { runProcess } from './run-process.ts';
import { attemptFolder } from './setting.ts';
import { Values } from './values.ts';

/** `yes` and `no` were measured; `unknown` could not be. */
export interface Proof {
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly reason: string;
  readonly end: AttemptEnd;
  readonly survivors: readonly string[];
}

/** The outcome of an attempt whose action is done and whose verification is due. */
export async function verifyStage(
  stage: Stage,
  verify: Verification,
  context: Context,
  action: AttemptEnd,
): Promise<Undated> {
  const proof = await prove(stage, verify, context);
  const at = { step: stage.step.id, attempt: stage.attempt };
  const end = { ...proof.end, durationMs: action.durationMs + proof.end.durationMs, reason: proof.reason };
  if (proof.survivors.length > 0) return { type: 'step.unknown', ...at, end, survivors: proof.survivors };
  if (proof.answer === 'yes') return { type: 'step.succeeded', ...at, end: { ...action, durationMs: end.durationMs } };
  if (stage.limit.reached === 'timed-out')
    return { type: 'step.timed-out', ...at, end: { ...end, reason: 'its verification reached the timeout' } };
  if (stage.limit.reached === 'cancelled')
    return { type: 'step.cancelled', ...at, end: { ...end, reason: 'it was ended by a stop' } };
  return {
    type: 'step.failed',
    ...at,
    class: 'verify',
    end: { ...end, reason: `its verification failed: ${proof.reason}` },
  };
}

export async function prove(stage: Stage, verify: Verification, context: Context): Promise<Proof> {
  const { setting } = stage;
  const resolved = resolveAction(setting, verify.action, new Values(setting, context), stage.key);
  if (!resolved.ok) return unproven(worded(resolved.error, setting.forms));
  if (resolved.value.kind === 'process') return proveByProcess(stage, filled(stage, verify, context), resolved.value);
  if (resolved.value.kind === 'manual') return unproven(worded('a person cannot be a verification', []));
  const performed = await performOnce(stage, resolved.value);
  if (performed === 'deaf') return unproven(worded('the check was told to end and did not', []));
  if (performed.ok) return { answer: 'yes', reason: performed.detail, end: nothingSeen, survivors: [] };
  const end = worded(performed.reason, setting.forms);
  return { answer: performed.class === 'check' ? 'no' : 'unknown', reason: end.reason ?? '', end, survivors: [] };
}

/** The expectation with its values; one that cannot be filled in stays as it is written, and will not be met. */
function filled(stage: Stage, verify: Verification, context: Context): Verification {
  const values = new Values(stage.setting, context);
  const fill = (template: string | null): string | null => {
    if (template === null) return null;
    const value = values.fill(template);
    return value.ok ? value.value : template;
  };
  const text = (expected: TextExpectation | null) =>
    expected === null ? null : { ...expected, equals: fill(expected.equals), contains: fill(expected.contains) };
  const { expect } = verify;
  const filledIn: Expectation = { ...expect, stdout: text(expect.stdout), stderr: text(expect.stderr) };
  return { ...verify, expect: filledIn };
}

function unproven(end: AttemptEnd): Proof {
  return { answer: 'unknown', reason: end.reason ?? '', end, survivors: [] };
}

async function proveByProcess(stage: Stage, verify: Verification, process: ResolvedProcess): Promise<Proof> {
  const { setting, step, attempt, key, limit } = stage;
  const folder = freshFolder(stage);
  const { end, survivors } = await runProcess({
    processes: setting.processes,
    folder,
    key,
    limit,
    intentBoot: setting.processes.boot,
    maxOutputBytes: step.maxOutputBytes,
    redact: setting.forms,
    resolve: () => ({ ...process, env: { ...process.env, ...attemptEnv({ step, attempt }, folder) } }),
  });
  return judge(stage, verify, folder, end, survivors);
}

function judge(
  stage: Stage,
  verify: Verification,
  folder: string,
  end: ProcessEnd,
  survivors: readonly string[],
): Proof {
  if (end.kind !== 'ended') return { ...unproven(worded(end.reason, stage.setting.forms)), survivors };
  const seen = endOfProcess(folder, end, false);
  const wrong = disappointment(verify.expect, end.exitCode, folder);
  if (wrong === undefined) return { answer: 'yes', reason: 'as expected', end: seen, survivors };
  const measured = end.exitCode !== null && stage.limit.reached === null;
  return { answer: measured ? 'no' : 'unknown', reason: wrong, end: seen, survivors };
}

/** A verification that an engine's death cut short is done again beside the old one; one that lives is followed. */
function freshFolder(stage: Stage): string {
  const { setting, step, attempt } = stage;
  for (let n = 1; ; n += 1) {
    const folder = attemptFolder(setting, step.id, attempt, `verify-${n}`);
    if (setting.processes.look(folder, setting.processes.boot).kind !== 'ended') return folder;
  }
}
