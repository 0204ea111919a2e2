/** A small shop's backout, told as events: what the texts of `test/views` are made of. Times are seconds after 14:00:00. */
import { nothingSeen } from '../../src/engine/nothing-seen.ts';
import type { AttemptEnd, Person, RunEvent } from '../../src/engine/protocol.ts';
import { replay } from '../../src/engine/replay.ts';
import { truthOf } from '../../src/engine/truth.ts';
import type { Phase, Plan, PlannedStep } from '../../src/plan/plan.ts';
import { unpainted } from '../../src/views/colour.ts';
import { historyOf } from '../../src/views/history.ts';
import { makeRunView } from '../../src/views/make-run-view.ts';
import type { EngineSign, RunView } from '../../src/views/run-view.ts';
import type { TextOptions } from '../../src/views/step-line.ts';

export const run = '01JDRUN';
const midnight = Date.parse('2026-11-22T14:00:00.000Z');
export const at = (seconds: number): number => midnight + seconds * 1_000;

export const anna: Person = { login: 'anna', sudoUser: null, claimed: null, host: 'ops1' };
export const ben: Person = { login: 'root', sudoUser: 'ben', claimed: 'Ben Duty', host: 'ops1' };

export function step(id: string, place: PlannedStep['place'], more: Partial<PlannedStep> = {}): PlannedStep {
  return {
    id,
    name: id,
    owner: null,
    place,
    needs: [],
    condition: true,
    action: { kind: 'shell', shell: 'sh', text: id, source: `./${id}`, bindings: [], cwd: null, env: {}, stdin: null },
    timeoutMs: 30_000,
    graceMs: 10_000,
    retry: { attempts: 1, delayMs: 0, factor: 1, maxDelayMs: 0, jitter: false, onExitCodes: null, onVerify: false },
    verify: null,
    until: null,
    onUnknown: 'ask',
    onFailure: 'stop',
    contingency: [],
    required: false,
    cancellable: true,
    maxOutputBytes: 65_536,
    answerWithinMs: 1_800_000,
    repeatable: false,
    ...more,
  };
}

const call = 'Call the Service Desk, +41 44 000 00 00, and say that the shop is back.';

/** Six phases, three tries for the database and a contingency for it, a person's step among the restores. */
export function shopPlan(restoreDb: Partial<PlannedStep> = {}): Plan {
  const only = (steps: readonly PlannedStep[]) => ({ maxParallel: 10, steps });
  const phases: Record<Phase, { maxParallel: number; steps: readonly PlannedStep[] }> = {
    notify: only([step('tell-service-desk', 'notify', { owner: 'change-manager' })]),
    'disable-access': only([step('maintenance-on', 'disable-access', { owner: 'web' })]),
    restore: only([
      step('restore-db', 'restore', {
        owner: 'dba',
        timeoutMs: 1_200_000,
        retry: {
          attempts: 3,
          delayMs: 5_000,
          factor: 1,
          maxDelayMs: 5_000,
          jitter: false,
          onExitCodes: null,
          onVerify: false,
        },
        ...restoreDb,
      }),
      step('swap-tapes', 'restore', {
        owner: 'dba',
        needs: ['restore-db'],
        action: { kind: 'manual', instruction: 'Put tape 7 into the drive.' },
      }),
    ]),
    'health-checks': only([step('home-page', 'health-checks', { owner: 'web' })]),
    'enable-access': only([step('maintenance-off', 'enable-access', { owner: 'web' })]),
    announce: only([
      step('call-service-desk', 'announce', {
        owner: 'change-manager',
        action: { kind: 'manual', instruction: call },
      }),
    ]),
  };
  return {
    format: 1,
    name: 'shop-release',
    system: 'shop',
    summary: 'Take the shop back to the release before CHG0042',
    scope: null,
    goals: [],
    change: { id: 'CHG0042', risk: 'high' },
    roles: {
      dba: { name: 'Maria Keller', contact: '+41 44 111 11 11', deputy: null },
      'change-manager': { name: 'Jo Graf', contact: null, deputy: null },
    },
    params: { release: '4.2.0' },
    secrets: {},
    timeBudgetMs: 1_800_000,
    validForMs: 300_000,
    withoutHealthChecks: null,
    maxParallel: 10,
    phases,
    escalate: only([step('page-duty-manager', 'escalate', { owner: 'change-manager' })]),
    folder: '/srv/plans/shop-release',
    playbookFile: '/srv/plans/shop-release/playbook.yaml',
    playbookDigest: 'ab'.repeat(32),
    files: [],
  };
}

export const ended = (durationMs: number, more: Partial<AttemptEnd> = {}): AttemptEnd => ({
  ...nothingSeen,
  exitCode: 0,
  durationMs,
  ...more,
});

export const began = (mode: 'real' | 'dry-run' = 'real'): RunEvent => ({
  at: at(0),
  type: 'run.began',
  run,
  mode,
  planDigest: 'cd'.repeat(32),
  playbook: 'shop-release',
  system: 'shop',
  change: { id: 'CHG0042', risk: 'high' },
  by: anna,
  reason: null,
  boot: 'boot',
  pid: 4711,
  version: '0.1.0',
  onceKey: null,
  withoutWaiting: false,
});

export const started = (seconds: number, id: string, attempt = 1, does: readonly string[] = [`./${id}`]): RunEvent => ({
  at: at(seconds),
  type: 'step.started',
  step: id,
  attempt,
  key: `${run}/${id}/${attempt}`,
  deadline: null,
  boot: 'boot',
  does,
  env: [],
});

export const succeeded = (seconds: number, id: string, durationMs: number, attempt = 1): RunEvent => ({
  at: at(seconds),
  type: 'step.succeeded',
  step: id,
  attempt,
  end: ended(durationMs),
});

export const failed = (seconds: number, id: string, durationMs: number, attempt = 1): RunEvent => ({
  at: at(seconds),
  type: 'step.failed',
  step: id,
  attempt,
  class: 'exit',
  end: ended(durationMs, {
    exitCode: 3,
    reason: 'exit code 3',
    lastWords: 'pg_restore: error: could not open input file "/backups/shop-4.2.0.dump"\n',
  }),
});

export const lost = (seconds: number, id: string, attempt = 1): RunEvent => ({
  at: at(seconds),
  type: 'step.unknown',
  step: id,
  attempt,
  end: ended(2_000, { exitCode: null, reason: 'the machine was started anew' }),
  survivors: [],
});

export const simulated = (seconds: number, id: string, uncovered: string | null = null): RunEvent => ({
  at: at(seconds),
  type: 'step.simulated',
  step: id,
  attempt: 1,
  end: ended(20),
  uncovered,
});

/** Up to the restore: told, access closed, restore-db begun. */
export const untilRestore: readonly RunEvent[] = [
  began(),
  started(0, 'tell-service-desk'),
  succeeded(1, 'tell-service-desk', 400),
  started(1, 'maintenance-on'),
  succeeded(2, 'maintenance-on', 850),
  started(2, 'restore-db'),
];

/** The close as the engine itself would ask for it. */
export function withEnd(plan: Plan, events: readonly RunEvent[], seconds: number): readonly RunEvent[] {
  const { context } = replay(plan, events);
  const bad = context.failure !== null ? 'failed' : context.stop !== null ? 'stopped' : null;
  const end = bad ?? 'succeeded';
  return [...events, endedAs(plan, events, seconds, end, { failed: 1, stopped: 4, succeeded: 0 }[end])];
}

export function endedAs(
  plan: Plan,
  events: readonly RunEvent[],
  seconds: number,
  end: Extract<RunEvent, { type: 'run.ended' }>['end'],
  exitCode: number,
  exceptions: readonly string[] = [],
): RunEvent {
  const { context } = replay(plan, events);
  return { at: at(seconds), type: 'run.ended', end, exitCode, truth: truthOf(context), exceptions };
}

export function entriesOf(events: readonly RunEvent[]) {
  return events.map((event, index) => ({ event, hash: String(index + 1).padStart(64, '0') }));
}

export function viewOf(
  plan: Plan,
  events: readonly RunEvent[],
  engine: EngineSign | null = 'alive',
  seconds?: number,
): RunView {
  const { context } = replay(plan, events);
  const now = seconds === undefined ? (events.at(-1)?.at ?? at(0)) : at(seconds);
  return makeRunView({ context, truth: truthOf(context), history: historyOf(entriesOf(events)), engine, now });
}

export const text80 = (seconds: number): TextOptions => ({
  columns: 80,
  now: at(seconds),
  zone: 'utc',
  paint: unpainted,
});
