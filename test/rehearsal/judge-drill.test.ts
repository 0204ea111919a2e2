/** What a drill is worth: whether its run ended as the plan says of the failures that it was to show. */
import { describe, expect, test } from '@jest/globals';
import type { InjectedEvidence } from '../../src/journal/evidence/statement.ts';
import type { Injection, Plan } from '../../src/plan/plan.ts';
import { drillResult, injectedOf } from '../../src/views/drill-evidence.ts';
import type { StepView } from '../../src/views/phase-view.ts';
import type { RunView } from '../../src/views/run-view.ts';
import { aPlan, aStep } from '../support/plan-builder.ts';

const instead = aStep('restore', { id: 'instead' });
const plan = aPlan({
  restore: [
    { id: 'stops', contingency: [instead] },
    { id: 'asks', onFailure: 'ask', onUnknown: 'rerun' },
    { id: 'looks', onFailure: 'stop', onUnknown: 'ask' },
  ],
});

type Shown = Partial<Pick<StepView, 'status' | 'accepted'>> & { readonly times?: readonly [number, number | null] };
interface Ran {
  readonly status?: RunView['status'];
  readonly failedAt?: string | null;
  readonly steps?: Readonly<Record<string, Shown>>;
  /** How the steps of escalate went. */
  readonly told?: readonly StepView['status'][];
  readonly decisions?: number;
  readonly notes?: readonly (readonly [number, string])[];
}

const at = (second: number): string => new Date(second * 1_000).toISOString();
const attempt = ([from, to]: readonly [number, number | null]) => ({
  startedAt: at(from),
  endedAt: to === null ? null : at(to),
});

/** Only what is read of it. */
function viewOf({ status = 'rehearsal-failed', failedAt, steps = {}, told = [], decisions = 0, notes = [] }: Ran) {
  const restore = Object.entries(steps).map(([id, { times, ...shown }]) => {
    return { id, status: 'failed', accepted: null, attempts: times === undefined ? [] : [attempt(times)], ...shown };
  });
  const phases = [
    { name: 'restore', steps: restore },
    { name: 'escalate', steps: told.map((each, n) => ({ id: `tell-${n}`, status: each, attempts: [] })) },
  ];
  return {
    status,
    failure: failedAt === undefined ? null : { step: failedAt, reason: 'exit code 1' },
    phases,
    decisions: Array.from({ length: decisions }, () => ({ verb: 'confirm' })),
    notes: notes.map(([second, text]) => ({ at: at(second), text })),
  } as unknown as RunView;
}

const injection = (step: string, kind: Injection = 'fail', met = true): InjectedEvidence => {
  return { step, kind, met, ended: '' };
};
const told = ['succeeded'] as const;
const stopped = 'rehearsal-stopped';

describe('the result', () => {
  test.each<[string, Ran, readonly InjectedEvidence[], string]>([
    ['went well, as a contingency stood in', { status: 'rehearsed' }, [injection('stops')], 'PASSED'],
    ['went well, after a person was asked', { status: 'rehearsed', decisions: 1 }, [injection('asks')], 'WARNED'],
    ['went well, without the failure', { status: 'rehearsed' }, [injection('stops', 'fail', false)], 'FAILED'],
    [
      'went well, with one failure of two',
      { status: 'rehearsed' },
      [injection('stops'), injection('instead', 'fail', false)],
      'FAILED',
    ],
    ['failed at the failure, and told', { failedAt: 'asks', told }, [injection('asks')], 'PASSED'],
    ['failed at the failure, and asked', { failedAt: 'asks', told, decisions: 1 }, [injection('asks')], 'WARNED'],
    ['failed at the failure, with nobody to tell', { failedAt: 'asks' }, [injection('asks')], 'WARNED'],
    ['failed, and could not tell', { failedAt: 'asks', told: [...told, 'failed'] }, [injection('asks')], 'FAILED'],
    ['failed elsewhere', { failedAt: 'looks', told }, [injection('asks')], 'FAILED'],
    ['failed as its contingency was made to', { failedAt: 'stops', told }, [injection('instead')], 'PASSED'],
    ['failed at a contingency that nobody made fail', { failedAt: 'instead', told }, [injection('stops')], 'FAILED'],
    ['failed at no step', { failedAt: null, told }, [injection('stops')], 'FAILED'],
    [
      'was stopped where the plan asks',
      { status: stopped, steps: { asks: {} }, told, decisions: 1 },
      [injection('asks')],
      'WARNED',
    ],
    [
      'was stopped where the plan asks of an unknown end',
      { status: stopped, steps: { looks: { status: 'unknown' } }, told, decisions: 1 },
      [injection('looks', 'unknown')],
      'WARNED',
    ],
    [
      'was stopped where the plan asks of a failure, not of an unknown end',
      { status: stopped, steps: { asks: { status: 'unknown' } }, told, decisions: 1 },
      [injection('asks', 'unknown')],
      'FAILED',
    ],
    [
      'was stopped where the plan does not ask',
      { status: stopped, steps: { looks: {} }, told, decisions: 1 },
      [injection('looks')],
      'FAILED',
    ],
    [
      'was stopped once the step had got over it',
      { status: stopped, steps: { asks: { status: 'succeeded' } }, told, decisions: 1 },
      [injection('asks')],
      'FAILED',
    ],
  ])('of a drill that %s', (_, ran, injected, result) => {
    expect(drillResult(plan, viewOf(ran), injected)).toBe(result);
  });
});

describe('the words', () => {
  const seen = (kind: Injection, shown: Shown, ran: Ran = {}) => {
    const drill: Plan = { ...plan, rehearsal: { inject: { asks: kind } } as unknown as NonNullable<Plan['rehearsal']> };
    const [first] = injectedOf(drill, viewOf({ status: 'rehearsed', ...ran, steps: { asks: shown } }));
    return `${first?.met}: ${first?.ended}`;
  };
  const times = [5, 12] as const;
  const again = (second: number): Ran => ({ notes: [[second, 'taken up again by root']] });

  test.each<[Injection, Shown, Ran, string]>([
    ['fail', { times }, {}, 'true: the step failed'],
    ['fail', {}, {}, 'false: it was not reached'],
    ['fail', { times, status: 'skipped' }, {}, 'true: a person was asked, and said skip'],
    ['fail', { times, accepted: 'contingency' }, {}, 'true: its contingency stood in'],
    ['fail', { times, accepted: 'continue' }, {}, 'true: the run went on without it'],
    ['unknown', { times, status: 'unknown' }, {}, 'true: the step ended unknown'],
    ['fail', { times }, { status: stopped }, 'true: a person was asked, and said stop'],
    ['fail', { times }, { status: 'rehearsal-failed' }, 'true: the step failed'],
    [
      'kill-engine',
      { times, status: 'succeeded' },
      again(5),
      'true: another engine took the run up; the step succeeded',
    ],
    ['kill-engine', { times, status: 'succeeded' }, again(4), 'false: it was not reached'],
    ['kill-engine', { times, status: 'succeeded' }, again(13), 'false: it was not reached'],
    ['kill-engine', { times, status: 'succeeded' }, { notes: [[6, 'paused']] }, 'false: it was not reached'],
  ])('of %s: %j, %j', (kind, shown, ran, words) => {
    expect(seen(kind, shown, ran)).toBe(words);
  });
});
