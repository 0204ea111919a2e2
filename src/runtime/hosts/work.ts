/**
 * The worker of a step on many hosts: a process of its own that outlives the engine, like every step. What it finds out
 * is in the attempt's `hosts.ndjson` before anything depends on it; what the hosts printed goes to its own output.
 */

import { checkHost } from './check-host.ts';
import { endOnHost } from './end-on-host.ts';
import { type Ended, runOnHost, shownOf } from './on-host.ts';
import { type HostOrder, type HostsOrder, parseOrder } from './order.ts';
import { RecordWriter } from './records.ts';
import { inBatches } from './schedule.ts';
import { StopWish } from './stop-wish.ts';

/** Resolves with the process's exit code: 0 when no host failed. */
export async function work(text: string): Promise<number> {
  const order = parseOrder(text);
  const records = await RecordWriter.in(order.folder);
  const stop = new StopWish(order.folder);
  const failures = await inBatches(order.hosts, order, {
    run: async (host) => {
      const ended = await onHost(order, host, stop);
      if (ended === undefined) return undefined;
      records.add(ended.end);
      print(order, ended);
      return ended.end;
    },
    settled: () => records.flushed(),
    // A stop is what an ending is for: it has its own limit.
    stopped: () => order.kind !== 'end' && stop.order !== undefined,
  });
  records.add({ done: true });
  await records.close();
  stop.close();
  return failures === 0 ? 0 : 1;
}

function onHost(order: HostsOrder, host: HostOrder, stop: StopWish): Promise<Ended | undefined> {
  const ways = { check: checkHost, end: endOnHost, run: runOnHost };
  return ways[order.kind](order, host, stop);
}

/** A host's output in one piece, each line with the host before it. */
function print(order: HostsOrder, { end, out, err }: Ended): void {
  for (const [stream, output] of [
    [process.stdout, out],
    [process.stderr, err],
  ] as const) {
    const { text, left } = shownOf(order, output);
    if (text === '' && left === 0) continue;
    const head = left === 0 ? [] : [`… the ${left} bytes before this were left out`];
    const lines = [...head, ...text.replace(/\n$/, '').split('\n')];
    stream.write(lines.map((line) => `[${end.host}] ${line}\n`).join(''));
  }
  if (end.outcome !== 'succeeded' && end.reason !== null)
    process.stderr.write(`[${end.host}] ${end.outcome}: ${end.reason}\n`);
}
