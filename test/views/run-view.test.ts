/** The document `backout/run-view/v1`. Planted: a dry run that ends as `succeeded`; `unknown` shown as `failed`. */
import { expect, test } from '@jest/globals';
import type { RunEvent } from '../../src/engine/protocol.ts';
import { replay } from '../../src/engine/replay.ts';
import { contextOf, type StepStatus } from '../../src/engine/state.ts';
import { truthOf } from '../../src/engine/truth.ts';
import { createHistory, historyOf } from '../../src/views/history.ts';
import { makeRunView } from '../../src/views/make-run-view.ts';
import { personName } from '../../src/views/person-name.ts';
import type { RunView } from '../../src/views/run-view.ts';
import { exceptionalRun, failedRun, noRetry, scenarios, stoppedRun } from './scenarios.ts';
import {
  anna,
  at,
  began,
  ben,
  endedAs,
  entriesOf,
  failed,
  shopPlan,
  simulated,
  started,
  step,
  succeeded,
  untilRestore,
  viewOf,
} from './scene.ts';

const plan = shopPlan();

test('it has what pipelines were promised', () => {
  const { view } = scenarios['failed end'];
  const { schema, run, playbook, system, mode, status, engine, exitCode, truth, head } = view;
  expect({ schema, run, playbook, system, mode, status, engine, exitCode, truth, head }).toEqual({
    schema: 'backout/run-view/v1',
    run: '01JDRUN',
    playbook: 'shop-release',
    system: 'shop',
    mode: 'real',
    status: 'failed',
    engine: null,
    exitCode: 1,
    truth: { access: 'closed', data: 'unknown', health: 'unknown' },
    head: '10'.padStart(64, '0'),
  });
  expect(view.phases.map(({ name, status }) => `${name} ${status}`)).toEqual([
    'notify succeeded',
    'disable-access succeeded',
    'restore failed',
    'health-checks pending',
    'enable-access pending',
    'announce pending',
    'escalate succeeded',
  ]);
  expect(view.phases[2]?.steps[0]).toMatchObject({
    id: 'restore-db',
    name: 'restore-db',
    owner: 'dba',
    status: 'failed',
    attempts: [
      {
        n: 1,
        outcome: 'failed',
        exitCode: 3,
        signal: null,
        startedAt: '2026-11-22T14:00:02.000Z',
        endedAt: '2026-11-22T14:00:14.000Z',
      },
    ],
  });
});

test('it is plain JSON: nothing is lost on the way through text', () => {
  for (const { view } of Object.values(scenarios)) expect(JSON.parse(JSON.stringify(view))).toEqual(view);
});

test.each<[keyof typeof scenarios, RunView['status'], RunView['engine'], number | null]>([
  ['running', 'running', 'alive', null],
  ['retrying', 'running', 'alive', null],
  ['waiting for confirm', 'waiting', 'alive', null],
  ['left waiting', 'waiting', 'gone', null],
  ['failed question', 'waiting', 'alive', null],
  ['unknown question', 'waiting', 'alive', null],
  ['paused', 'waiting', 'alive', null],
  ['stopping', 'running', 'alive', null],
  ['engine gone', 'running', 'gone', null],
  ['engine frozen', 'running', 'stopped', null],
  ['failed end', 'failed', null, 1],
  ['stopped', 'stopped', null, 4],
  ['with exceptions', 'succeeded-with-exceptions', null, 6],
  ['dry run', 'simulated', null, 1],
])('%s is %s, its engine %s, its exit code %s', (name, status, engine, exitCode) => {
  const { view } = scenarios[name];
  expect([view.status, view.engine, view.exitCode]).toEqual([status, engine, exitCode]);
});

test.each<[StepStatus, string, string]>([
  ['pending', 'pending', 'pending'],
  ['starting', 'running', 'running'],
  ['running', 'running', 'running'],
  ['cancelling', 'running', 'running'],
  ['probing', 'running', 'running'],
  ['retrying', 'retrying', 'running'],
  ['waiting', 'waiting', 'running'],
  ['task', 'waiting', 'succeeded'],
  ['succeeded', 'succeeded', 'succeeded'],
  ['simulated', 'simulated', 'succeeded'],
  ['failed', 'failed', 'failed'],
  ['unknown', 'unknown', 'failed'],
  ['cancelled', 'cancelled', 'failed'],
  ['skipped', 'skipped', 'skipped'],
  ['excluded', 'skipped', 'skipped'],
])('a step that is %s is shown as %s, and makes its phase %s', (status, shown, phase) => {
  const context = contextOf(plan);
  const home = context.steps.get('home-page');
  if (home === undefined) throw new Error('no home-page');
  const steps = context.steps.copy();
  steps.put('home-page', { ...home, status });
  const changed = { ...context, steps };
  const view = makeRunView({
    context: changed,
    truth: truthOf(changed),
    history: historyOf([]),
    engine: 'alive',
    now: 0,
  });
  expect(view.phases[3]?.steps[0]?.status).toBe(shown);
  expect(view.phases[3]?.status).toBe(phase);
});

test('a contingency stands after its step once it has begun, and answers for it', () => {
  const of = shopPlan({
    retry: noRetry,
    contingency: [step('restore-older', 'restore'), step('restore-oldest', 'restore')],
  });
  const trying = [...untilRestore, failed(14, 'restore-db', 10), started(14, 'restore-older')];
  const restoreOf = (events: readonly RunEvent[]) => {
    const phase = viewOf(of, events).phases[2];
    return [
      phase?.status,
      ...(phase?.steps ?? []).map(({ id, status, contingencyFor }) => `${id} ${status} ${contingencyFor}`),
    ];
  };
  expect(restoreOf(untilRestore)).toEqual(['running', 'restore-db running null', 'swap-tapes pending null']);
  expect(restoreOf(trying)).toEqual([
    'running',
    'restore-db failed null',
    'restore-older running restore-db',
    'swap-tapes pending null',
  ]);
  const done = [...trying, succeeded(20, 'restore-older', 10), started(20, 'swap-tapes')];
  const confirmed: RunEvent = { at: at(30), type: 'decision.confirm', step: 'swap-tapes', by: anna, reason: null };
  expect(restoreOf([...done, confirmed])[0]).toBe('succeeded');
});

test('a reopened run is open again: no end, no exit code, no exceptions of the end before', () => {
  const reopened: RunEvent = { at: at(100), type: 'decision.reopen', by: ben, reason: 'disk replaced' };
  const view = viewOf(plan, [...stoppedRun, reopened], 'alive');
  expect([view.status, view.exitCode, view.endedAt, view.exceptions, view.stop]).toEqual([
    'running',
    null,
    null,
    [],
    null,
  ]);
  expect(view.decisions.map(({ verb }) => verb)).toEqual(['stop', 'reopen']);
});

test('P2: a message that did not arrive is owed; a person whose task it is is named', () => {
  expect(scenarios.stopped.view.owed).toEqual([
    { step: 'page-duty-manager', what: 'failed: exit code 3 after 900 ms' },
  ]);
  expect(scenarios['with exceptions'].view.tasks).toEqual([
    {
      step: 'call-service-desk',
      owner: 'change-manager',
      person: 'Jo Graf',
      instruction: 'Call the Service Desk.',
      since: '2026-11-22T14:00:32.000Z',
    },
  ]);
});

test('P10: a whole dry run ends as simulated too, and its next command is the real one', () => {
  const ids = ['tell-service-desk', 'maintenance-on', 'restore-db', 'swap-tapes', 'home-page', 'maintenance-off'];
  const events = [
    began('dry-run'),
    ...[...ids, 'call-service-desk'].flatMap((id) => [started(1, id), simulated(1, id)]),
  ];
  const view = viewOf(plan, [...events, endedAs(plan, events, 2, 'simulated', 0)], null);
  expect([view.status, view.exitCode]).toEqual(['simulated', 0]);
  expect(view.next[0]?.command).toBe('backout run /srv/plans/shop-release/playbook.yaml --param release=4.2.0');
});

test.each([
  ['failed', failedRun],
  ['stopped', stoppedRun],
  ['exceptional', exceptionalRun],
])('P5: entry by entry or all at once, the same view (%s)', (_name, events) => {
  const builder = createHistory();
  for (const entry of entriesOf(events)) builder.add(entry);
  const { context } = replay(plan, events);
  const facts = { context, truth: truthOf(context), engine: null, now: at(600) };
  expect(makeRunView({ ...facts, history: builder.history })).toEqual(
    makeRunView({ ...facts, history: historyOf(entriesOf(events)) }),
  );
});

test.each([
  [anna, 'anna'],
  [ben, 'root (sudo by ben, says: Ben Duty)'],
])('a claimed name never stands for the measured one', (person, name) => {
  expect(personName(person)).toBe(name);
});

const asked = [...untilRestore, succeeded(20, 'restore-db', 18_000), started(20, 'swap-tapes')];
const answer = (verb: 'confirm' | 'reject' | 'skip'): RunEvent => ({
  at: at(50),
  type: `decision.${verb}`,
  step: 'swap-tapes',
  by: anna,
  reason: 'because',
});
test.each<[string, RunEvent, string, string | null, string | null]>([
  ['confirmed', answer('confirm'), 'succeeded', 'succeeded', null],
  ['rejected', answer('reject'), 'failed', 'failed', 'rejected'],
  ['skipped', answer('skip'), 'skipped', 'cancelled', null],
  [
    'never answered',
    { at: at(1_820), type: 'timer.fired', timer: 'answer:swap-tapes' },
    'failed',
    'failed',
    'unanswered',
  ],
])("a person's work that is %s is no longer in flight", (_name, event, status, outcome, kind) => {
  const shown = viewOf(plan, [...asked, event]).phases[2]?.steps[1];
  expect(shown?.status).toBe(status);
  expect(shown?.attempts).toHaveLength(1);
  expect(shown?.attempts[0]).toMatchObject({
    outcome,
    class: kind,
    durationMs: event.at - at(20),
    endedAt: new Date(event.at).toISOString(),
  });
});

test('a wait that a stop closed is cancelled, not in flight', () => {
  const stop: RunEvent = {
    at: at(50),
    type: 'decision.stop',
    by: anna,
    reason: null,
    inFlight: 'finish',
    urgent: false,
  };
  expect(viewOf(plan, [...asked, stop]).phases[2]?.steps[1]).toMatchObject({
    status: 'cancelled',
    attempts: [{ outcome: 'cancelled' }],
  });
});

test('a question beside work in flight does not make the run wait; its answer is asked for all the same', () => {
  const beside = shopPlan();
  const restore = {
    maxParallel: 10,
    steps: beside.phases.restore.steps.map((planned) => ({ ...planned, needs: [] })),
  };
  const of = { ...beside, phases: { ...beside.phases, restore } };
  const view = viewOf(of, [...untilRestore, started(3, 'swap-tapes')]);
  expect(view.status).toBe('running');
  expect(view.next[0]?.command).toBe('backout confirm 01JDRUN swap-tapes');
});
