/** The live server: what it is, and why it cannot be restored. Read-only. */
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { allKeys, type Info, infoOf, type Redis } from '../client.ts';

export interface Live {
  readonly version: string;
  readonly keys: number;
  /** How many databases it has. */
  readonly databases: string;
  readonly masterUser: string;
  readonly masterAuth: string;
  /** The id of its line of data: another one once it has taken a master's data. */
  readonly lineage: string;
  /** `host:port` of its master; null: it is one itself. */
  readonly master: string | null;
}

export async function liveFacts(redis: Redis): Promise<Result<Live, Trouble>> {
  const info = await infoOf(redis, 'server', 'persistence', 'replication', 'cluster', 'keyspace');
  if (!info.ok) return info;
  const { name } = redis;
  if (info.value.get('loading') !== '0')
    return trouble(`${name} is loading its data`, 'Wait until it has, then retry.');
  if (info.value.get('cluster_enabled') === '1')
    return trouble(
      `${name} is a node of a cluster`,
      'A cluster is not restored node by node: use the means of the cluster.',
    );
  const config = await configOf(redis, ['databases', 'masteruser', 'masterauth']);
  if (!config.ok) return config;
  const watched = await sentinelOf(redis);
  if (!watched.ok) return watched;
  return ok({
    version: info.value.get('redis_version') ?? '0.0',
    keys: allKeys(info.value),
    databases: config.value.get('databases') ?? '16',
    masterUser: config.value.get('masteruser') ?? '',
    masterAuth: config.value.get('masterauth') ?? '',
    lineage: info.value.get('master_replid') ?? '',
    master: masterOf(info.value),
  });
}

export const masterOf = (info: Info): string | null =>
  info.get('role') === 'slave' ? `${info.get('master_host')}:${info.get('master_port')}` : null;

export async function configOf(
  redis: Redis,
  names: readonly string[],
): Promise<Result<ReadonlyMap<string, string>, Trouble>> {
  const found = new Map<string, string>();
  for (const one of names) {
    const answer = await redis.call('CONFIG', 'GET', one);
    if (!answer.ok)
      return trouble(
        answer.error.reason,
        'The user must be allowed CONFIG, REPLICAOF, INFO, CLIENT, SYNC and BGSAVE; a hosted Redis often is not: use its own means.',
      );
    const [, value] = Array.isArray(answer.value) ? answer.value : [];
    if (typeof value === 'string') found.set(one, value);
  }
  return ok(found);
}

/** It would take the change of role for a failure, and act. */
async function sentinelOf(redis: Redis): Promise<Result<null, Trouble>> {
  const clients = await redis.call('CLIENT', 'LIST');
  if (!clients.ok) return clients;
  if (!/\bname=sentinel-/.test(String(clients.value))) return ok(null);
  return trouble(
    `A Sentinel watches ${redis.name}`,
    'Stop the Sentinels (or SENTINEL REMOVE this master), then retry.',
  );
}

/** Master of somebody else: it would be taken from it. */
export const notMaster = (name: string, master: string) =>
  trouble(
    `${name} is a replica of ${master}`,
    `Restore its master ${master}, or make this one a master first: REPLICAOF NO ONE.`,
  );
