/** Where a backout can stand, each as the view that a person would see. */
import type { RunEvent } from '../../src/engine/protocol.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';
import type { EngineSign, RunView } from '../../src/views/run-view.ts';
import * as scene from './scene.ts';

const { at, began, ended, failed, shopPlan, simulated, started, succeeded, untilRestore, viewOf } = scene;

export interface Scenario {
  readonly view: RunView;
  /** Seconds after the beginning at which it is looked at. */
  readonly seconds: number;
}

export const noRetry: PlannedStep['retry'] = {
  attempts: 1,
  delayMs: 0,
  factor: 1,
  maxDelayMs: 0,
  jitter: false,
  onExitCodes: null,
  onVerify: false,
};
const plan = shopPlan();
const single = shopPlan({ retry: noRetry });
const asking = shopPlan({ retry: noRetry, onFailure: 'ask' });

const oneFailure = [...untilRestore, failed(14, 'restore-db', 12_400)];
const tapesAsked = [
  ...untilRestore,
  succeeded(20, 'restore-db', 18_000),
  started(20, 'swap-tapes', 1, ['Put tape 7 into the drive.']),
];
export const failedRun = scene.withEnd(
  single,
  [...oneFailure, started(14, 'page-duty-manager'), succeeded(15, 'page-duty-manager', 300)],
  16,
);
export const stoppedRun = scene.withEnd(
  plan,
  [
    ...untilRestore,
    {
      at: at(60),
      type: 'decision.stop',
      by: scene.ben,
      reason: 'wrong release',
      inFlight: 'cancel',
      urgent: false,
    },
    {
      at: at(61),
      type: 'step.cancelled',
      step: 'restore-db',
      attempt: 1,
      end: ended(59_000, { exitCode: null, signal: 'SIGTERM' }),
    },
    started(61, 'page-duty-manager'),
    failed(62, 'page-duty-manager', 900),
  ],
  63,
);
const skipped: readonly RunEvent[] = [
  ...tapesAsked,
  { at: at(30), type: 'decision.skip', step: 'swap-tapes', by: scene.ben, reason: 'no tape today' },
  started(30, 'home-page'),
  succeeded(31, 'home-page', 200),
  started(31, 'maintenance-off'),
  succeeded(32, 'maintenance-off', 300),
  started(32, 'call-service-desk', 1, ['Call the Service Desk.']),
];
export const exceptionalRun = [
  ...skipped,
  scene.endedAs(plan, skipped, 32, 'succeeded-with-exceptions', 6, [
    'swap-tapes was left out: skipped by Ben Duty: no tape today',
  ]),
];
const simulatedSteps: readonly RunEvent[] = [
  began('dry-run'),
  started(1, 'tell-service-desk'),
  simulated(1, 'tell-service-desk'),
  started(2, 'maintenance-on'),
  simulated(2, 'maintenance-on', 'a shell command cannot be checked'),
  started(3, 'restore-db'),
  {
    at: at(3),
    type: 'step.failed',
    step: 'restore-db',
    attempt: 1,
    class: 'check',
    end: ended(30, { exitCode: null, reason: 'the backup /backups/shop-4.2.0.dump is not there' }),
  },
  ...['swap-tapes', 'home-page', 'maintenance-off', 'call-service-desk'].flatMap((id) => [
    started(4, id),
    simulated(4, id),
  ]),
];
export const dryRun = [...simulatedSteps, scene.endedAs(plan, simulatedSteps, 5, 'simulated-failed', 1)];

const seen = (of: typeof plan, events: readonly RunEvent[], engine: EngineSign | null, seconds: number): Scenario => ({
  view: viewOf(of, events, engine, seconds),
  seconds,
});

const paused: RunEvent = { at: at(30), type: 'decision.pause', by: scene.anna, reason: null };
const leftWaiting: RunEvent = { at: at(20), type: 'engine.left', reason: 'waiting', owed: [] };
const stopAsked: RunEvent = {
  at: at(30),
  type: 'decision.stop',
  by: scene.anna,
  reason: null,
  inFlight: 'finish',
  urgent: false,
};

export const scenarios = {
  running: seen(plan, untilRestore, 'alive', 82),
  retrying: seen(plan, oneFailure, 'alive', 15),
  'waiting for confirm': seen(plan, tapesAsked, 'alive', 60),
  'left waiting': seen(plan, [...tapesAsked, leftWaiting], 'gone', 60),
  'failed question': seen(asking, oneFailure, 'alive', 60),
  'unknown question': seen(plan, [...untilRestore, scene.lost(300, 'restore-db')], 'alive', 310),
  paused: seen(plan, [...untilRestore, paused], 'alive', 60),
  stopping: seen(plan, [...untilRestore, stopAsked], 'alive', 60),
  'engine gone': seen(plan, untilRestore, 'gone', 600),
  'engine frozen': seen(plan, untilRestore, 'stopped', 600),
  'failed end': seen(single, failedRun, null, 600),
  stopped: seen(plan, stoppedRun, null, 600),
  'with exceptions': seen(plan, exceptionalRun, null, 600),
  'dry run': seen(plan, dryRun, null, 600),
} satisfies Readonly<Record<string, Scenario>>;
