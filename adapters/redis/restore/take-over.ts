/**
 * The swap: the live server becomes a replica of the staging server, takes all its data as one, and becomes a master
 * again. It answers all the while but for the loading itself, needs no restart, and keeps its old data until the new
 * data has all arrived.
 */
import { formatDuration } from '../../../src/kernel/duration.ts';
import type { Result } from '../../../src/kernel/result.ts';
import type { Trouble } from '../../support/access.ts';
import { waitFor } from '../../support/wait.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import { type Info, infoOf, keysIn, type Redis } from '../client.ts';
import type { Reply } from '../reply.ts';
import type { Staging } from './staging.ts';

/** How long a server may take to come for the data at all. */
const approachMs = 20_000;

export async function must<T>(asked: Promise<Result<T, Trouble>>, state: string): Promise<T> {
  const answer = await asked;
  if (!answer.ok) throw new WorkFailed(`${answer.error.reason}.`, `${state} ${answer.error.remedy}`);
  return answer.value;
}

/** Throws where it does not come to its end; what stands then is for the caller to put right. */
export async function takeOver(
  live: Redis,
  staging: Staging,
  patienceMs: number,
  report: Report,
  told: AbortSignal,
): Promise<void> {
  const { host, port } = staging;
  await must(live.call('REPLICAOF', host, String(port)), 'It is not to be a replica.');
  report.line(`${live.name} takes the data from ${host}:${port}.`);
  await arrived(live, staging, patienceMs, told);
  await sameData(live, staging.redis, told);
}

async function arrived(live: Redis, staging: Staging, patienceMs: number, told: AbortSignal): Promise<void> {
  const came = await waitFor(
    async () => ((await look(staging.redis))?.get('connected_slaves') === '0' ? undefined : true),
    { withinMs: approachMs, everyMs: 100, signal: told },
  );
  if (came === undefined)
    throw new WorkFailed(
      `${live.name} did not come to ${staging.host}:${staging.port} within ${formatDuration(approachMs)}.`,
      'Name an address that it can reach in `stagingHost`.',
    );
  const done = await waitFor(
    async () => {
      const [one, other] = [await look(live), await look(staging.redis)];
      const linked = one?.get('master_link_status') === 'up' && one.get('master_sync_in_progress') === '0';
      return linked && one.get('slave_repl_offset') === other?.get('master_repl_offset') ? true : undefined;
    },
    { withinMs: patienceMs, everyMs: 50, signal: told },
  );
  if (done === undefined)
    throw new WorkFailed(
      `${live.name} has not loaded the data within ${formatDuration(patienceMs)}.`,
      'Raise `patience`.',
    );
}

/** Undefined while it cannot say: it may be loading. */
async function look(redis: Redis): Promise<Info | undefined> {
  const info = await infoOf(redis, 'replication');
  return info.ok ? info.value : undefined;
}

const sampleSize = 100;

/** By digest where the server allows that; else by the number of keys in each database, and a sample of them. */
async function sameData(live: Redis, staging: Redis, told: AbortSignal): Promise<void> {
  const state = 'The data could not be compared.';
  const counted = await waitFor(
    async () => {
      const [one, other] = [
        await must(infoOf(live, 'keyspace'), state),
        await must(infoOf(staging, 'keyspace'), state),
      ];
      return text(keysIn(one)) === text(keysIn(other)) ? true : undefined;
    },
    // Keys that expire meanwhile go a little later there than here.
    { withinMs: 10_000, everyMs: 100, signal: told },
  );
  if (counted === undefined) throw new WorkFailed(`${live.name} does not hold as many keys as the backup.`, state);
  const digests = await waitFor(() => compareDigests(live, staging), { withinMs: 10_000, everyMs: 200, signal: told });
  if (digests === 'same') return;
  if (digests === undefined)
    throw new WorkFailed(`${live.name} does not hold what the backup holds: the digests differ.`, state);
  for (const database of keysIn(await must(infoOf(staging, 'keyspace'), state)).keys()) {
    await sameSample(live, staging, database.replace('db', ''), state);
  }
}

/** Undefined while they differ: a key may be expiring. */
async function compareDigests(live: Redis, staging: Redis): Promise<'same' | 'not allowed' | undefined> {
  const [one, other] = [await live.call('DEBUG', 'DIGEST'), await staging.call('DEBUG', 'DIGEST')];
  if (!one.ok || !other.ok) return 'not allowed';
  return one.value === other.value ? 'same' : undefined;
}

const text = (keys: ReadonlyMap<string, number>): string => JSON.stringify([...keys].sort());
const sizes: Readonly<Record<string, string>> = {
  list: 'LLEN',
  set: 'SCARD',
  zset: 'ZCARD',
  hash: 'HLEN',
  stream: 'XLEN',
};

async function sameSample(live: Redis, staging: Redis, database: string, state: string): Promise<void> {
  await must(live.call('SELECT', database), state);
  await must(staging.call('SELECT', database), state);
  for (let n = 0; n < sampleSize; n += 1) {
    const key = await must(staging.call('RANDOMKEY'), state);
    if (typeof key !== 'string') return;
    const command = sizes[String(await must(staging.call('TYPE', key), state))] ?? 'GET';
    const [one, other]: Reply[] = [
      await must(live.call(command, key), state),
      await must(staging.call(command, key), state),
    ];
    const gone = (await must(staging.call('EXISTS', key), state)) === 0;
    if (one !== other && !gone)
      throw new WorkFailed(`Key ${JSON.stringify(key)} of database ${database} is not as in the backup.`, state);
  }
}
