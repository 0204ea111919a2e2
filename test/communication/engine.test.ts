/** The regular updates in the engine alone: when they are due, what a missed one leads to, and P2: they hold up nothing. */
import { describe, expect, test } from '@jest/globals';
import { outstanding } from '../../src/engine/replay.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { ended, Rig, start } from '../engine/rig.ts';
import { aPlan } from '../support/plan-builder.ts';
import { updates } from '../support/updates.ts';

const restoring = (changes: Partial<Plan>) =>
  aPlan({ restore: [{ id: 'restore' }], announce: [{ id: 'tell' }], escalate: [{ id: 'alarm' }] }, changes);
const everyMinute = restoring({ updates: updates({ users: {} }) });
const byHand = { action: { kind: 'manual', instruction: 'Do it.' } } as const;

const timeout = (rig: Rig, step: string): void => {
  const { attempt } = rig.step(step);
  rig.hear({ type: 'step.timed-out', step, attempt, end: { ...ended, reason: 'it reached its timeout' } });
};
const cancelled = (rig: Rig, step: string): void => {
  const { attempt } = rig.step(step);
  rig.hear({ type: 'step.cancelled', step, attempt, end: ended });
};

const forgotten = { do: 'disarm', timer: 'overdue:update-users' };

test('an update is due one interval after the beginning, and then every interval, while a step hangs', () => {
  const rig = new Rig(everyMinute);
  expect(rig.commands).toContainEqual({ do: 'arm', timer: 'update:update-users', due: start + 60_000 });
  for (const n of [1, 2, 3]) {
    rig.now = start + n * 60_000;
    expect(rig.fire('update:update-users')).toBe(true);
    expect([rig.status('update-users'), rig.step('update-users').attempt]).toEqual(['running', n]);
    rig.succeed('update-users');
    expect(rig.commands).toEqual([
      forgotten,
      { do: 'arm', timer: 'update:update-users', due: start + (n + 1) * 60_000 },
    ]);
  }
  expect(rig.status('restore')).toBe('running');
});

test('updates go on while the run is paused, and while it waits for a person', () => {
  const rig = new Rig(aPlan({ restore: [{ id: 'look', ...byHand }] }, { updates: updates({ users: {} }) }));
  expect(rig.status('look')).toBe('waiting');
  rig.fire('update:update-users', 60_000);
  expect(rig.status('update-users')).toBe('running');
  rig.succeed('update-users');
  rig.say('pause');
  rig.fire('update:update-users', 60_000);
  expect(rig.status('update-users')).toBe('running');
});

test('what became due while one was on its way is not made up for', () => {
  const rig = new Rig(everyMinute);
  rig.fire('update:update-users', 60_000);
  rig.now += 150_000;
  rig.succeed('update-users');
  expect(rig.commands).toEqual([forgotten, { do: 'arm', timer: 'update:update-users', due: start + 240_000 }]);
});

test('a timer that is armed for another instant, or comes while one is on its way, means nothing', () => {
  const rig = new Rig(everyMinute);
  expect(rig.fire('update:update-users', 30_000)).toBe(false);
  expect(rig.fire('update:update-users', 30_000)).toBe(true);
  expect(rig.fire('update:update-users', 60_000)).toBe(false);
});

test('an update that hangs is ended when the run is about to end, and only that is waited for', () => {
  const rig = new Rig(everyMinute);
  rig.fire('update:update-users', 60_000);
  rig.succeed('restore', 'tell');
  expect(rig.commands).toContainEqual({ do: 'cancel', step: 'update-users', attempt: 1, urgent: true });
  expect(rig.end).toBeNull();
  cancelled(rig, 'update-users');
  expect([rig.end, rig.closing?.exceptions]).toEqual(['succeeded', []]);
});

test('nothing is sent after the end', () => {
  const rig = new Rig(everyMinute);
  rig.succeed('restore', 'tell');
  expect(rig.end).toBe('succeeded');
  expect(rig.fire('update:update-users', 60_000)).toBe(false);
});

test('escalation does not wait for an update that hangs, and updates go on beside it', () => {
  const rig = new Rig(everyMinute);
  rig.fire('update:update-users', 60_000);
  rig.fail('restore');
  expect([rig.status('alarm'), rig.status('update-users')]).toEqual(['running', 'running']);
  rig.succeed('update-users');
  rig.fire('update:update-users', 60_000);
  expect(rig.step('update-users')).toMatchObject({ status: 'running', attempt: 2 });
  rig.succeed('alarm');
  cancelled(rig, 'update-users');
  expect(rig.end).toBe('failed');
});

test('updates take no room from the work, nor the work from them', () => {
  const audiences = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`a${n}`, {}]));
  const plan = aPlan(
    { restore: [{ id: 'one' }, { id: 'two' }] },
    { maxParallel: 1, updates: { ...updates(audiences), maxParallel: 1 } },
  );
  const rig = new Rig(plan);
  for (const name of Object.keys(audiences)) rig.fire(`update:update-${name}`, name === 'a0' ? 60_000 : 0);
  expect(Object.keys(audiences).map((name) => rig.status(`update-${name}`))).toEqual(Array(50).fill('running'));
  rig.succeed('one');
  expect(rig.status('two')).toBe('running');
});

test('the fallback sends what the channel could not, and the run says so', () => {
  const rig = new Rig(restoring({ updates: updates({ users: { fallback: true } }) }));
  rig.fire('update:update-users', 60_000);
  timeout(rig, 'update-users');
  expect(rig.status('update-users-fallback')).toBe('running');
  rig.succeed('update-users-fallback');
  expect(rig.commands).toContainEqual({ do: 'arm', timer: 'update:update-users', due: start + 120_000 });
  rig.fire('update:update-users', 60_000);
  rig.succeed('update-users', 'restore', 'tell');
  expect([rig.end, rig.closing?.exitCode]).toEqual(['succeeded-with-exceptions', 6]);
  expect(rig.closing?.exceptions).toEqual([
    'update-users: 1 of 2 updates went by the fallback, the last at 00:17 UTC: it reached its timeout',
  ]);
});

describe('behind a channel that hangs', () => {
  test('each interval counts as missed, the speaker hears at the first, and the end names the audience', () => {
    const rig = new Rig(restoring({ updates: updates({ users: {} }, 'with an alert') }));
    rig.fire('update:update-users', 60_000);
    expect(rig.commands).toContainEqual({ do: 'arm', timer: 'overdue:update-users', due: start + 120_000 });
    expect(rig.fire('overdue:update-users', 30_000)).toBe(false);
    expect(rig.status('missed-update')).toBe('pending');
    expect(rig.fire('overdue:update-users', 30_000)).toBe(true);
    expect(rig.commands).toContainEqual({ do: 'arm', timer: 'overdue:update-users', due: start + 180_000 });
    expect(rig.status('missed-update')).toBe('running');
    rig.succeed('missed-update');
    rig.fire('overdue:update-users', 60_000);
    expect(rig.step('missed-update').attempt).toBe(1);
    rig.succeed('restore', 'tell');
    cancelled(rig, 'update-users');
    expect([rig.end, rig.closing?.exceptions]).toEqual([
      'succeeded-with-exceptions',
      [
        'update-users: 2 of 2 updates not delivered, the last at 00:19 UTC: it was due while the one before was still on its way',
      ],
    ]);
    expect(rig.fire('overdue:update-users', 60_000)).toBe(false);
  });

  test('nothing counts as missed once what was on its way has arrived', () => {
    const rig = new Rig(restoring({ updates: updates({ users: {} }, 'with an alert') }));
    rig.fire('update:update-users', 60_000);
    rig.succeed('update-users');
    expect(rig.commands).toContainEqual(forgotten);
    expect(rig.fire('overdue:update-users', 60_000)).toBe(false);
    expect(rig.state.context.updates.get('update-users')).toMatchObject({ sent: 1, missed: 0 });
  });

  test('a new engine waits for the same instant', () => {
    const rig = new Rig(everyMinute);
    rig.fire('update:update-users', 60_000);
    expect(outstanding(rig.state)).toContainEqual({ do: 'arm', timer: 'overdue:update-users', due: start + 120_000 });
  });
});

test('the channel is tried as often as it says before the fallback is', () => {
  const retry = { attempts: 2, delayMs: 5_000, factor: 1, maxDelayMs: 5_000, jitter: false } as const;
  const more = { retry: { ...retry, onExitCodes: null, onVerify: false } };
  const rig = new Rig(restoring({ updates: updates({ users: { fallback: true, more } }) }));
  rig.fire('update:update-users', 60_000);
  rig.fail('update-users');
  expect([rig.status('update-users'), rig.status('update-users-fallback')]).toEqual(['retrying', 'pending']);
  rig.fire('retry:update-users', 5_000);
  rig.fail('update-users');
  expect(rig.status('update-users-fallback')).toBe('running');
});

test('a missed update tells the speaker once in a row, is tried again when next due, and stands in the end', () => {
  const rig = new Rig(restoring({ updates: updates({ users: {}, desk: {} }, 'with an alert') }));
  rig.fire('update:update-users', 60_000);
  rig.fail('update-users');
  expect(rig.step('missed-update')).toMatchObject({ status: 'running', attempt: 1 });
  rig.fire('update:update-desk');
  rig.fail('update-desk');
  expect(rig.step('missed-update').attempt).toBe(1);
  rig.succeed('missed-update');
  expect(rig.step('missed-update')).toMatchObject({ status: 'running', attempt: 2 });
  rig.succeed('missed-update');
  rig.fire('update:update-users', 60_000);
  rig.fail('update-users');
  expect(rig.step('missed-update').attempt).toBe(2);
  rig.fire('update:update-users', 60_000);
  rig.succeed('update-users');
  rig.fire('update:update-users', 60_000);
  rig.fail('update-users');
  expect(rig.step('missed-update').attempt).toBe(3);
  rig.succeed('missed-update', 'restore', 'tell');
  expect(rig.closing?.exceptions).toEqual([
    'update-users: 3 of 4 updates not delivered, the last at 00:20 UTC: exit code 1',
    'update-desk: 1 of 1 updates not delivered, the last at 00:17 UTC: exit code 1',
  ]);
});

test('a channel that fails at once a thousand times changes nothing of what is done', () => {
  const rig = new Rig(everyMinute);
  for (let n = 0; n < 1_000; n += 1) {
    expect(rig.fire('update:update-users', 60_000)).toBe(true);
    rig.fail('update-users');
  }
  rig.succeed('restore', 'tell');
  expect([rig.end, rig.closing?.exceptions.length]).toEqual(['succeeded-with-exceptions', 1]);
});

test('in a hurry nothing is begun, and what is on its way is ended', () => {
  const rig = new Rig(restoring({ updates: updates({ users: {}, desk: {} }, 'with an alert') }));
  rig.fire('update:update-users', 60_000);
  rig.stop('cancel', true);
  expect(rig.commands).toContainEqual({ do: 'cancel', step: 'update-users', attempt: 1, urgent: true });
  cancelled(rig, 'update-users');
  expect(rig.fire('update:update-desk')).toBe(false);
  cancelled(rig, 'restore');
  rig.succeed('alarm');
  expect([rig.end, rig.status('missed-update')]).toEqual(['stopped', 'pending']);
});

test('a new engine waits for the same instants, and sends at once what is overdue', () => {
  const rig = new Rig(everyMinute);
  const timer = { do: 'arm', timer: 'update:update-users', due: start + 60_000 };
  expect(outstanding(rig.state)).toContainEqual(timer);
  rig.now += 600_000;
  const who = { login: 'anna', sudoUser: null, claimed: null, host: 'ops1' };
  rig.hear({ type: 'engine.attached', by: who, boot: 'b1', pid: 2, notes: [] });
  expect(outstanding(rig.state)).toContainEqual(timer);
  rig.fire('update:update-users');
  expect(rig.status('update-users')).toBe('running');
  expect(outstanding(rig.state)).not.toContainEqual(timer);
  rig.succeed('update-users');
  expect(rig.commands).toEqual([forgotten, { ...timer, due: start + 660_000 }]);
});

test('a full disk ends the updates too: what room is left is for the end', () => {
  const rig = new Rig(everyMinute);
  rig.fire('update:update-users', 60_000);
  rig.hear({ type: 'disk.filled', detail: 'the disk of the journal is full' });
  expect(rig.commands).toContainEqual({ do: 'cancel', step: 'update-users', attempt: 1, urgent: true });
  cancelled(rig, 'update-users');
  expect(rig.fire('update:update-users', 60_000)).toBe(false);
  rig.succeed('restore', 'alarm');
  expect(rig.end).toBe('failed');
});

test('nobody decides about an update', () => {
  const rig = new Rig(everyMinute);
  rig.fire('update:update-users', 60_000);
  rig.fail('update-users');
  expect(rig.say('retry', 'update-users')).toMatch(/is a regular update: it is sent by itself/);
});

test('a reopened run tells its audiences again', () => {
  const rig = new Rig(everyMinute);
  rig.fail('restore');
  rig.succeed('alarm');
  expect(rig.end).toBe('failed');
  rig.now += 90_000;
  rig.say('reopen');
  expect(rig.commands).toContainEqual({ do: 'arm', timer: 'update:update-users', due: start + 120_000 });
  rig.fire('update:update-users', 30_000);
  expect(rig.status('update-users')).toBe('running');
});

test('a fallback that the end of the run has ended does not silence its audience when the run is reopened', () => {
  const rig = new Rig(restoring({ updates: updates({ users: { fallback: true } }) }));
  rig.fire('update:update-users', 60_000);
  rig.fail('update-users');
  rig.fail('restore');
  rig.succeed('alarm');
  cancelled(rig, 'update-users-fallback');
  expect(rig.end).toBe('failed');
  rig.say('reopen');
  expect(rig.fire('update:update-users', 60_000)).toBe(true);
  expect(rig.status('update-users')).toBe('running');
});

test('a dry run looks at every channel once, at once, and waits for what it finds', () => {
  const rig = new Rig(restoring({ updates: updates({ users: {} }, 'with an alert') }), 'dry-run');
  expect([rig.status('update-users'), rig.status('missed-update')]).toEqual(['running', 'running']);
  const simulate = (step: string): boolean =>
    rig.hear({ type: 'step.simulated', step, attempt: rig.step(step).attempt, end: ended, uncovered: null });
  simulate('restore');
  simulate('tell');
  expect(rig.end).toBeNull();
  simulate('update-users');
  rig.fail('missed-update', 'check');
  expect(rig.end).toBe('simulated-failed');
  expect(outstanding(rig.state)).toEqual([]);
});
