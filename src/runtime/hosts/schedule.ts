/** Which hosts begin when: batch after batch, so many at once, and none any more once too many have failed. */
import type { HostEnd } from '../../engine/protocol.ts';
import type { PlannedHosts } from '../../plan/plan.ts';

type Rules = Pick<PlannedHosts, 'batches' | 'concurrency' | 'maxFailures'>;

export interface Doing<H> {
  /** Undefined: it was not begun. */
  readonly run: (host: H) => Promise<HostEnd | undefined>;
  /** What ended is on disk before the next batch begins (P3). */
  readonly settled: () => Promise<void>;
  /** Nothing more is to begin. */
  readonly stopped: () => boolean;
}

/** Resolves with how many of the hosts failed. Those that run are always awaited. */
export async function inBatches<H>(hosts: readonly H[], rules: Rules, doing: Doing<H>): Promise<number> {
  let failures = 0;
  let from = 0;
  for (let n = 0; from < hosts.length && !doing.stopped(); n += 1) {
    const batch = hosts.slice(from, from + sizeOf(rules.batches, n));
    from += batch.length;
    const most = limitOf(rules.maxFailures, from);
    let good = 0;
    await sideBySide(batch, rules.concurrency, async (host) => {
      if (doing.stopped() || failures > most) return;
      const end = await doing.run(host);
      if (end?.outcome === 'succeeded') good += 1;
      else if (end !== undefined) failures += 1;
    });
    await doing.settled();
    // A canary that dies tells enough, however many failures are allowed.
    if (failures > most || good === 0) break;
  }
  return failures;
}

function sizeOf(batches: readonly number[], n: number): number {
  return Math.max(1, batches[n] ?? batches.at(-1) ?? Number.POSITIVE_INFINITY);
}

/** How many of `hosts` may fail. */
export function limitOf(maxFailures: PlannedHosts['maxFailures'], hosts: number): number {
  return 'count' in maxFailures ? maxFailures.count : Math.floor((maxFailures.percent * hosts) / 100);
}

async function sideBySide<T>(items: readonly T[], width: number, once: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) await once(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}
