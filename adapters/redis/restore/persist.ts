/** What is restored is on the server's own disk too, in the way in which it keeps its data. */
import { type WaitLimit, waitFor } from '../../support/wait.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import { type Info, infoOf, type Redis } from '../client.ts';
import { configOf } from './live.ts';
import { must } from './take-over.ts';

const state = 'The data is restored in memory, and not yet on disk.';

export async function persist(live: Redis, patienceMs: number, report: Report, told: AbortSignal): Promise<void> {
  const config = await must(configOf(live, ['save', 'appendonly']), state);
  const limit: WaitLimit = { withinMs: patienceMs, everyMs: 50, signal: told };
  const [saves, appends] = [(config.get('save') ?? '') !== '', config.get('appendonly') === 'yes'];
  if (!saves && !appends) {
    report.line(`${live.name} keeps nothing on disk: the data is in memory alone, as before.`);
    return;
  }
  // After taking the data of a master the server has begun to write its append-only file anew by itself.
  if (appends)
    await written(live, limit, 'aof_rewrite_in_progress', 'aof_last_bgrewrite_status', 'aof_rewrite_scheduled');
  if (saves) {
    await written(live, limit, 'rdb_bgsave_in_progress', null);
    await must(live.call('BGSAVE'), state);
    await written(live, limit, 'rdb_bgsave_in_progress', 'rdb_last_bgsave_status');
  }
  report.line(
    `On the server's disk: ${[...(saves ? ['RDB file'] : []), ...(appends ? ['append-only file'] : [])].join(' and ')}.`,
  );
}

async function written(
  live: Redis,
  limit: WaitLimit,
  busy: string,
  status: string | null,
  planned = busy,
): Promise<void> {
  const done = await waitFor(async () => {
    const info: Info = await must(infoOf(live, 'persistence'), state);
    return info.get(busy) === '0' && info.get(planned) === '0' ? info : undefined;
  }, limit);
  if (done !== undefined && (status === null || done.get(status) === 'ok')) return;
  throw new WorkFailed(
    `${live.name} could not write its data to its disk.`,
    `${state} See the log of the server, make room there, then type BGSAVE.`,
  );
}
