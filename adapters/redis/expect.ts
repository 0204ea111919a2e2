/** What a Redis server must hold: the `expect` of `redis/ping`, and of what `redis/restore` is about to put in place. */
import * as z from 'zod/mini';
import { ok, type Result } from '../../src/kernel/result.ts';
import type { Trouble } from '../support/access.ts';
import { text, wholeNumber } from '../support/fields.ts';
import { faultsOfRows, queryExpect } from '../support/query-expect.ts';
import { allKeys, infoOf, type Redis } from './client.ts';

const most = Number.MAX_SAFE_INTEGER;

const { equals, matches, min, max } = queryExpect.shape;
const key = z.strictObject({
  key: text('The name of a key.'),
  database: z._default(wholeNumber('The number of its database. Default: 0.', 0, 100_000), 0),
  absent: z.optional(z.boolean().check(z.describe('true: the key must not be there.'))),
  equals,
  matches,
  min,
  max,
});

export const dataFields = {
  minKeys: z.optional(wholeNumber('The least number of keys, in all databases together.', 0, most)),
  keys: z.optional(
    z
      .array(key)
      .check(
        z.describe(
          'Keys that must be there, and what their values must be: of text its value, of others how many members they have.',
        ),
      ),
  ),
};
const dataExpect = z.object(dataFields);
export type DataExpect = z.infer<typeof dataExpect>;

/** What is wrong with the data, one line each. */
export async function faultsOfData(redis: Redis, expect: DataExpect): Promise<Result<readonly string[], Trouble>> {
  const faults: string[] = [];
  const { minKeys, keys = [] } = expect;
  if (minKeys !== undefined) {
    const info = await infoOf(redis, 'keyspace');
    if (!info.ok) return info;
    const count = allKeys(info.value);
    if (count < minKeys) faults.push(`${count} keys instead of at least ${minKeys}`);
  }
  for (const one of keys) {
    const value = await saidBy(redis, one.database, one.key);
    if (!value.ok) return value;
    faults.push(...keyFaults(one, value.value));
  }
  return ok(faults);
}

function keyFaults({ key: name, absent, ...expect }: z.infer<typeof key>, value: string | null): readonly string[] {
  const named = `key ${name}`;
  if (absent === true) return value === null ? [] : [`${named} is there`];
  if (value === null) return [`${named} is not there`];
  return faultsOfRows([[value]], expect).map((fault) => `${named}: ${fault}`);
}

const sizes: Readonly<Record<string, string>> = {
  list: 'LLEN',
  set: 'SCARD',
  zset: 'ZCARD',
  hash: 'HLEN',
  stream: 'XLEN',
};

/** Text: its value. Others: how many members. Null: it is not there. */
async function saidBy(redis: Redis, database: number, name: string): Promise<Result<string | null, Trouble>> {
  const selected = await redis.call('SELECT', String(database));
  if (!selected.ok) return selected;
  const type = await redis.call('TYPE', name);
  if (!type.ok) return type;
  if (type.value === 'none') return ok(null);
  const value = await redis.call(sizes[String(type.value)] ?? 'GET', name);
  return value.ok ? ok(value.value === null ? null : String(value.value)) : value;
}
