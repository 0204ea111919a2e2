/** The examination on plans made by hand: what each failure comes to, and what is found. */
import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../src/plan/plan.ts';
import type { FailureKind } from '../../src/whatif/failure.ts';
import type { Row } from '../../src/whatif/row.ts';
import { noEstimates } from '../../src/whatif/timing.ts';
import { type WhatIf, type WhatIfOptions, whatIf } from '../../src/whatif/what-if.ts';
import { aPlan } from '../support/plan-builder.ts';
import { bare } from './bare.ts';

const usual: WhatIfOptions = { ...bare, estimate: noEstimates, depth: 'single', only: null, progress: () => {} };

function examine(plan: Plan, options: Partial<WhatIfOptions> = {}): WhatIf {
  return whatIf(plan, { ...usual, ...options });
}

function row(found: WhatIf, step: string, failure: FailureKind): Row {
  const one = found.rows.find((each) => each.step === step && each.failure === failure);
  if (one === undefined) throw new Error(`no row ${step} ${failure}`);
  return one;
}

const rules = ({ findings }: WhatIf) => findings.map(({ rule, step }) => `${rule} ${step ?? '-'}`);

const minute = 60_000;
const timeoutMs = 10 * minute;
const desk = { id: 'desk', timeoutMs: minute, contingency: [] };
const phone = (id: string) => ({ id, owner: 'ops' });

/** Everything that a careful plan has. */
function careful(changes: Parameters<typeof aPlan>[0] = {}): Plan {
  const manual = { kind: 'manual', instruction: 'Phone them' } as const;
  const announceFallback = aPlan({ announce: [{ ...phone('phone-end'), action: manual }] }).phases.announce.steps;
  const escalateFallback = aPlan({ escalate: [{ ...phone('phone-bad'), action: manual }] }).escalate.steps;
  return aPlan(
    {
      notify: [desk],
      'disable-access': [{ id: 'close', timeoutMs }],
      restore: [{ id: 'data', timeoutMs, owner: 'dba' }],
      'health-checks': [{ id: 'check', timeoutMs }],
      'enable-access': [{ id: 'open', timeoutMs }],
      announce: [{ id: 'end', timeoutMs: minute, contingency: announceFallback }],
      escalate: [{ id: 'bad', timeoutMs: minute, contingency: escalateFallback }],
      ...changes,
    },
    { roles: { dba: { name: 'Ana', contact: 'ana@example.com', deputy: null } } },
  );
}

describe('a careful plan', () => {
  const found = examine(careful());

  test('has no findings, and ends well when nothing goes wrong', () => {
    expect(rules(found)).toEqual([]);
    expect(found.untroubled).toMatchObject({
      end: 'succeeded',
      exitCode: 0,
      truth: { access: 'open', health: 'proven' },
    });
  });

  test('a restore that fails keeps access closed, tells, and names its owner', () => {
    expect(row(found, 'data', 'fails')).toMatchObject({
      end: 'failed',
      exitCode: 1,
      truth: { access: 'closed', data: 'unknown', health: 'unknown' },
      told: [{ step: 'desk' }, { step: 'bad' }],
      mustAct: [{ duty: 'repair', step: 'data', owner: 'dba', person: 'Ana', contact: 'ana@example.com' }],
    });
  });

  test('a check that fails says so of health, and access stays closed', () => {
    expect(row(found, 'check', 'fails').truth).toEqual({ access: 'closed', data: 'restored', health: 'failing' });
  });

  test.each(['engine-dies-before', 'engine-dies-during', 'engine-dies-after'] as const)(
    '%s: the next engine brings it to its good end, about a minute later',
    (failure) => {
      const died = row(found, 'data', failure);
      expect(died).toMatchObject({ end: 'succeeded', mustAct: [{ duty: 'resume' }] });
      expect(died.elapsed).toBeGreaterThan(found.untroubled.elapsed);
      expect(died.elapsed).toBeLessThanOrEqual(found.untroubled.elapsed + minute);
    },
  );

  test('an end that nobody saw: the person who is asked has half an hour; without an answer the run fails then', () => {
    const asked = row(found, 'data', 'unknown');
    expect(asked).toMatchObject({ end: 'stopped', mustAct: [{ duty: 'decide-unknown', withinMs: 30 * minute }] });
    const unanswered = row(found, 'data', 'unknown-nobody-answers');
    expect(unanswered.end).toBe('failed');
    expect(unanswered.elapsed).toBeGreaterThan(30 * minute);
  });

  test('a notice that fails holds nothing up, and is an exception', () => {
    expect(row(found, 'desk', 'fails')).toMatchObject({
      end: 'succeeded-with-exceptions',
      exitCode: 6,
      told: [{ step: 'end' }],
      mustAct: [{ duty: 'tell', step: 'desk' }],
    });
  });

  test('each step has each failure, its stand-ins after it has failed', () => {
    const kinds = found.rows.filter(({ step }) => step === 'data').map(({ failure }) => failure);
    expect(kinds).toEqual([
      'fails',
      'times-out',
      'unknown',
      'unknown-nobody-answers',
      'engine-dies-before',
      'engine-dies-during',
      'engine-dies-after',
    ]);
    expect(row(found, 'phone-end', 'nobody-answers').also).toEqual([{ step: 'end', kind: 'fails' }]);
    expect(row(found, 'bad', 'fails').also).toEqual([{ step: 'data', kind: 'fails' }]);
  });
});

test('inside the engine, what died with it is unknown, but what may be repeated is done again', () => {
  const asked = examine(careful(), { insideEngine: ({ id }) => id === 'data' });
  expect(row(asked, 'data', 'engine-dies-during')).toMatchObject({ end: 'stopped' });
  const again = careful({ restore: [{ id: 'data', timeoutMs, repeatable: true }] });
  expect(row(examine(again, { insideEngine: () => true }), 'data', 'engine-dies-during').end).toBe('succeeded');
});

test('retries are walked through before a step has failed for good', () => {
  const retry = {
    attempts: 3,
    delayMs: 5_000,
    factor: 1,
    maxDelayMs: 5_000,
    jitter: false,
    onExitCodes: [75],
    onVerify: false,
  };
  const one = row(examine(careful({ restore: [{ id: 'data', timeoutMs }] })), 'data', 'fails').elapsed;
  const three = row(examine(careful({ restore: [{ id: 'data', timeoutMs, retry }] })), 'data', 'fails').elapsed;
  expect(three - one).toBe(2 * minute + 2 * 5_000);
});

describe('findings', () => {
  test('without escalate and announce nobody is told of either end', () => {
    const found = examine(careful({ announce: [], escalate: [] }));
    expect(rules(found)).toEqual(['nobody-told -', 'nobody-told -']);
  });

  test('a message that alone carries an end', () => {
    const found = examine(careful({ announce: [{ id: 'end', timeoutMs }], escalate: [{ id: 'bad', timeoutMs }] }));
    expect(rules(found)).toEqual(['only-message end', 'only-message bad']);
  });

  test('two messages cover for each other', () => {
    const two = (a: string, b: string) => [a, b].map((id) => ({ id, timeoutMs: minute, needs: [] }));
    expect(rules(examine(careful({ announce: two('a', 'b'), escalate: two('c', 'd') })))).toEqual([]);
  });

  test('a step without a timeout can hang without end, in any phase', () => {
    const found = examine(
      careful({ restore: [{ id: 'data', owner: 'dba' }], escalate: [{ id: 'bad' }, { id: 'bad2', timeoutMs }] }),
    );
    expect(rules(found)).toEqual(['waits-without-end data', 'waits-without-end bad']);
    expect(row(found, 'data', 'hangs')).toMatchObject({ end: 'waits', truth: { access: 'closed', data: 'restoring' } });
  });

  test('a restore that nobody is named for', () => {
    const nobody = examine(careful({ restore: [{ id: 'data', timeoutMs, owner: null }] }));
    expect(rules(nobody)).toEqual(['restore-without-owner data']);
    const role = careful();
    const mute = { ...role, roles: { dba: { name: 'Ana', contact: null, deputy: null } } };
    expect(rules(examine(mute))).toEqual(['restore-without-owner data']);
  });

  test('access that is opened unproven', () => {
    const plan = careful({ 'health-checks': [] });
    expect(rules(examine({ ...plan, withoutHealthChecks: 'there are none' }))).toEqual(['opens-unproven -']);
  });

  test('checks that take longer than their pass counts: it cannot succeed at all', () => {
    const checks = ['a', 'b'].map((id) => ({ id, timeoutMs: 60 * minute }));
    const found = examine(careful({ 'health-checks': checks }), { estimate: () => 6 * minute });
    expect(rules(found)).toContain('cannot-succeed -');
  });
});

describe('pairs', () => {
  const plan = careful();
  const singles = examine(plan).rows.length;
  const pairs = examine(plan, { depth: 'pairs' }).rows.slice(singles);

  test('two failures of different steps in one run, each pair once', () => {
    const keys = pairs.map(({ step, failure, also }) =>
      [`${step} ${failure}`, ...also.map((other) => `${other.step} ${other.kind}`)].sort().join(),
    );
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain('data engine-dies-during,desk fails');
    expect(keys.some((key) => key.includes('close fails,data fails'))).toBe(false);
  });

  test('both leave their mark', () => {
    const both = pairs.find(
      ({ step, failure, also }) =>
        step === 'desk' && failure === 'fails' && also[0]?.step === 'check' && also[0].kind === 'fails',
    );
    expect(both).toMatchObject({
      end: 'failed',
      told: [{ step: 'bad' }],
      mustAct: [{ step: 'desk' }, { step: 'check' }],
    });
  });
});
