/** When a run that is under way will end: from what is left of it, and shown wherever the run is. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { nothingSeen } from '../../src/engine/nothing-seen.ts';
import type { RunEvent } from '../../src/engine/protocol.ts';
import { replay } from '../../src/engine/replay.ts';
import type { Estimates } from '../../src/views/estimate.ts';
import { expectedEndOf } from '../../src/views/estimate-end.ts';
import { createForesight } from '../../src/views/foresight.ts';
import { createHistory } from '../../src/views/history.ts';
import { Site } from '../rig/site.ts';
import { onTerminal } from '../rig/terminal.ts';
import { aPlan } from '../support/plan-builder.ts';

jest.setTimeout(60_000);

const t0 = Date.parse('2026-11-22T03:00:00Z');
const by = { login: 'ops', sudoUser: null, claimed: null, host: 'vm' };
const end = { ...nothingSeen, exitCode: 0, durationMs: 1 };
const began = (run: Partial<Extract<RunEvent, { type: 'run.began' }>> = {}): RunEvent => ({
  type: 'run.began',
  at: t0,
  run: 'R',
  mode: 'real',
  planDigest: '',
  playbook: 'shop',
  system: 'shop',
  change: {},
  by,
  reason: null,
  boot: 'b',
  pid: 1,
  version: '1',
  onceKey: null,
  withoutWaiting: true,
  ...run,
});
const started = (step: string, at: number): RunEvent => ({
  type: 'step.started',
  at: t0 + at,
  step,
  attempt: 1,
  key: 'k',
  deadline: null,
  boot: 'b',
  does: [],
  env: [],
});
const done = (step: string, at: number): RunEvent => ({ type: 'step.succeeded', at: t0 + at, step, attempt: 1, end });
const estimate = (medianMs: number, p90Ms: number) => ({ medianMs, p90Ms, samples: 5, earlier: false });
const estimates: Estimates = new Map([
  ['db', estimate(60_000, 90_000)],
  ['check', estimate(10_000, 20_000)],
]);
const plan = aPlan({ restore: [{ id: 'db' }], 'health-checks': [{ id: 'check' }] });

function expected(events: readonly RunEvent[], now: number, of = plan, known = estimates) {
  const history = createHistory();
  for (const event of events) history.add({ event, hash: '' });
  return expectedEndOf({
    context: replay(of, events).context,
    history: history.history,
    estimates: known,
    now: t0 + now,
  });
}
const at = (ms: number): string => new Date(t0 + ms).toISOString();

describe('the expected end', () => {
  test('is what is left of each step', () => {
    const none = { overdue: [], unmeasured: [] };
    expect(expected([began()], 0)).toEqual({ usual: at(70_000), late: at(110_000), ...none });
    const running = [began(), started('db', 5_000)];
    expect(expected(running, 25_000)).toEqual({ usual: at(75_000), late: at(115_000), ...none });
    expect(expected([...running, done('db', 30_000)], 30_000)).toEqual({
      usual: at(40_000),
      late: at(50_000),
      ...none,
    });
  });

  test('moves out as a step takes longer than usual, and names it once it takes longer than it ever should', () => {
    const running = [began(), started('db', 0)];
    expect(expected(running, 61_000)).toMatchObject({ usual: at(100_000), overdue: [] });
    expect(expected(running, 95_000)).toMatchObject({ usual: at(105_000), late: at(115_000), overdue: ['db'] });
  });

  test('is bound by timeouts where a step was never measured, and unknown where that has none', () => {
    const known = new Map([...estimates].slice(0, 1));
    expect(expected([began()], 0, plan, known)).toMatchObject({ usual: null, late: null, unmeasured: ['check'] });
    const bound = aPlan({ restore: [{ id: 'db' }], 'health-checks': [{ id: 'check', timeoutMs: 30_000 }] });
    expect(expected([began()], 0, bound, known)).toMatchObject({ usual: null, late: at(120_000) });
  });

  test.each<[string, readonly RunEvent[]]>([
    ['has ended', [began(), { type: 'decision.stop', at: t0, by, reason: null, inFlight: 'cancel', urgent: false }]],
    ['is paused', [began(), { type: 'decision.pause', at: t0, by, reason: null }]],
    ['is a dry run', [began({ mode: 'dry-run' })]],
    [
      'has failed',
      [began(), started('db', 0), { type: 'step.failed', at: t0 + 1, step: 'db', attempt: 1, class: 'exit', end }],
    ],
  ])('is not foretold for a run that %s', (_, events) => {
    expect(expected(events, 10)).toBeNull();
  });
});

describe('a run with measured steps', () => {
  const playbook = `
name: shop
phases:
  restore:
    - { id: db, run: ': > begun; until [ -e go ]; do sleep 0.01; done', timeout: 1h }
`;
  function measured(): Site {
    const site = new Site(playbook);
    mkdirSync(join(site.home, 'times'), { recursive: true });
    const line = {
      run: 'R',
      playbook: 'shop',
      mode: 'real',
      definition: null,
      at: 0,
      end: 'succeeded',
      totalMs: 1,
      steps: { db: 600_000 },
    };
    writeFileSync(join(site.home, 'times', 'shop.ndjson'), `${JSON.stringify(line)}\n`);
    return site;
  }

  test('says off a terminal when it will end, and status says it too', async () => {
    const site = measured();
    const running = site.start(['run', 'playbook.yaml', '--yes']);
    await site.appeared('begun');
    const view = await site.status();
    expect(Date.parse(view.expectedEnd?.usual ?? '') - Date.now()).toBeGreaterThan(590_000);
    expect((await site.call(['status'])).stdout).toMatch(/Expected to end at .* \(in (9 min|10 min)/);
    site.write('go', '');
    const { code, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(
      / run {10}expected to end at \d\d:\d\d:\d\d \(in (?:10|9) min \d\d s\), by the 90th percentiles at /,
    );
    expect((await site.status()).expectedEnd).toBeNull();
  });

  test('shows it on the terminal', async () => {
    const site = measured();
    const terminal = onTerminal(site, ['run', 'playbook.yaml', '--yes']);
    await terminal.shows('Expected to end at');
    site.write('go', '');
    expect(await terminal.ended).toBe(0);
  });
});

test('what is shown again and again is found anew once a second, and at the end', () => {
  const history = createHistory().history;
  const foresee = createForesight(estimates);
  const { context } = replay(plan, [began()]);
  const first = foresee({ context, history, now: t0 });
  expect(first?.usual).toBe(at(70_000));
  expect(foresee({ context, history, now: t0 + 999 })).toBe(first);
  expect(foresee({ context, history, now: t0 + 1_000 })?.usual).toBe(at(71_000));
  expect(foresee({ context: { ...context, end: 'succeeded' }, history, now: t0 + 1_001 })).toBeNull();
  expect(createForesight(undefined)({ context, history, now: t0 })).toBeNull();
});
