/** What people say to a run: what is heard, what is refused and in which words, and what it makes of the run. */

import { describe, expect, test } from '@jest/globals';
import { nothingSeen } from '../../src/engine/nothing-seen.ts';
import { aPlan, aStep } from '../support/plan-builder.ts';
import { anna, Rig } from './rig.ts';

const byHand = { action: { kind: 'manual', instruction: 'Call the Service Desk.' } } as const;

/** Stands with `restore` running. */
function shop(): Rig {
  const rig = new Rig(
    aPlan({
      notify: [{ id: 'call', ...byHand }],
      'disable-access': [{ id: 'close' }],
      restore: [
        { id: 'restore', onFailure: 'ask', contingency: [aStep('restore', { id: 'older' })] },
        { id: 'files', needs: [] },
        { id: 'swap', ...byHand },
      ],
      'health-checks': [{ id: 'page' }],
      'enable-access': [{ id: 'open' }],
      announce: [{ id: 'tell' }],
      escalate: [{ id: 'alarm' }],
    }),
  );
  rig.succeed('close');
  return rig;
}

const prepared: Readonly<Record<string, () => Rig>> = {
  'a run at work': shop,
  'a paused run': () => {
    const rig = shop();
    rig.say('pause');
    return rig;
  },
  'a stopping run': () => {
    const rig = shop();
    rig.stop('finish');
    return rig;
  },
  'a run whose contingency is at work': () => {
    const rig = shop();
    rig.fail('restore');
    return rig;
  },
  'a run that asks about a failure': () => {
    const rig = shop();
    rig.fail('restore');
    rig.fail('older');
    return rig;
  },
  'a run whose step was done by a contingency': () => {
    const rig = shop();
    rig.fail('restore');
    rig.succeed('older');
    return rig;
  },
  'a run that asks whether an end was good': () => {
    const rig = shop();
    rig.unknown('restore');
    return rig;
  },
  'a run that asks about its contingency': () => {
    const rig = shop();
    rig.fail('restore');
    rig.unknown('older');
    return rig;
  },
  'a run that waits for a person’s work': () => {
    const rig = shop();
    rig.succeed('restore', 'files');
    return rig;
  },
  'a run that failed': () => {
    const rig = shop();
    rig.succeed('restore');
    rig.fail('files');
    rig.succeed('alarm');
    return rig;
  },
  'a run that succeeded': () => {
    const rig = shop();
    rig.succeed('restore', 'files');
    rig.say('confirm', 'swap');
    rig.succeed('page', 'open', 'tell');
    return rig;
  },
};

test.each<[situation: string, verb: string, step: string | undefined, refusal: string]>([
  ['a run at work', 'resume', undefined, 'the run is not paused'],
  ['a run at work', 'reopen', undefined, 'the run has not ended: there is nothing to reopen'],
  ['a run at work', 'retry', 'nowhere', 'the plan has no step "nowhere"; it has: call, close, restore, older, files'],
  ['a run at work', 'retry', 'restore', 'restore is running: wait for its end, or stop the run'],
  ['a run at work', 'skip', 'restore', 'restore is running: wait for its end, or stop the run'],
  ['a run at work', 'confirm', 'restore', 'restore is running: wait for its end, or stop the run'],
  ['a run at work', 'retry', 'close', 'close has succeeded, and is not done again'],
  ['a run at work', 'skip', 'older', 'older is a contingency: say it of its step, restore'],
  ['a paused run', 'pause', undefined, 'the run is already paused'],
  ['a stopping run', 'pause', undefined, 'the run is already ending'],
  ['a stopping run', 'skip', 'page', 'the run is ending: wait for its end, then decide'],
  ['a run whose contingency is at work', 'retry', 'restore', 'older, its contingency, is running'],
  ['a run whose contingency is at work', 'skip', 'restore', 'older, its contingency, is running'],
  ['a run that asks about a failure', 'confirm', 'restore', 'restore failed: retry it, or skip it with a reason'],
  ['a run that asks about a failure', 'reject', 'restore', 'restore does not ask to be confirmed'],
  ['a run that asks about a failure', 'retry', 'older', 'older is a contingency: say it of its step, restore'],
  ['a run whose step was done by a contingency', 'retry', 'restore', 'its contingency has done its work'],
  ['a run that asks about its contingency', 'retry', 'restore', 'older, its contingency, ended unknown'],
  ['a run that waits for a person’s work', 'retry', 'swap', 'swap waits to be confirmed'],
  ['a run that failed', 'stop', undefined, 'the run has ended (failed)'],
  ['a run that failed', 'abandon', undefined, 'the run has ended (failed)'],
  ['a run that failed', 'confirm', 'call', 'the run has ended (failed), and call belongs to that end'],
  ['a run that failed', 'skip', 'alarm', 'the run has ended (failed), and alarm belongs to that end'],
  ['a run that succeeded', 'reopen', undefined, 'only a run that failed or was stopped can be reopened'],
  ['a run that succeeded', 'retry', 'page', 'only a run that failed or was stopped can be reopened'],
])('%s refuses %s %s: %s', (situation, verb, step, refusal) => {
  const rig = prepared[situation]?.();
  expect(rig?.say(verb, step, { inFlight: 'cancel', urgent: false })).toMatch(refusal);
});

test.each<[situation: string, verb: string, step: string, status: string, attempt: number]>([
  ['a run that asks about a failure', 'retry', 'restore', 'running', 2],
  ['a run that asks about a failure', 'skip', 'restore', 'skipped', 1],
  ['a run that asks whether an end was good', 'confirm', 'restore', 'succeeded', 1],
  ['a run that asks whether an end was good', 'retry', 'restore', 'running', 2],
  ['a run that asks whether an end was good', 'skip', 'restore', 'skipped', 1],
  ['a run that asks about its contingency', 'confirm', 'older', 'succeeded', 1],
  ['a run that asks about its contingency', 'retry', 'older', 'running', 2],
  ['a run that asks about its contingency', 'skip', 'restore', 'skipped', 1],
  ['a run that waits for a person’s work', 'confirm', 'swap', 'succeeded', 1],
  ['a run that waits for a person’s work', 'reject', 'swap', 'failed', 1],
  ['a run that waits for a person’s work', 'skip', 'swap', 'skipped', 1],
  ['a run at work', 'confirm', 'call', 'succeeded', 1],
  ['a run at work', 'skip', 'page', 'skipped', 0],
  ['a run that failed', 'retry', 'files', 'running', 2],
  ['a run that failed', 'skip', 'files', 'skipped', 1],
])('%s hears %s %s: %s', (situation, verb, step, status, attempt) => {
  const rig = prepared[situation]?.();
  expect(rig?.say(verb, step)).toBeUndefined();
  expect(rig?.step(step)).toMatchObject({ status, attempt, question: null, answerBy: null });
  expect(rig?.end).toBeNull();
});

test('a person who says retry begins the tries anew, contingencies included', () => {
  const rig = prepared['a run that asks about a failure']?.();
  rig?.say('retry', 'restore');
  expect(rig?.step('restore')).toMatchObject({ attempt: 2, tries: 1, contingency: null });
  rig?.fail('restore');
  expect(rig?.step('older')).toMatchObject({ status: 'running', attempt: 2, tries: 1 });
});

test('a person who says retry gives every try of `retry` again', () => {
  const retry = { ...aStep('restore', { id: 'x' }).retry, attempts: 2 };
  const rig = new Rig(aPlan({ restore: [{ id: 'restore', retry, onFailure: 'ask' }] }));
  rig.fail('restore');
  rig.fire('retry:restore', 5_000);
  rig.fail('restore');
  expect(rig.say('retry', 'restore')).toBeUndefined();
  rig.fail('restore');
  expect(rig.step('restore')).toMatchObject({ status: 'retrying', attempt: 3, tries: 1 });
});

test('a retry goes back to the phase of its step, and nothing behind it is left out', () => {
  const rig = new Rig(
    aPlan({
      'enable-access': [{ id: 'open', onFailure: 'continue' }],
      announce: [{ id: 'tell' }, { id: 'tell-more' }],
    }),
  );
  rig.fail('open');
  rig.say('retry', 'open');
  rig.succeed('tell', 'tell-more');
  expect([rig.end, rig.status('open')]).toEqual([null, 'running']);
  rig.succeed('open', 'tell-more');
  expect(rig.end).toBe('succeeded');
});

describe('pause', () => {
  test('lets what is in flight end, starts nothing, and resume goes on', () => {
    const rig = shop();
    rig.say('pause');
    rig.succeed('restore', 'files');
    expect(rig.status('swap')).toBe('pending');
    rig.say('resume');
    expect(rig.status('swap')).toBe('waiting');
  });

  test('a failure ends a paused run all the same', () => {
    const rig = prepared['a paused run']?.();
    rig?.fail('files');
    rig?.succeed('restore');
    expect(rig?.status('alarm')).toBe('running');
  });
});

describe('stop', () => {
  test('cancels what is in flight, then tells, then ends as stopped', () => {
    const rig = shop();
    rig.stop();
    expect(rig.commands.filter((command) => command.do === 'cancel')).toHaveLength(2);
    expect(rig.status('alarm')).toBe('pending');
    for (const step of ['restore', 'files'])
      rig.hear({ type: 'step.cancelled', step, attempt: 1, end: { ...nothingSeen, reason: 'ended by a stop' } });
    rig.succeed('alarm');
    expect([rig.end, rig.state.context.exitCode]).toEqual(['stopped', 4]);
  });

  test('may let what is in flight finish, and still be hurried', () => {
    const rig = shop();
    rig.stop('finish');
    expect([rig.status('restore'), rig.status('files')]).toEqual(['running', 'running']);
    expect(rig.stop('finish')).toBe('the run is already stopping');
    expect(rig.stop('cancel', true)).toBeUndefined();
    expect(rig.status('restore')).toBe('cancelling');
  });

  test('does not cancel what may not be cancelled', () => {
    const rig = new Rig(aPlan({ restore: [{ id: 'firmware', cancellable: false }] }));
    rig.stop();
    expect([rig.status('firmware'), rig.commands]).toEqual(['running', []]);
  });

  test('ends waits for people; a paused run is no longer paused', () => {
    const rig = prepared['a run that asks about a failure']?.();
    rig?.say('pause');
    rig?.stop();
    expect(rig?.commands).toContainEqual({ do: 'disarm', timer: 'answer:restore' });
    expect([rig?.status('restore'), rig?.state.context.paused]).toEqual(['failed', false]);
  });

  test('in a hurry, a message of the escalation is tried once', () => {
    const retry = { ...aStep('escalate', { id: 'x' }).retry, attempts: 5 };
    const rig = new Rig(aPlan({ restore: [{ id: 'restore' }], escalate: [{ id: 'alarm', retry }] }));
    rig.fail('restore');
    rig.fail('alarm');
    expect(rig.status('alarm')).toBe('retrying');
    rig.stop('cancel', true);
    expect([rig.status('alarm'), rig.end]).toEqual(['failed', null]);
  });

  test('what did not get out in a hurry is owed: the engine leaves, and the next one tells before the end', () => {
    const escalate = [{ id: 'alarm' }, { id: 'page', needs: ['alarm'] }];
    const rig = new Rig(aPlan({ restore: [{ id: 'restore' }], escalate }));
    rig.stop('cancel', true);
    rig.hear({
      type: 'step.cancelled',
      step: 'restore',
      attempt: 1,
      end: { ...nothingSeen, reason: 'ended by a stop' },
    });
    rig.fail('alarm');
    rig.succeed('page');
    expect([rig.end, rig.commands]).toEqual([null, [{ do: 'leave', owed: ['alarm: exit code 1'] }]]);
    rig.hear({ type: 'engine.left', reason: 'signal', owed: [] });
    rig.hear({ type: 'engine.attached', by: anna, boot: 'b1', pid: 2, notes: [] });
    expect([rig.status('alarm'), rig.status('page')]).toEqual(['running', 'succeeded']);
    rig.succeed('alarm');
    expect(rig.end).toBe('stopped');
  });

  test('an abandoned run owes nothing: nobody will take it up', () => {
    const rig = new Rig(aPlan({ restore: [{ id: 'restore' }], escalate: [{ id: 'alarm' }] }));
    rig.say('abandon');
    rig.hear({
      type: 'step.cancelled',
      step: 'restore',
      attempt: 1,
      end: { ...nothingSeen, reason: 'ended by a stop' },
    });
    rig.fail('alarm');
    expect(rig.end).toBe('stopped');
  });
});

describe('reopen', () => {
  test('does again what failed, keeps what succeeded, and tells its second end again', () => {
    const rig = prepared['a run that failed']?.();
    rig?.say('reopen');
    expect(['close', 'restore', 'files', 'alarm'].map((id) => rig?.status(id))).toEqual([
      'succeeded',
      'succeeded',
      'running',
      'pending',
    ]);
    rig?.fail('files');
    expect(rig?.step('alarm')).toMatchObject({ status: 'running', attempt: 2 });
  });

  test('asks about what ended unknown, and about nothing else', () => {
    const rig = shop();
    rig.stop('finish');
    rig.unknown('restore');
    rig.succeed('files', 'alarm');
    rig.say('reopen');
    expect(rig.step('restore')).toMatchObject({ status: 'waiting', question: 'unknown' });
    expect(rig.commands.filter((command) => command.do === 'ask' && command.question === 'unknown')).toHaveLength(1);
  });

  test('what a person left out stays left out', () => {
    const rig = shop();
    rig.say('skip', 'alarm');
    rig.say('skip', 'page');
    rig.succeed('restore');
    rig.fail('files');
    expect(rig.end).toBe('failed');
    rig.say('reopen');
    expect([rig.status('alarm'), rig.status('page')]).toEqual(['skipped', 'skipped']);
  });
});

test('a new engine gives every wait its full time again', () => {
  const rig = prepared['a run that asks about a failure']?.();
  const before = rig?.step('restore').answerBy ?? 0;
  if (rig !== undefined) rig.now += 20 * 60_000;
  rig?.hear({ type: 'engine.attached', by: anna, boot: 'b2', pid: 2, notes: [] });
  const due = before + 20 * 60_000;
  expect(rig?.step('restore').answerBy).toBe(due);
  expect(rig?.commands).toContainEqual({ do: 'arm', timer: 'answer:restore', due });
});
