/** Which evidence counts for a plan, and why the rest does not: genuine, of that plan, not failed, not expired. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { type Judged, type JudgeFacts, judge, newestFirst } from '../../src/cli/rehearsal/judge.ts';
import { fileDigest } from '../../src/cli/rehearsal/own-adapters.ts';
import { policyOf } from '../../src/cli/rehearsal/policy-of.ts';
import type { RehearsalPredicate, Statement } from '../../src/journal/evidence/statement.ts';
import { readEvidence } from '../../src/runtime/home/evidence.ts';
import { openHome } from '../../src/runtime/home/home.ts';
import { Site } from '../rig/site.ts';
import { aPlan } from '../support/plan-builder.ts';

jest.setTimeout(60_000);

const hour = 3_600_000;
const now = Date.parse('2026-11-22T04:00:00Z');
const at = (ms: number): string => new Date(now + ms).toISOString();
const [mine, other] = ['a'.repeat(64), 'b'.repeat(64)];
const run = '01M81EFRQ61XCB8P9TY68DN7D2';
const home = { path: '/nowhere/home', runs: '/nowhere/runs', systems: '/nowhere/systems' };
const facts = (more: Partial<JudgeFacts> = {}): JudgeFacts => {
  const modes = { folder: 0o700, file: 0o600 };
  return { home: { ...home, modes }, now, check: () => true, ...more };
};

/** Only what is read of it. */
function statement(changes: Partial<RehearsalPredicate> = {}): Statement {
  const predicate = {
    kind: 'rehearsal',
    result: 'PASSED',
    run,
    startedOn: at(-2 * hour),
    finishedOn: at(-hour),
    expiresOn: at(hour),
    steps: [{ id: 'db', place: 'restore', outcome: 'succeeded', attempts: 1, ms: 1 }],
    adapters: {},
    ...changes,
  };
  return { subject: [{ name: 'shop', digest: { sha256: mine } }], predicate } as unknown as Statement;
}

interface Asked {
  readonly definition?: string | undefined;
  readonly path?: string;
  readonly signed?: boolean;
  readonly by?: 'us' | 'another';
  readonly facts?: Partial<JudgeFacts>;
}
function judged(changes: Partial<RehearsalPredicate>, asked: Asked = {}): Judged {
  const { path = '/mail/evidence.json', signed = true, by = 'us' } = asked;
  const evidence = { statement: statement(changes), signed, isSignedBy: () => signed && by === 'us' };
  const definition = 'definition' in asked ? asked.definition : mine;
  return judge({ path, evidence }, definition, facts(asked.facts));
}
const skipped = { id: 'db', place: 'restore', outcome: 'skipped', attempts: 0, ms: null };
const ours = { './look.sh': fileDigest('/nowhere', './look.sh') };

test.each<[string, Partial<RehearsalPredicate>, Asked, string | null]>([
  ['a rehearsal that passed', {}, {}, null],
  ['one with deviations', { result: 'WARNED' }, {}, null],
  ['one that failed', { result: 'FAILED' }, {}, 'it failed'],
  ['a drill', { kind: 'drill' }, {}, 'it is a drill'],
  ['one without a restore', { steps: [skipped] }, {}, 'no restore step was carried out'],
  ['of another plan', {}, { definition: other }, 'the plan has been edited since'],
  ['of whatever plan', {}, { definition: undefined }, null],
  ['in its last ms', { expiresOn: at(1) }, {}, null],
  ['one that expires now', { expiresOn: at(0) }, {}, 'it has expired on 2026-11-22'],
  ['by a clock that is a minute ahead', { finishedOn: at(60_000) }, {}, null],
  ['from the future', { finishedOn: at(60_001) }, {}, 'it ends in the future: see to the clock'],
  ['with an own adapter as it was', { adapters: ours }, { facts: { folder: '/nowhere' } }, null],
  [
    'with an own adapter that was edited',
    { adapters: { ...ours, './look.sh': 'sha256:1' } },
    { facts: { folder: '/nowhere' } },
    'its adapter ./look.sh has been edited since',
  ],
  [
    'with a shipped adapter of another version',
    { adapters: { http: '0.0.9' } },
    { facts: { folder: '/nowhere' } },
    null,
  ],
  ['with adapters, where no playbook is asked about', { adapters: { './look.sh': 'sha256:1' } }, {}, null],
])('counts, or why not: %s', (_, changes, asked, why) => {
  expect(judged(changes, asked)).toMatchObject({ forged: null, why });
});

const inEvidence = (folder: string): string => join(home.path, 'evidence', folder, 'x.json');
test.each<[string, Partial<RehearsalPredicate>, Asked, string | RegExp]>([
  ['signed by another', {}, { by: 'another' }, 'its signature is not by the key that is used here'],
  ['signed by another, and failed', { result: 'FAILED' }, { by: 'another' }, /signature/],
  ['signed, without a key', {}, { facts: { check: undefined } }, /is not in this home, and there is no key to check/],
  ['unsigned, without its run', {}, { signed: false }, /is not in this home, and nobody has signed it/],
  ['unsigned, without its run or a key', {}, { signed: false, facts: { check: undefined } }, /nobody has signed it/],
  ['of no run', { run: '../../x' }, {}, 'it names no run'],
  ['put to another plan', {}, { path: inEvidence(other) }, 'it was moved here from the evidence of another plan'],
])('is not believed: %s', (_, changes, asked, forged) => {
  const said = judged(changes, asked);
  expect(said.forged).toEqual(typeof forged === 'string' ? forged : expect.stringMatching(forged));
  expect(said.why).toBe(said.forged);
});

test('in the folder of its own plan it is believed', () => {
  expect(judged({}, { path: inEvidence(mine) })).toMatchObject({ forged: null, why: null });
});

describe('of several, asked newest first', () => {
  const good = (id: string, definition = mine): Judged => {
    const { predicate, ...all } = statement({ run: id });
    const subject = [{ name: 'shop', digest: { sha256: definition } }] as const;
    return { ...judged({}), statement: { ...all, subject, predicate } };
  };
  const not = (why: string, id: string, definition = mine): Judged => ({ ...good(id, definition), why });

  test.each<[string, readonly Judged[], readonly (string | null)[]]>([
    ['an older good one ends with a failure', [not('it failed', 'r2'), good('r1')], ['it failed', 'r2']],
    [
      'the newest failure is named',
      [not('it failed', 'r3'), not('it failed', 'r2'), good('r1')],
      ['it failed', 'it failed', 'r3'],
    ],
    ['a newer good one heals it', [good('r3'), not('it failed', 'r2'), good('r1')], [null, 'it failed', 'r2']],
    ['a failure of another plan is no matter', [not('it failed', 'r2', other), good('r1')], ['it failed', null]],
    ['a drill ends nothing', [not('it is a drill', 'r2'), good('r1')], ['it is a drill', null]],
    [
      'what has its own reason keeps it',
      [not('it failed', 'r2'), not('it is a drill', 'r1')],
      ['it failed', 'it is a drill'],
    ],
  ])('%s', (_, all, expected) => {
    const inOrder = newestFirst();
    const newer = (why: string | null) =>
      why === null ? null : (/^a newer rehearsal of it, (\w+), failed$/.exec(why)?.[1] ?? why);
    expect(all.map((each) => newer(inOrder(each).why))).toEqual(expected);
  });
});

const shop = `
name: shop
withoutHealthChecks: only a test
phases: { restore: [{ id: db, run: 'echo $BACKOUT_MODE' }] }
rehearsal: { environment: staging, harmless: [{ step: db, reason: it prints }] }
`;

test('beside its journal it is held to that: what another release has written only in what matters', async () => {
  const site = new Site(shop);
  await site.call(['rehearse', '.', '--yes']);
  const [rehearsed = ''] = site.runs;
  await site.call(['run', '.', '--yes']);
  const { evidence, path } = readEvidence(JSON.parse((await site.call(['rehearsals', '--json'])).stdout)[0].path);
  if (evidence === undefined) throw new Error('no evidence');
  const predicate = evidence.statement.predicate;
  const facts = { home: openHome(site.home, {}), now: Date.now(), check: undefined };
  const forged = (changes: Partial<RehearsalPredicate>) => {
    const edited = { ...evidence.statement, predicate: { ...predicate, ...changes } };
    return judge({ path, evidence: { ...evidence, statement: edited } }, undefined, facts).forged;
  };
  const newer = { tool: { name: 'backout', version: '99.0.0' } } as const;
  const isEdited = `it does not say what the journal of run ${rehearsed} says: it was edited`;
  // The program that has written it is a build, and this one is its source: another release.
  expect([forged({}), forged({ ms: 1 })]).toEqual([null, null]);
  const steps = predicate.steps.map((step) => ({ ...step, outcome: 'failed' }));
  for (const changed of [
    newer,
    { environment: 'production' },
    { expiresOn: at(0) },
    { result: 'WARNED' },
    { steps },
  ] as const)
    expect(forged(changed)).toBe(isEdited);
  expect(forged({ run: site.runs[0] ?? '' })).toBe(`run ${site.runs[0]} is no rehearsal that has ended`);
  writeFileSync(join(site.home, 'runs', rehearsed, 'journal.ndjson'), 'x\n');
  expect(forged({})).toMatch(/^the journal of its run cannot be read: /);
});

test.each([
  ['nothing is asked', undefined, 'low', false, 'none'],
  ['nothing is asked of a change of medium risk', undefined, 'medium', false, 'none'],
  ['a risky change is warned of', undefined, 'high', false, 'warn'],
  ['the playbook has the last word', 'none', 'high', false, 'none'],
  ['the playbook refuses', 'refuse', 'low', false, 'refuse'],
  ['what was derived is only warned of', 'refuse', 'low', true, 'warn'],
  ['what was derived may go unasked', 'none', 'high', true, 'none'],
] as const)('the policy: %s', (_, rehearsal, risk, isDerived, policy) => {
  const plan = aPlan({}, { change: { id: 'CHG1', risk }, ...(isDerived ? { takesBack: 'CHG1' } : {}) });
  expect(policyOf({ plan, policy: rehearsal === undefined ? {} : { rehearsal } })).toBe(policy);
});
