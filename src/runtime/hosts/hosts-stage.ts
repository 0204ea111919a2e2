/**
 * An attempt on many hosts as the engine sees it: one worker, whose file of ends is read while it is followed.
 *
 * Owns: telling the journal of each host as it ends; asking the worker to end what runs there when the limit is reached
 * (P6); what a lost worker means (P4: the hosts still know, so the next attempt asks them).
 * Does not own: the hosts (work.ts, in the worker's process); what follows from the outcome (engine).
 */
import { join } from 'node:path';
import type { HostEnd } from '../../engine/protocol.ts';
import { type Context, stepState } from '../../engine/state.ts';
import type { PlannedHosts } from '../../plan/plan.ts';
import type { Undated } from '../../ports/effects.ts';
import type { ProcessEnd } from '../../ports/step-process.ts';
import { endOfProcess, worded } from '../attempt/attempt-end.ts';
import { attemptEnv, type Stage } from '../attempt/process-stage.ts';
import type { ResolvedProcess } from '../attempt/resolve.ts';
import { type ProcessResult, runProcess } from '../attempt/run-process.ts';
import { attemptFolder } from '../attempt/setting.ts';
import { replaceFile } from '../home/durable-file.ts';
import { judge, named } from './judge.ts';
import { type StopOrder, stopFile } from './order.ts';
import { RecordReader } from './records.ts';

const lookMs = 100;
/** Beyond the grace: for connections to be made and answers to come. */
const reachMs = 20_000;
/** With the grace: the engine has to be gone within 8 s, and people are to be told in them. */
const urgentMs = 5_000;
/** What is left of the worker by then has nothing more to do. */
const workerGraceMs = 500;

export interface StageOnHosts extends Stage {
  readonly hosts: PlannedHosts;
  readonly hear: (event: Undated) => void;
}

export async function hostsStage(
  stage: StageOnHosts,
  resolve: () => ResolvedProcess,
  context: Context,
): Promise<Undated> {
  const reader = new RecordReader(attemptFolder(stage.setting, stage.step.id, stage.attempt));
  const tell = () => tellNew(stage, reader, context);
  const timer = setInterval(tell, lookMs);
  try {
    const result = await runWorker(stage, resolve);
    tell();
    return outcomeOf(stage, result, reader, context);
  } finally {
    clearInterval(timer);
  }
}

/** What another engine has recorded of this attempt is not told again. */
function tellNew(stage: StageOnHosts, reader: RecordReader, context: Context): void {
  const { step, attempt } = stage;
  const known = stepState(context, step.id).hosts;
  const hosts = reader.next().filter(({ host }) => known.get(host)?.attempt !== attempt);
  if (hosts.length > 0) stage.hear({ type: 'step.hosts-ended', step: step.id, attempt, hosts });
}

function runWorker(stage: StageOnHosts, resolve: () => ResolvedProcess): Promise<ProcessResult> {
  const { setting, step, attempt, key, limit, intentBoot } = stage;
  const folder = attemptFolder(setting, step.id, attempt);
  return runProcess({
    processes: setting.processes,
    folder,
    key,
    limit,
    intentBoot,
    maxOutputBytes: step.maxOutputBytes,
    redact: setting.forms,
    askToEnd: (ending) => askToEnd(stage, folder, ending),
    resolve: () => {
      const process = resolve();
      return { ...process, env: { ...process.env, ...attemptEnv(stage, folder) } };
    },
  });
}

/** The worker ends what runs on the hosts; only then its own processes are ended. */
async function askToEnd({ limit }: StageOnHosts, folder: string, ending: Promise<ProcessEnd>): Promise<void> {
  const withinMs = limit.isUrgent ? urgentMs : limit.graceMs + reachMs;
  const order: StopOrder = {
    why: limit.reached ?? 'cancelled',
    graceMs: Math.min(limit.graceMs, withinMs / 2),
    withinMs,
  };
  replaceFile(join(folder, stopFile), JSON.stringify(order), 0o600);
  const late = new Promise<void>((resolve) => setTimeout(resolve, withinMs + 1_000).unref());
  await Promise.race([ending, late]);
  limit.graceMs = Math.min(limit.graceMs, workerGraceMs);
}

async function outcomeOf(
  stage: StageOnHosts,
  result: ProcessResult,
  reader: RecordReader,
  context: Context,
): Promise<Undated> {
  const { setting, step, attempt, key, hosts, limit } = stage;
  const at = { step: step.id, attempt };
  const { end, late } = result;
  const folder = attemptFolder(setting, step.id, attempt);
  const seen =
    end.kind === 'ended'
      ? { ...endOfProcess(folder, end, late), exitCode: null, signal: null }
      : worded(end.reason, setting.forms, { late });
  const ends = [...reader.all.values()];
  const held = ends.filter((host) => host.outcome === 'unknown' && host.held);
  if (!reader.done) {
    if (end.kind === 'not-started') return { type: 'step.failed', ...at, class: 'spawn', end: seen };
    // What is left of it only followed what runs on the hosts.
    const { survivors } = await setting.processes.end(folder, key, 0);
    const reason = `its worker ended before it had heard of all hosts (${seen.reason ?? 'no reason is known'})`;
    return { type: 'step.unknown', ...at, end: { ...seen, reason }, survivors };
  }
  if (!late && limit.reached !== null) {
    if (held.length > 0) {
      const reason = `it could not be ended on ${named(held, hosts.list.length)}`;
      return { type: 'step.unknown', ...at, end: { ...seen, reason }, survivors: held.map(({ host }) => host) };
    }
    const words = { 'timed-out': 'it reached its timeout and was ended', cancelled: 'it was ended by a stop' };
    if (!isWhole(ends, hosts.list.length - succeededBefore(stage, context)))
      return { type: `step.${limit.reached}`, ...at, end: { ...seen, reason: words[limit.reached] } };
  }
  const judged = judge(hosts, ends, succeededBefore(stage, context));
  if (judged.outcome === 'succeeded') {
    const type = step.verify === null ? 'step.succeeded' : 'step.performed';
    return { type, ...at, end: { ...seen, reason: null, lastWords: null, outputs: judged.outputs } };
  }
  const { reason, lastWords } = judged;
  if (judged.outcome === 'failed' && ends.some(({ outcome }) => outcome === 'cancelled'))
    return { type: 'step.cancelled', ...at, end: { ...seen, reason: endedWords(ends) } };
  if (judged.outcome === 'unknown')
    return { type: 'step.unknown', ...at, end: { ...seen, reason, lastWords }, survivors: [] };
  return {
    type: 'step.failed',
    ...at,
    class: judged.class,
    end: { ...seen, exitCode: judged.exitCode, reason, lastWords },
  };
}

/** An attempt that only ended what was left: each host with what became of it there. */
function endedWords(ends: readonly HostEnd[]): string {
  return `on ${ends.map(({ host, outcome, reason }) => `${host}: ${reason ?? outcome}`).join('; ')}`;
}

function succeededBefore({ step, attempt }: StageOnHosts, context: Context): number {
  const known = stepState(context, step.id).hosts.values();
  return [...known].filter((host) => host.outcome === 'succeeded' && host.attempt !== attempt).length;
}

/** Every host had ended by itself when the limit was reached. */
function isWhole(ends: readonly HostEnd[], asked: number): boolean {
  return ends.length === asked && ends.every(({ outcome }) => outcome !== 'timed-out' && outcome !== 'cancelled');
}
