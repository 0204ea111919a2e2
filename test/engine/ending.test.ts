/** How runs end: their end, exit code and exceptions, and what is then true of the system. */
import { describe, expect, test } from '@jest/globals';
import { failureWords } from '../../src/engine/ending.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';
import { aPlan, aStep } from '../support/plan-builder.ts';
import { ended, Rig } from './rig.ts';

const byHand = { action: { kind: 'manual', instruction: 'Do it.' } } as const;
const cannot = { ...ended, exitCode: null, reason: 'no such file' };

const shop = () =>
  new Rig(
    aPlan({
      notify: [{ id: 'mail' }],
      'disable-access': [{ id: 'close' }],
      restore: [
        { id: 'restore', contingency: [aStep('restore', { id: 'older' })] },
        { id: 'files', needs: [], onFailure: 'continue' },
      ],
      'health-checks': [{ id: 'page', onFailure: 'ask' }],
      'enable-access': [{ id: 'open' }],
      announce: [{ id: 'tell' }],
      escalate: [{ id: 'alarm' }],
    }),
  );

type Work = (rig: Rig) => void;

const ways: readonly [
  how: string,
  work: Work,
  end: string,
  exitCode: number,
  truth: string,
  exceptions: RegExp | null,
][] = [
  [
    'all well',
    (rig) => rig.succeed('restore', 'files', 'page', 'open', 'tell'),
    'succeeded',
    0,
    'access open, data restored, health proven',
    null,
  ],
  [
    'a contingency',
    (rig) => {
      rig.fail('restore');
      rig.succeed('older', 'files', 'page', 'open', 'tell');
    },
    'succeeded-with-exceptions',
    6,
    'access open, data restored, health proven',
    /^restore was done by its contingency older, after it had failed: exit code 1$/,
  ],
  [
    'a failure that is let pass',
    (rig) => {
      rig.fail('files');
      rig.succeed('restore', 'page', 'open', 'tell');
    },
    'succeeded-with-exceptions',
    6,
    'access open, data unknown, health proven',
    /^files failed and the run went on without it: exit code 1$/,
  ],
  [
    'a check that a person left out',
    (rig) => {
      rig.succeed('restore', 'files');
      rig.fail('page');
      rig.say('skip', 'page');
      rig.succeed('open', 'tell');
    },
    'succeeded-with-exceptions',
    6,
    'access open, data restored, health unknown',
    /^page was left out: skipped by anna: because$/,
  ],
  [
    'a closing message that is not sent',
    (rig) => {
      rig.succeed('restore', 'files', 'page', 'open');
      rig.fail('tell');
    },
    'succeeded-with-exceptions',
    6,
    'access open, data restored, health proven',
    /^tell: the message was not delivered: exit code 1$/,
  ],
  [
    'a restore that fails',
    (rig) => {
      rig.succeed('files');
      rig.fail('restore');
      rig.fail('older');
      rig.succeed('alarm');
    },
    'failed',
    1,
    'access closed, data unknown, health unknown',
    null,
  ],
  [
    'an opening that fails',
    (rig) => {
      rig.succeed('restore', 'files', 'page');
      rig.fail('open');
      rig.succeed('alarm');
    },
    'failed',
    1,
    'access unknown, data restored, health proven',
    null,
  ],
  [
    'an opening that never began',
    (rig) => {
      rig.say('skip', 'page');
      rig.succeed('restore', 'files');
      rig.stop('finish');
      rig.succeed('open', 'alarm');
    },
    'stopped',
    4,
    'access open, data restored, health unknown',
    /^page was left out/,
  ],
  [
    'a stop during the restore',
    (rig) => {
      rig.stop();
      rig.hear({ type: 'step.cancelled', step: 'restore', attempt: 1, end: cannot });
      rig.succeed('files', 'alarm');
    },
    'stopped',
    4,
    'access closed, data unknown, health unknown',
    null,
  ],
];

test.each(ways)('%s', (_how, work, end, exitCode, truth, exceptions) => {
  const rig = shop();
  rig.succeed('mail', 'close');
  work(rig);
  expect([rig.end, rig.state.context.exitCode, rig.truth]).toEqual([end, exitCode, truth]);
  const recorded = rig.closing?.exceptions ?? [];
  expect(recorded).toHaveLength(exceptions === null ? 0 : 1);
  if (exceptions !== null) expect(recorded[0]).toMatch(exceptions);
});

test('what a contingency has handed over to a person is not called done', () => {
  const phone = aStep('announce', { id: 'phone', ...byHand });
  const rig = new Rig(aPlan({ restore: [{ id: 'restore' }], announce: [{ id: 'tell', contingency: [phone] }] }));
  rig.succeed('restore');
  rig.fail('tell');
  expect(rig.closing?.exceptions).toEqual(['tell failed, and its contingency phone is left to a person: exit code 1']);
});

describe('what is true before the end', () => {
  test.each<[string, Work, string]>([
    ['before anything was done', () => {}, 'access unknown, data untouched, health unknown'],
    [
      'access is closed, restore at work',
      (rig) => rig.succeed('mail', 'close'),
      'access closed, data restoring, health unknown',
    ],
    [
      'a restore has ended unknown',
      (rig) => {
        rig.succeed('mail', 'close');
        rig.unknown('restore');
      },
      'access closed, data unknown, health unknown',
    ],
    [
      'a restore that failed before it changed anything, and its contingency too',
      (rig) => {
        rig.succeed('mail', 'close');
        rig.fail('files', 'spawn');
        rig.fail('restore', 'untouched');
        rig.fail('older', 'untouched');
      },
      'access closed, data untouched, health unknown',
    ],
    [
      'a contingency at work after a restore that changed nothing',
      (rig) => {
        rig.succeed('mail', 'close');
        rig.fail('files', 'untouched');
        rig.fail('restore', 'untouched');
      },
      'access closed, data unknown, health unknown',
    ],
    [
      'one restore changed nothing, the other is at work',
      (rig) => {
        rig.succeed('mail', 'close');
        rig.say('pause');
        rig.fail('restore', 'untouched');
      },
      'access closed, data restoring, health unknown',
    ],
    [
      'one restore changed nothing, the other failed',
      (rig) => {
        rig.succeed('mail', 'close');
        rig.fail('files');
        rig.fail('restore', 'untouched');
        rig.fail('older', 'untouched');
      },
      'access closed, data unknown, health unknown',
    ],
    [
      'checks at work',
      (rig) => rig.succeed('mail', 'close', 'restore', 'files'),
      'access closed, data restored, health unknown',
    ],
    [
      'a check has failed',
      (rig) => {
        rig.succeed('mail', 'close', 'restore', 'files');
        rig.fail('page');
      },
      'access closed, data restored, health failing',
    ],
    [
      'a check could not measure',
      (rig) => {
        rig.succeed('mail', 'close', 'restore', 'files');
        rig.fail('page', 'error');
      },
      'access closed, data restored, health unknown',
    ],
    [
      'a check is inconclusive',
      (rig) => {
        rig.succeed('mail', 'close', 'restore', 'files');
        rig.fail('page', 'inconclusive');
      },
      'access closed, data restored, health unknown',
    ],
    [
      'access is being opened',
      (rig) => rig.succeed('mail', 'close', 'restore', 'files', 'page'),
      'access unknown, data restored, health proven',
    ],
  ])('%s', (_when, work, truth) => {
    const rig = shop();
    work(rig);
    expect(rig.truth).toBe(truth);
  });

  test('a restore whose values are not there has touched nothing', () => {
    const rig = new Rig(aPlan({ restore: [{ id: 'restore' }, { id: 'files', needs: [] }] }), 'real', ['restore']);
    expect([rig.end, rig.truth]).toEqual(['failed', 'access unknown, data untouched, health unknown']);
    expect(rig.step('files')).toMatchObject({ status: 'pending', attempt: 0, tries: 0 });
  });

  test('a pass from before the last restore proves nothing, also when the run has ended', () => {
    const rig = new Rig(
      aPlan({
        restore: [{ id: 'restore', onFailure: 'continue' }],
        'health-checks': [{ id: 'page' }],
        announce: [{ id: 'tell' }],
      }),
    );
    rig.fail('restore');
    rig.succeed('page');
    rig.say('retry', 'restore');
    rig.stop('finish');
    rig.succeed('restore', 'tell');
    expect([rig.end, rig.truth]).toEqual(['stopped', 'access unknown, data restored, health unknown']);
  });

  test('an old pass was a proof, and is none any more', () => {
    const rig = shop();
    rig.succeed('mail', 'close', 'restore', 'files', 'page');
    rig.now += 6 * 60_000;
    rig.say('pause');
    expect(rig.truth).toMatch('health unknown');
  });
});

describe('a dry run (P10)', () => {
  const simulated = (rig: Rig, ...ids: readonly string[]) => {
    for (const step of ids) rig.hear({ type: 'step.simulated', step, attempt: 1, end: ended, uncovered: null });
  };
  const plan = aPlan({
    notify: [{ id: 'call', ...byHand }],
    'disable-access': [{ id: 'close' }],
    restore: [{ id: 'restore' }],
    escalate: [{ id: 'alarm' }],
  });

  test('says of the system only that it was not touched', () => {
    const rig = new Rig(plan, 'dry-run');
    simulated(rig, 'call', 'close', 'restore');
    expect([rig.end, rig.state.context.exitCode]).toEqual(['simulated', 0]);
    expect(rig.truth).toBe('access unknown, data untouched, health unknown');
  });

  test('shows every step, whatever fails before it', () => {
    const rig = new Rig(plan, 'dry-run', ['close']);
    simulated(rig, 'call', 'restore');
    expect([rig.status('close'), rig.status('restore'), rig.end]).toEqual(['failed', 'simulated', 'simulated-failed']);
  });
});

test('maxParallel bounds a phase and the plan', () => {
  const steps = Array.from({ length: 6 }, (_, n) => ({ id: `s${n}`, needs: [] }));
  const plan = aPlan({ restore: steps }, { maxParallel: 4 });
  const running = (rig: Rig) => steps.filter(({ id }) => rig.status(id) === 'running').length;
  expect(running(new Rig(plan))).toBe(4);
  const narrow = { ...plan, phases: { ...plan.phases, restore: { ...plan.phases.restore, maxParallel: 2 } } };
  const rig = new Rig(narrow);
  expect(running(rig)).toBe(2);
  rig.succeed('s0');
  expect([running(rig), rig.status('s2')]).toEqual([2, 'running']);
});

describe('whether a restore left the data untouched', () => {
  const one = (more: Partial<PlannedStep> = {}) => new Rig(aPlan({ restore: [{ ...more, id: 'db' }] }));
  const data = (rig: Rig) => rig.truth.split(', ')[1];

  test.each<[string, Work, string]>([
    ['it says so', (rig) => rig.fail('db', 'untouched'), 'data untouched'],
    ['its program was not found', (rig) => rig.fail('db', 'spawn'), 'data untouched'],
    ['another exit code', (rig) => rig.fail('db', 'exit', 119), 'data unknown'],
    ['a signal', (rig) => rig.fail('db', 'signal'), 'data unknown'],
    ['an end that nobody saw', (rig) => rig.unknown('db'), 'data unknown'],
    ['values that a new engine does not have', (rig) => rig.fail('db', 'preparation'), 'data unknown'],
  ])('%s', (_how, work, words) => {
    const rig = one();
    expect(data(rig)).toBe('data restoring');
    work(rig);
    expect(data(rig)).toBe(words);
  });

  test('an attempt that changed nothing does not take back what one before it may have done', () => {
    const rig = one();
    rig.fail('db');
    rig.say('retry', 'db');
    rig.fail('db', 'untouched');
    expect(data(rig)).toBe('data unknown');
  });

  test('an attempt after one that changed nothing is at work on the data', () => {
    const rig = one();
    rig.fail('db', 'untouched');
    rig.say('retry', 'db');
    expect(data(rig)).toBe('data restoring');
  });

  test('in a series, or after the action is done, nobody knows what was done before', () => {
    const series = one({ until: { successes: 1, everyMs: 1, withinMs: 1, failures: null, errors: null } });
    series.fail('db', 'spawn');
    const proven = one();
    proven.hear({ type: 'step.performed', step: 'db', attempt: 1, end: ended });
    proven.fail('db', 'spawn');
    expect([data(series), data(proven)]).toEqual(['data unknown', 'data unknown']);
  });
});

test('what made the run fail names the step, once', () => {
  const rig = new Rig(aPlan({ restore: [{ id: 'db' }] }));
  rig.fail('db');
  expect(failureWords(rig.state.context)).toBe('db: exit code 1');
  const failure = { step: 'db', reason: 'db has lapsed 5 times' };
  expect(failureWords({ ...rig.state.context, failure })).toBe('db has lapsed 5 times');
  expect(failureWords({ ...rig.state.context, failure: { step: null, reason: 'the disk is full' } })).toBe(
    'the disk is full',
  );
});
