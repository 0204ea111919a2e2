/**
 * What a drill makes of an attempt (`rehearse --inject`). Loaded only then.
 *
 * Owns: that `fail` touches nothing, that `unknown` and `kill-engine` really do the step and only its outcome is lost,
 * and that each happens on the first attempt alone where a second one is how the plan gets over it.
 */
import type { Injection } from '../../plan/plan.ts';
import type { Undated } from '../../ports/effects.ts';
import { delay } from '../delay.ts';
import { worded } from './attempt-end.ts';
import { aborted } from './limit.ts';
import type { Stage } from './process-stage.ts';
import type { ResolvedProcess } from './resolve.ts';
import { attemptFolder } from './setting.ts';

const lookMs = 20;

/** `really` carries the attempt out as it is. */
export function injectedStage(kind: Injection, stage: Stage, really: () => Promise<Undated>): Promise<Undated> {
  const isFirst = stage.attempt === 1;
  switch (kind) {
    case 'fail':
      return Promise.resolve(madeToFail(stage));
    case 'timeout':
      return hang(stage);
    case 'unknown':
      return isFirst ? lose(stage, really) : really();
    case 'kill-engine':
      // The engine that comes after finds the attempt, and follows it.
      return isFirst && stage.intentBoot === null ? die(stage, really) : really();
  }
}

/** A process that hangs in the step's place, so that ending it is rehearsed too (P6). */
export function hangingProcess(process: ResolvedProcess): ResolvedProcess {
  return { ...process, argv: ['/bin/sh', '-c', 'exec sleep 2147483'], stdin: null };
}

/** Of a health check: measured, and bad. Of everything else: it ended before it did anything. */
function madeToFail({ step, attempt }: Stage): Undated {
  const end = worded('made to fail by this drill; nothing of it was done', []);
  const failure = step.place === 'health-checks' ? 'check' : 'untouched';
  return { type: 'step.failed', step: step.id, attempt, class: failure, end };
}

async function hang({ step, attempt, limit, wall }: Stage): Promise<Undated> {
  const began = wall.now();
  await aborted(limit.signal).promise;
  const took = { durationMs: wall.now() - began };
  const at = { step: step.id, attempt };
  if (limit.reached === 'cancelled')
    return { type: 'step.cancelled', ...at, end: worded('it was ended by a stop', [], took) };
  return { type: 'step.timed-out', ...at, end: worded('made to hang by this drill until its timeout', [], took) };
}

const lost = 'its outcome was lost by this drill; it was carried out';

/** Of a step on hosts the journal hears host by host: what it has heard of all is not unknown. The hosts still know. */
export function lostOnHosts(event: Undated): Undated {
  if (event.type !== 'step.hosts-ended') return event;
  const unheard = { outcome: 'unknown', held: true, exitCode: null, reason: lost, lastWords: null } as const;
  return { ...event, hosts: event.hosts.map((host) => ({ ...host, ...unheard })) };
}

async function lose({ step, attempt, wall }: Stage, really: () => Promise<Undated>): Promise<Undated> {
  const began = wall.now();
  await really();
  const end = worded(lost, [], { durationMs: wall.now() - began });
  return { type: 'step.unknown', step: step.id, attempt, end, survivors: [] };
}

/** As a power cut would have it: its intent is on disk, it has begun, and nobody records how it ends. */
async function die(stage: Stage, really: () => Promise<Undated>): Promise<Undated> {
  const ended = really();
  ended.catch(() => {});
  await Promise.race([ended, begun(stage)]);
  process.kill(process.pid, 'SIGKILL');
  return ended;
}

/** Where no process shows itself (it is done inside the engine, or on hosts), it has begun by now. */
async function begun({ setting, step, attempt }: Stage): Promise<void> {
  const folder = attemptFolder(setting, step.id, attempt);
  for (let looks = 0; looks < 25; looks++) {
    if (setting.processes.look(folder, setting.processes.boot).kind !== 'none') return;
    await delay(lookMs);
  }
}
