/** Is there room for the old data? Estimated before the run: how large it becomes only saving it shows. Read-only. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { inWords, tooLittleSpace } from '../../support/space.ts';
import { infoOf, type Redis } from '../client.ts';
import type { Order } from './input.ts';
import { configOf } from './live.ts';

/** An RDB file of compressible data has about this part of its size in memory: less would be a wrong refusal. */
const leastPart = 0.25;

/** For people: what was checked. */
export async function roomForOld(redis: Redis, { keepIn, login }: Order): Promise<Result<string, Trouble>> {
  const info = await infoOf(redis, 'memory');
  if (!info.ok) return info;
  const inMemory = Math.ceil(Number(info.value.get('used_memory_dataset') ?? 0) * leastPart);
  const bytes = Math.max(inMemory, await lastSave(redis, 'path' in login.at ? 'localhost' : login.at.host));
  const few = await tooLittleSpace(keepIn, bytes);
  if (few === undefined) return ok(`${keepIn} has room for the old data, about ${inWords(bytes)}`);
  const remedy = 'Make room there, or name another folder in `keepIn`; nothing was changed.';
  return trouble(`The old data of ${redis.name} cannot be kept: ${few} (an estimate)`, remedy);
}

/** Bytes of the RDB file that the server wrote last, where it is on this machine and can be seen; else 0. */
async function lastSave(redis: Redis, host: string): Promise<number> {
  if (!/^(localhost|127\.|::1$)/.test(host)) return 0;
  const config = await configOf(redis, ['dir', 'dbfilename']);
  if (!config.ok) return 0;
  const file = resolve(config.value.get('dir') ?? '/', config.value.get('dbfilename') ?? 'dump.rdb');
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
