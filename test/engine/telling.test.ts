/** P2: who is told, and that telling holds nothing up. */
import { expect, test } from '@jest/globals';
import { aPlan } from '../support/plan-builder.ts';
import { Rig } from './rig.ts';

const byHand = { action: { kind: 'manual', instruction: 'Do it.' } } as const;

test('notify holds the next phase for ten seconds, and goes on beside it', () => {
  const rig = new Rig(
    aPlan({ notify: [{ id: 'mail' }, { id: 'page' }], restore: [{ id: 'restore' }], announce: [{ id: 'tell' }] }),
  );
  expect(rig.commands).toContainEqual({ do: 'arm', timer: 'notify-hold', due: rig.now + 10_000 });
  expect(rig.status('restore')).toBe('pending');
  rig.fire('notify-hold', 10_000);
  expect([rig.status('mail'), rig.status('restore')]).toEqual(['running', 'running']);
  rig.succeed('mail');
  expect(rig.status('page')).toBe('running');
  rig.succeed('restore', 'tell');
  expect(rig.end).toBeNull();
  rig.succeed('page');
  expect(rig.end).toBe('succeeded');
});

test('a required notice holds it until it is sent', () => {
  const rig = new Rig(
    aPlan({ notify: [{ id: 'mail', required: true, onFailure: 'stop' }], restore: [{ id: 'restore' }] }),
  );
  rig.fire('notify-hold', 10_000);
  expect(rig.status('restore')).toBe('pending');
  rig.succeed('mail');
  expect(rig.status('restore')).toBe('running');
});

test('a pause does not begin the ten seconds anew', () => {
  const rig = new Rig(aPlan({ notify: [{ id: 'mail' }], restore: [{ id: 'restore' }] }));
  const due = rig.now + 10_000;
  rig.say('pause');
  expect(rig.commands).toContainEqual({ do: 'disarm', timer: 'notify-hold' });
  rig.now += 4_000;
  rig.say('resume');
  expect(rig.commands).toContainEqual({ do: 'arm', timer: 'notify-hold', due });
});

test.each([1, 10])('a message that hangs takes no room from the work (maxParallel %i)', (maxParallel) => {
  const rig = new Rig(
    aPlan({ notify: [{ id: 'mail' }], restore: [{ id: 'restore' }], escalate: [{ id: 'alarm' }] }, { maxParallel }),
  );
  rig.fire('notify-hold', 10_000);
  rig.fail('restore');
  expect(rig.status('alarm')).toBe('running');
});

test('a person’s task in a telling phase is handed over and waited for by nobody', () => {
  const rig = new Rig(aPlan({ notify: [{ id: 'call', ...byHand }], announce: [{ id: 'call-again', ...byHand }] }));
  expect([rig.status('call'), rig.status('call-again'), rig.end]).toEqual(['task', 'task', 'succeeded']);
});

test('a full disk fails the run, and people are told', () => {
  const rig = new Rig(
    aPlan({ notify: [{ id: 'mail' }], 'disable-access': [{ id: 'close' }], escalate: [{ id: 'alarm' }] }),
  );
  rig.hear({ type: 'disk.filled', detail: 'the disk of the journal is full' });
  rig.succeed('mail');
  expect(rig.status('alarm')).toBe('running');
  rig.succeed('alarm');
  expect([rig.end, rig.status('close')]).toEqual(['failed', 'pending']);
});
