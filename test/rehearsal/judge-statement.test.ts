/** What the evidence of a rehearsal says of its run: what counts as done, what was not as planned, how long it counts. */
import { expect, test } from '@jest/globals';
import type { Plan, PlannedRehearsal } from '../../src/plan/plan.ts';
import { hasRestored, statementOf } from '../../src/views/rehearsal-evidence.ts';
import type { RunView } from '../../src/views/run-view.ts';
import { aPlan, aStep } from '../support/plan-builder.ts';

const rehearsal: PlannedRehearsal = {
  environment: 'staging',
  expiresAfterMs: 60_000,
  leftOut: [],
  harmless: [],
  cleanup: ['wipe'],
  inject: {},
  hides: [],
};
const plan = (inject: PlannedRehearsal['inject'] = {}): Plan =>
  aPlan(
    {
      restore: [{ id: 'db', contingency: [aStep('restore', { id: 'older' })] }, { id: 'files' }],
      announce: [{ id: 'wipe' }],
      escalate: [{ id: 'page' }],
    },
    { definition: 'this', rehearsal: { ...rehearsal, inject } },
  );

const at = (second: number): string => new Date(second * 1_000).toISOString();
const attempt = (from: number, to: number | null) => ({ startedAt: at(from), endedAt: to === null ? null : at(to) });
const step = (id: string, status = 'succeeded', attempts: readonly object[] = [attempt(1, 2)]) => {
  return { id, status, attempts, accepted: null };
};
const restored = (...steps: readonly object[]) => [{ name: 'restore', steps }];
const well = { phases: restored(step('db'), step('files')) };
const person = { login: 'ops', sudoUser: null, claimed: 'Ruth', host: 'vm' };
const said = (verb: string, about: string | null = null, reason: string | null = null) => {
  return { verb, step: about, by: person, reason };
};

/** Only what is read of a run's view. */
function evidenceOf(ran: object, inject?: PlannedRehearsal['inject']) {
  const view = {
    status: 'rehearsed',
    startedAt: at(0),
    endedAt: at(100),
    by: person,
    failure: null,
    exceptions: [],
    decisions: [],
    notes: [],
    ...ran,
  } as unknown as RunView;
  return statementOf({ plan: plan(inject), view, version: '1', adapters: {} })?.predicate;
}

test('there is none of what has not ended, or is no rehearsal', () => {
  expect(evidenceOf(well)?.kind).toBe('rehearsal');
  expect(evidenceOf({ ...well, endedAt: null })).toBeUndefined();
  expect(evidenceOf({ ...well, startedAt: null })).toBeUndefined();
  const { rehearsal: _, ...real } = plan();
  const view = { startedAt: at(0), endedAt: at(1) } as unknown as RunView;
  expect(statementOf({ plan: real, view, version: '1', adapters: {} })).toBeUndefined();
});

test('it counts from its end; a step took from its first attempt to the end of its last', () => {
  const twice = step('db', 'succeeded', [attempt(10, 20), attempt(50, 70)]);
  const open = step('files', 'unknown', [attempt(10, 20), attempt(50, null)]);
  const { expiresOn, ms, steps } = evidenceOf({ phases: restored(twice, open, step('later', 'pending', [])) }) ?? {};
  expect([Date.parse(expiresOn ?? ''), ms]).toEqual([160_000, 100_000]);
  expect(steps?.map((each) => [each.attempts, each.ms])).toEqual([
    [2, 60_000],
    [2, null],
    [0, null],
  ]);
});

test('steps of the plan are counted; contingencies, escalation and what cleans up are not', () => {
  const all = [step('db', 'failed'), step('older'), step('files'), step('wipe'), step('page')];
  expect(evidenceOf({ phases: restored(...all) })?.coverage).toMatchObject({ done: 1, of: 2 });
  const skipped = [step('db'), step('files', 'skipped')];
  expect(evidenceOf({ phases: restored(...skipped) })?.coverage).toMatchObject({ done: 1, of: 2 });
});

test('updates that were sent to audiences are told, the word to the speaker is not', () => {
  const update = { name: 'users', everyMs: 5, sent: 3, byFallback: 1, missed: 0 };
  const updates = [update, { ...update, name: 'the speaker', everyMs: null }];
  expect(evidenceOf({ ...well, updates })?.updates).toEqual([{ audience: 'users', sent: 3, byFallback: 1, missed: 0 }]);
  expect(evidenceOf(well)).not.toHaveProperty('updates');
});

test.each<[string, object, string, readonly string[]]>([
  ['went as planned', well, 'PASSED', []],
  ['was answered as the plan asks', { ...well, decisions: [said('confirm'), said('approve')] }, 'PASSED', []],
  [
    'had a person step in',
    { ...well, decisions: [said('retry', 'db', 'disk full'), said('pause')] },
    'WARNED',
    ['ops (says: Ruth) said retry db: disk full', 'ops (says: Ruth) said pause'],
  ],
  ['had an exception', { ...well, exceptions: ['db failed'] }, 'WARNED', ['db failed']],
  [
    'restored nothing',
    { phases: restored(step('db', 'skipped'), step('files', 'skipped')) },
    'WARNED',
    ['no restore step was carried out'],
  ],
  ['restored a part', { phases: restored(step('db', 'skipped'), step('files')) }, 'PASSED', []],
  [
    'failed before it restored anything',
    {
      status: 'rehearsal-failed',
      failure: { step: 'db', reason: 'exit code 1' },
      phases: restored(step('db', 'failed')),
    },
    'FAILED',
    ['failed at db: exit code 1'],
  ],
  ['was stopped', { ...well, status: 'rehearsal-stopped' }, 'FAILED', []],
])('a rehearsal that %s', (_, ran, result, deviations) => {
  const predicate = evidenceOf(ran);
  expect([predicate?.kind, predicate?.result, predicate?.deviations]).toEqual(['rehearsal', result, deviations]);
});

test('of a drill, its own failure is no deviation; another is, and one that did not come about', () => {
  const ran = {
    status: 'rehearsal-failed',
    failure: { step: 'db', reason: 'injected' },
    exceptions: ['db failed', 'db-copy failed'],
    phases: restored(step('db', 'failed'), step('files', 'pending', [])),
  };
  const drill = evidenceOf(ran, { db: 'fail', files: 'timeout' });
  expect([drill?.kind, drill?.deviations]).toEqual(['drill', ['db-copy failed', 'files:timeout was not reached']]);
  const elsewhere = evidenceOf({ ...ran, failure: { step: 'files', reason: 'full' } }, { db: 'fail' });
  expect(elsewhere?.deviations[0]).toBe('failed at files: full');
});

test('a plan without a restore may be rehearsed all the same', () => {
  const of = (place: string, outcome: string) => ({ id: 'x', place, outcome, attempts: 1, ms: 1 });
  expect(hasRestored({ steps: [of('health-checks', 'succeeded')] })).toBe(true);
  expect(hasRestored({ steps: [of('health-checks', 'succeeded'), of('restore', 'failed')] })).toBe(false);
  expect(hasRestored({ steps: [of('restore', 'skipped'), of('restore', 'succeeded')] })).toBe(true);
});
