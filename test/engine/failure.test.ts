/** What follows when an attempt did not succeed: retry, then contingency, then `onFailure`. */
import { describe, expect, test } from '@jest/globals';
import type { FailureClass } from '../../src/engine/protocol.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';
import { aPlan, aStep, type StepSketch } from '../support/plan-builder.ts';
import { ended, Rig } from './rig.ts';

const retry = (more: Partial<PlannedStep['retry']>): PlannedStep['retry'] => ({
  attempts: 3,
  delayMs: 5_000,
  factor: 2,
  maxDelayMs: 60_000,
  jitter: false,
  onExitCodes: null,
  onVerify: false,
  ...more,
});

const instead = (id: string, more: Partial<PlannedStep> = {}) => aStep('restore', { id, ...more });
const restoring = (sketch: Partial<StepSketch>) =>
  new Rig(aPlan({ restore: [{ id: 'restore', ...sketch }], announce: [{ id: 'tell' }], escalate: [{ id: 'page' }] }));

describe('retry', () => {
  test.each<[string, Partial<PlannedStep['retry']>, FailureClass, number, string]>([
    ['an exit code', {}, 'exit', 1, 'retrying'],
    ['a signal', {}, 'signal', 1, 'retrying'],
    ['a check that was measured bad', {}, 'check', 1, 'retrying'],
    ['an error of the adapter', {}, 'error', 1, 'retrying'],
    ['a program that could not be started', {}, 'spawn', 1, 'retrying'],
    ['the only try', { attempts: 1 }, 'exit', 1, 'failed'],
    ['an exit code that is listed', { onExitCodes: [1, 75] }, 'exit', 75, 'retrying'],
    ['an exit code that is not listed', { onExitCodes: [75] }, 'exit', 1, 'failed'],
    ['a failed verification', {}, 'verify', 1, 'failed'],
    ['a failed verification with onVerify', { onVerify: true }, 'verify', 1, 'retrying'],
    ['a value that is not there', {}, 'preparation', 1, 'failed'],
  ])('after %s', (_what, more, kind, code, status) => {
    const rig = restoring({ retry: retry(more) });
    rig.fail('restore', kind, code);
    expect(rig.status('restore')).toBe(status);
  });

  test('waits for its delay, counts all tries, and then the step has failed for good', () => {
    const rig = restoring({ retry: retry({}) });
    rig.fail('restore');
    expect(rig.commands).toEqual([{ do: 'arm', timer: 'retry:restore', due: rig.now + 5_000 }]);
    expect(rig.fire('retry:restore', 5_000)).toBe(true);
    rig.fail('restore');
    expect(rig.step('restore').retryAt).toBe(rig.now + 10_000);
    rig.fire('retry:restore', 10_000);
    expect(rig.step('restore')).toMatchObject({ status: 'running', attempt: 3, tries: 3 });
    rig.fail('restore');
    expect(rig.status('restore')).toBe('failed');
    expect(rig.status('page')).toBe('running');
  });

  test('a timer of an older wait is not heard', () => {
    const rig = restoring({ retry: retry({ delayMs: 30_000 }) });
    rig.fail('restore');
    expect(rig.fire('retry:restore', 10_000)).toBe(false);
    expect(rig.fire('retry:restore', 20_000)).toBe(true);
  });

  test('nothing is tried again while the run is ending', () => {
    const rig = restoring({ retry: retry({}) });
    rig.stop('finish');
    rig.fail('restore');
    expect(rig.status('restore')).toBe('failed');
  });

  test('a stop ends the wait for the next try', () => {
    const rig = restoring({ retry: retry({}) });
    rig.fail('restore');
    rig.stop();
    expect(rig.commands).toContainEqual({ do: 'disarm', timer: 'retry:restore' });
    expect(rig.status('restore')).toBe('failed');
    expect(rig.fire('retry:restore', 60_000)).toBe(false);
  });
});

describe('contingency', () => {
  test('the first that works takes the step’s place, and the run ends with an exception', () => {
    const rig = restoring({ contingency: [instead('older'), instead('oldest')] });
    rig.fail('restore');
    rig.fail('older');
    rig.succeed('oldest', 'tell');
    expect(rig.step('restore')).toMatchObject({ status: 'failed', accepted: 'contingency' });
    expect([rig.end, rig.state.context.exitCode]).toEqual(['succeeded-with-exceptions', 6]);
    expect(rig.truth).toMatch('data restored');
  });

  test('when none works, onFailure decides', () => {
    const rig = restoring({ contingency: [instead('older')], onFailure: 'ask' });
    rig.fail('restore');
    rig.fail('older');
    expect(rig.step('restore')).toMatchObject({ status: 'waiting', question: 'failed' });
  });

  test('one that does not apply is passed over', () => {
    const rig = restoring({ contingency: [instead('never', { condition: false }), instead('older')] });
    rig.fail('restore');
    expect([rig.status('never'), rig.status('older')]).toEqual(['excluded', 'running']);
  });

  test('a message is handed to a person when it cannot be sent', () => {
    const call = { action: { kind: 'manual', instruction: 'Call the Service Desk.' } } as const;
    const rig = new Rig(
      aPlan({ announce: [{ id: 'mail', contingency: [aStep('announce', { id: 'call', ...call })] }] }),
    );
    rig.fail('mail');
    expect([rig.status('call'), rig.end]).toEqual(['task', 'succeeded-with-exceptions']);
  });
});

describe('onFailure', () => {
  test.each([
    ['stop', 'failed', 'failed', 1],
    ['continue', 'failed', 'succeeded-with-exceptions', 6],
    ['ask', 'waiting', null, null],
  ] as const)('%s', (onFailure, status, end, exitCode) => {
    const rig = restoring({ onFailure });
    rig.fail('restore');
    expect(rig.status('restore')).toBe(status);
    rig.succeed('tell', 'page');
    expect([rig.end, rig.state.context.exitCode]).toEqual([end, exitCode]);
  });

  test('nobody answers: a failure under stop', () => {
    const rig = restoring({ onFailure: 'ask', answerWithinMs: 60_000 });
    rig.fail('restore');
    expect(rig.commands).toContainEqual({ do: 'arm', timer: 'answer:restore', due: rig.now + 60_000 });
    expect(rig.fire('answer:restore', 59_000 - 1)).toBe(false);
    expect(rig.fire('answer:restore', 1_001)).toBe(true);
    expect(rig.state.context.failure).toEqual({ step: 'restore', reason: 'nobody answered in time (exit code 1)' });
  });

  test('nobody does a person’s work: its contingency is tried', () => {
    const work = { action: { kind: 'manual', instruction: 'Put tape 7 into the drive.' } } as const;
    const rig = restoring({ ...work, contingency: [instead('older')] });
    rig.fire('answer:restore', 1_800_000);
    expect([rig.status('restore'), rig.status('older')]).toEqual(['failed', 'running']);
  });

  test.each([
    [
      'failed for good',
      (rig: Rig) => {
        rig.fail('restore');
        rig.fail('older');
      },
    ],
    ['ended unknown', (rig: Rig) => rig.unknown('restore')],
  ])('nobody says what to do with a step that %s: no contingency is tried, the run fails', (_what, work) => {
    const rig = restoring({ onFailure: 'ask', contingency: [instead('older')] });
    work(rig);
    rig.fire('answer:restore', 1_800_000);
    expect([rig.state.context.failure?.step, rig.status('page')]).toEqual(['restore', 'running']);
  });

  test('P2: a message that cannot be sent never fails the run', () => {
    const rig = new Rig(aPlan({ notify: [{ id: 'mail', onFailure: 'stop' }], announce: [{ id: 'tell' }] }));
    rig.fail('mail');
    rig.succeed('tell');
    expect([rig.end, rig.state.context.exitCode]).toEqual(['succeeded-with-exceptions', 6]);
  });

  test('a dry run goes on after a failure, to show them all', () => {
    const plan = aPlan({ restore: [{ id: 'one' }, { id: 'two' }] });
    const rig = new Rig(plan, 'dry-run');
    rig.fail('one', 'preparation');
    rig.hear({ type: 'step.simulated', step: 'two', attempt: 1, end: ended, uncovered: null });
    expect([rig.end, rig.state.context.exitCode]).toEqual(['simulated-failed', 1]);
  });
});

describe('an end that is not known (P4)', () => {
  test.each([
    ['ask', [], 'waiting'],
    ['rerun', [], 'running'],
    ['rerun', ['4711 (psql)'], 'waiting'],
    ['probe', [], 'probing'],
  ] as const)('onUnknown %s, alive: %j', (onUnknown, survivors, status) => {
    const rig = restoring({ onUnknown, retry: retry({}) });
    rig.unknown('restore', ...survivors);
    expect(rig.status('restore')).toBe(status);
  });

  test.each([
    ['yes', 'succeeded', 1],
    ['no', 'running', 2],
    ['unknown', 'waiting', 1],
  ] as const)('the probe says %s', (answer, status, attempt) => {
    const rig = restoring({ onUnknown: 'probe' });
    rig.unknown('restore');
    rig.hear({ type: 'step.probed', step: 'restore', attempt: 1, answer, detail: 'seen' });
    expect(rig.step('restore')).toMatchObject({ status, attempt });
  });

  test('what ends unknown time after time is for a person to look at', () => {
    const rig = restoring({ onUnknown: 'rerun' });
    for (let n = 0; n < 10; n += 1) rig.unknown('restore');
    expect(rig.step('restore')).toMatchObject({ status: 'waiting', question: 'unknown', attempt: 10 });
  });

  test('P2: a message whose end is unknown has its fallback tried, and holds nothing up', () => {
    const rig = new Rig(aPlan({ announce: [{ id: 'mail', contingency: [aStep('announce', { id: 'other' })] }] }));
    rig.unknown('mail');
    rig.succeed('other');
    expect(rig.end).toBe('succeeded-with-exceptions');
  });
});

describe('a stop in the middle of an attempt', () => {
  const proven = {
    action: aStep('restore', { id: 'x' }).action as never,
    expect: { exitCode: 0, stdout: null, stderr: null },
  };

  test('after the action and before its verification: what is done is not known to be good, and is asked about', () => {
    const rig = restoring({ verify: proven });
    rig.stop();
    rig.hear({ type: 'step.performed', step: 'restore', attempt: 1, end: ended });
    expect(rig.status('restore')).toBe('unknown');
    rig.succeed('page');
    rig.say('reopen');
    expect(rig.step('restore')).toMatchObject({ status: 'waiting', question: 'unknown' });
  });

  test('a success that comes before the end of it counts', () => {
    const rig = restoring({});
    rig.stop();
    expect(rig.commands).toContainEqual({ do: 'cancel', step: 'restore', attempt: 1, urgent: false });
    rig.succeed('restore', 'page');
    expect([rig.status('restore'), rig.end]).toEqual(['succeeded', 'stopped']);
  });

  test('what nobody stopped and was cancelled all the same has failed', () => {
    const rig = restoring({});
    rig.hear({ type: 'step.cancelled', step: 'restore', attempt: 1, end: { ...ended, reason: 'ended by somebody' } });
    expect(rig.state.context.failure).toEqual({ step: 'restore', reason: 'ended by somebody' });
  });
});
