/** `redis/ping`: a check that a Redis server answers, serves (no loading, a link to its master) and holds what it should. */
import * as z from 'zod/mini';
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type AdapterContext, defineAdapter, type Performed, type Preflight } from '../../../src/ports/adapter.ts';
import { notReadyBy, type Trouble } from '../../support/access.ts';
import { done, failed, ready, unanswered } from '../../support/answers.ts';
import { duration, wholeNumber } from '../../support/fields.ts';
import { allKeys, type Info, infoOf, openRedis, type Redis, wordOf } from '../client.ts';
import { dataFields, faultsOfData } from '../expect.ts';
import { loginFields, loginOf, oneServer } from '../login.ts';

const input = z
  .strictObject({
    ...loginFields,
    expect: z._default(
      z
        .strictObject({
          role: z.optional(z.enum(['master', 'replica']).check(z.describe('What it must be. Default: either.'))),
          replicas: z.optional(wholeNumber('How many replicas must at least be connected to it.', 0, 1_000)),
          ...dataFields,
        })
        .check(
          z.describe(
            'What a good answer is. It must always answer PING, not be loading, and a replica must be linked to its master.',
          ),
        ),
      {},
    ),
    timeout: z._default(duration('How long it may take. Default: 5s.'), 5_000),
  })
  .check(oneServer);
type Input = z.infer<typeof input>;

export const adapter = defineAdapter<Input>({
  name: 'redis/ping',
  summary: 'Asks a Redis server whether it serves and holds what it should: a health check.',
  tested: 'Tested on Redis 7.0.',
  input,
  secretFields: ['password'],
  outputs: { role: 'What it is: master or replica.', keys: 'How many keys it holds, in all databases.' },
  needs: [],
  repeatable: true,
  readOnly: true,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `ask the Redis server ${loginOf(asked, '/', {}).name}: PING, its role, loading, link to its master`,
    `good: ${JSON.stringify(asked.expect)}`,
  ],
  preflight,
  perform,
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(asked.timeout)]);
  const opened = await openRedis(loginOf(asked, context.folder, context.env), signal);
  if (!opened.ok) return notReadyBy({ ...opened.error, words: '' });
  opened.value.close();
  return ready([`${opened.value.name}: logged in`]);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const started = performance.now();
  const limit = AbortSignal.timeout(asked.timeout);
  const login = loginOf(asked, context.folder, context.env);
  const opened = await openRedis(login, AbortSignal.any([context.signal, limit]));
  const found = opened.ok ? await measure(opened.value, asked) : opened;
  if (opened.ok) opened.value.close();
  if (!found.ok) {
    const late = limit.aborted && !context.signal.aborted;
    if (late) return unanswered(`${login.name}: no answer within ${formatDuration(asked.timeout)}`);
    const { reason } = found.error;
    return failed(wordOf(found.error) === 'LOADING' ? 'check' : 'error', `${reason}. ${found.error.remedy}`);
  }
  const { faults, role, keys } = found.value;
  if (faults.length > 0) return failed('check', `${login.name}: ${faults.join('; ')}`);
  const ms = Math.round(performance.now() - started);
  return done(`${login.name}: a ${role} with ${keys} keys, in ${formatDuration(ms)}`, { role, keys: String(keys) });
}

interface Measured {
  readonly faults: readonly string[];
  readonly role: 'master' | 'replica';
  readonly keys: number;
}

async function measure(redis: Redis, { expect }: Input): Promise<Result<Measured, Trouble>> {
  const pong = await redis.call('PING');
  if (!pong.ok && wordOf(pong.error) !== 'MASTERDOWN') return pong;
  const info = await infoOf(redis, 'persistence', 'replication', 'keyspace');
  if (!info.ok) return info;
  const role = info.value.get('role') === 'slave' ? 'replica' : 'master';
  const faults = stateFaults(info.value, role, expect);
  const data = faults.length > 0 ? ok([]) : await faultsOfData(redis, expect);
  return data.ok ? ok({ faults: [...faults, ...data.value], role, keys: allKeys(info.value) }) : data;
}

function stateFaults(info: Info, role: Measured['role'], expect: Input['expect']): readonly string[] {
  const replicas = Number(info.get('connected_slaves') ?? 0);
  const master = `${info.get('master_host')}:${info.get('master_port')}`;
  const { role: wanted, replicas: least } = expect;
  return [
    ...(info.get('loading') === '0' ? [] : ['it is loading its data']),
    ...(wanted !== undefined && role !== wanted ? [`it is a ${role} instead of a ${wanted}`] : []),
    ...(role === 'replica' && info.get('master_link_status') !== 'up'
      ? [`its link to the master ${master} is down`]
      : []),
    ...(least !== undefined && replicas < least
      ? [`${replicas} replicas are connected instead of at least ${least}`]
      : []),
  ];
}
