/** Batches, the canary, the limit of failures; and what the ends make of the attempt. */
import { expect, test } from '@jest/globals';
import type { HostEnd } from '../../src/engine/protocol.ts';
import { plainHost } from '../../src/plan/inventory/host.ts';
import type { PlannedHosts } from '../../src/plan/plan.ts';
import { judge } from '../../src/runtime/hosts/judge.ts';
import { inBatches } from '../../src/runtime/hosts/schedule.ts';

const end = (host: string, outcome: HostEnd['outcome'], more: Partial<HostEnd> = {}): HostEnd => ({
  host,
  outcome,
  exitCode: null,
  reason: null,
  lastWords: null,
  durationMs: 1,
  held: false,
  ...more,
});
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** The hosts that were begun, by batch, and the most at once. */
async function schedule(count: number, bad: readonly number[], rules: Parameters<typeof inBatches>[1]) {
  const batches: number[][] = [[]];
  let running = 0;
  let most = 0;
  await inBatches(numbers(count), rules, {
    run: async (host) => {
      batches.at(-1)?.push(host);
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return end(String(host), bad.includes(host) ? 'failed' : 'succeeded');
    },
    settled: async () => void batches.push([]),
    stopped: () => false,
  });
  return { batches: batches.filter((batch) => batch.length > 0).map((batch) => batch.length), most };
}

test.each([
  ['all at once, so many side by side', 10, [], { batches: [10], concurrency: 3, maxFailures: { count: 0 } }, [10], 3],
  [
    'a canary, then parts; the last size repeats',
    20,
    [],
    { batches: [1, 5], concurrency: 9, maxFailures: { count: 0 } },
    [1, 5, 5, 5, 4],
    5,
  ],
  [
    'a canary that fails ends it, whatever is allowed',
    20,
    [0],
    { batches: [1, 19], concurrency: 9, maxFailures: { count: 9 } },
    [1],
    1,
  ],
  [
    'the limit ends it; those that run are finished',
    20,
    [0, 1],
    { batches: [20], concurrency: 4, maxFailures: { count: 1 } },
    [5],
    4,
  ],
  [
    'a percentage is one of the hosts so far',
    20,
    [3],
    { batches: [5, 15], concurrency: 1, maxFailures: { percent: 20 } },
    [5, 15],
    1,
  ],
  [
    'a percentage too low for the first batch',
    20,
    [3],
    { batches: [5, 15], concurrency: 1, maxFailures: { percent: 19 } },
    [4],
    1,
  ],
] as const)('%s', async (_, count, bad, rules, batches, most) => {
  expect(await schedule(count, bad, rules)).toEqual({ batches, most });
});

const hosts = (count: number, maxFailures: PlannedHosts['maxFailures'] = { count: 0 }): PlannedHosts => ({
  list: numbers(count).map((n) => plainHost(`h${n}`)),
  concurrency: 1,
  batches: [count],
  maxFailures,
  sshConfig: null,
  connectTimeoutMs: 1,
  reconnectMs: 1,
});

test.each([
  ['all have succeeded, some of them before', hosts(3), [end('h2', 'succeeded')], 2, { outcome: 'succeeded' }],
  [
    'one has failed',
    hosts(2),
    [end('h0', 'succeeded'), end('h1', 'failed', { exitCode: 3, reason: 'exit code 3' })],
    0,
    { outcome: 'failed', class: 'exit', exitCode: 3, reason: 'it failed on 1 of 2 hosts: h1 (exit code 3)' },
  ],
  [
    'it is tolerated',
    hosts(2, { count: 1 }),
    [end('h0', 'succeeded'), end('h1', 'failed')],
    0,
    { outcome: 'succeeded', outputs: { succeeded: '1', failed: 'h1' } },
  ],
  [
    'within the limit, but not all were begun',
    hosts(9, { count: 5 }),
    [end('h0', 'failed', { exitCode: 1 })],
    0,
    { outcome: 'failed', reason: expect.stringContaining('8 were not begun') },
  ],
  [
    'different codes',
    hosts(2),
    [end('h0', 'failed', { exitCode: 1 }), end('h1', 'failed', { exitCode: 2 })],
    0,
    { outcome: 'failed', exitCode: null },
  ],
  [
    'nobody could be reached',
    hosts(1),
    [end('h0', 'unreachable', { reason: 'no route' })],
    0,
    { outcome: 'failed', class: 'error', reason: 'it failed on 1 of 1 hosts: h0 (unreachable: no route)' },
  ],
  [
    'one is in doubt',
    hosts(2, { count: 2 }),
    [end('h0', 'succeeded'), end('h1', 'unknown', { reason: 'gone' })],
    0,
    { outcome: 'unknown', reason: expect.stringContaining('h1 (gone)') },
  ],
] as const)('%s', (_, planned, ends, before, expected) => {
  expect(judge(planned, ends, before)).toMatchObject(expected);
});
