/** `backout plan`, whole. */
import { expect, test } from '@jest/globals';
import type { Plan } from '../../src/plan/plan.ts';
import { unpainted } from '../../src/views/colour.ts';
import { planText } from '../../src/views/plan-text.ts';
import { longest, waves } from '../../src/views/plan-time.ts';
import { noRetry } from './scenarios.ts';
import { shopPlan, step } from './scene.ts';

const options = { columns: 80, paint: unpainted, digest: 'ab12' };

function withRestore(steps: readonly ReturnType<typeof step>[]): Plan {
  const plan = shopPlan();
  return { ...plan, phases: { ...plan.phases, restore: { maxParallel: 10, steps } } };
}

test('what would run, in which order, by whom, for how long', () => {
  const plan = shopPlan({ contingency: [step('restore-older', 'restore', { owner: 'dba' })], onFailure: 'ask' });
  expect(`\n${planText(plan, options)}`).toBe(`
Plan shop-release of system shop: nothing is run.
Take the shop back to the release before CHG0042
Change CHG0042
Parameter release = "4.2.0"
Digest ab12
Time budget 30 min 00 s

notify
  1. tell-service-desk (change-manager: Jo Graf)
     $ ./tell-service-desk
     timeout 30.0 s; holds nothing up

disable-access
  1. maintenance-on (web)
     $ ./maintenance-on
     timeout 30.0 s; on failure: stop

restore
  1. restore-db (dba: Maria Keller, +41 44 111 11 11)
     $ ./restore-db
     timeout 20 min 00 s; up to 3 attempts, 5.0 s apart; on failure: ask
     if it fails: restore-older (dba: Maria Keller, +41 44 111 11 11)
                  $ ./restore-older
                  timeout 30.0 s; on failure: stop
  2. swap-tapes (dba: Maria Keller, +41 44 111 11 11)
     by hand: Put tape 7 into the drive.
     answer within 30 min 00 s; on failure: stop

health-checks
  1. home-page (web)
     $ ./home-page
     timeout 30.0 s; on failure: stop

enable-access
  1. maintenance-off (web)
     $ ./maintenance-off
     timeout 30.0 s; on failure: stop

announce
  1. call-service-desk (change-manager: Jo Graf)
     by hand: Call the Service Desk, +41 44 000 00 00, and say that the shop
       is back.
     a task for a person; holds nothing up

escalate (only when the backout fails or is stopped)
  1. page-duty-manager (change-manager: Jo Graf)
     $ ./page-duty-manager
     timeout 30.0 s; holds nothing up

7 steps, of which 2 by people; at most 1 h 32 min by the timeouts.
`);
});

test('steps that run side by side share a number', () => {
  const plan = withRestore([
    step('database', 'restore'),
    step('files', 'restore', { needs: [] }),
    step('index', 'restore', { needs: ['database', 'files'] }),
  ]);
  const text = planText(plan, options);
  expect(text).toContain('  1. database (no owner)\n');
  expect(text).toContain('   + files (no owner)\n');
  expect(text).toContain('  2. index (no owner)\n');
});

test('an adapter describes itself where it can', () => {
  const text = planText(shopPlan(), {
    ...options,
    describe: ({ id }) => (id === 'restore-db' ? ['would untar'] : undefined),
  });
  expect(text).toContain('     would untar\n');
  expect(text).toContain('     $ ./home-page\n');
});

test('a circle of needs, which the playbook refuses, does not hang the text', () => {
  const steps = [step('a', 'restore', { needs: ['b'] }), step('b', 'restore', { needs: ['a'] })];
  expect(waves(steps).map((wave) => wave.map(({ id }) => id))).toEqual([['a', 'b']]);
});

const second = { timeoutMs: 1_000, retry: noRetry };
const base = 10_000 + 30_000 + 30_000 + 30_000;
test.each<[string, Parameters<typeof step>[2][], number | null]>([
  ['one after the other', [second, { ...second, needs: ['s0'] }], base + 2_000],
  ['side by side', [second, { ...second, timeoutMs: 3_000 }], base + 3_000],
  [
    'with its pauses',
    [{ ...second, retry: { ...noRetry, attempts: 4, delayMs: 1_000, factor: 2, maxDelayMs: 3_000 } }],
    base + 4_000 + 1_000 + 2_000 + 3_000,
  ],
  ['left out', [{ ...second, condition: false }], base],
  ['without a limit', [{ timeoutMs: null }], null],
])('how long at most: %s', (_name, steps, ms) => {
  expect(longest(withRestore(steps.map((more, index) => step(`s${index}`, 'restore', more))))).toBe(ms);
});

test('nothing that would be done is cut off', () => {
  const does = `fetch https://shop.example/${'x'.repeat(90)} and compare it with the release`;
  const text = planText(shopPlan(), { ...options, describe: () => [does] });
  const [, shown = ''] = /restore-db .*\n([\s\S]*?)\n {5}timeout/.exec(text) ?? [];
  expect(shown.replace(/\n\s+/g, '')).toHaveLength(does.length + 3);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('a person who does not answer ends the backout, and a step whose onFailure sounds otherwise says so', () => {
  const look = (onFailure: 'continue' | 'stop') =>
    step('look', 'restore', { onFailure, answerWithinMs: 2_000, action: { kind: 'manual', instruction: 'Look.' } });
  expect(planText(withRestore([look('continue')]), options)).toContain(
    'answer within 2.0 s (no answer ends the backout); on failure: continue',
  );
  expect(planText(withRestore([look('stop')]), options)).not.toContain('no answer ends');
});
