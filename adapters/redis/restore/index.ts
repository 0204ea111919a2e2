/** `redis/restore`: puts the data of a Redis server back from a backup; the work is in `work.ts`, in a process of its own. */
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReadyBy } from '../../support/access.ts';
import { probed, ready } from '../../support/answers.ts';
import { fileKey, orderFor } from '../../support/work.ts';
import { openRedis } from '../client.ts';
import { loginOf } from '../login.ts';
import { type Asked, input, type Order, orderOf, placesOf } from './input.ts';

export const adapter = defineAdapter<Asked>({
  name: 'redis/restore',
  summary: 'Puts the data of a Redis server back from a backup, without stopping it; the old data is kept as a file.',
  tested: 'Tested on Redis 7.0.',
  input,
  secretFields: ['password'],
  outputs: { keys: 'How many keys were restored.', old: 'The file in which the old data is kept.' },
  needs: ['redis-server', 'redis-cli', 'redis-check-rdb', 'redis-check-aof'],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: null,
  describe: (asked) => {
    const { name } = loginOf(asked, '/', {});
    return [
      `restore the Redis server ${name} from ${asked.backup}`,
      'load the backup into a Redis server of its own here, and ask it what it holds',
      ...(asked.expect === undefined ? [] : [`prove it: ${JSON.stringify(asked.expect)}`]),
      `keep the old data: redis-cli --rdb, in ${asked.keepIn ?? 'the folder of the backup'}`,
      `on ${name}: REPLICAOF that server, wait until all has arrived, REPLICAOF NO ONE, BGSAVE`,
    ];
  },
  preflight,
  probe,
  command: (asked, context) => ({ argv: workerArgv('redis/restore'), stdin: orderFor(unparsed(asked), context) }),
});

/** The worker parses the input once more. */
const unparsed = ({ newerThan, patience, ...rest }: Asked): object => ({
  ...rest,
  patience: `${patience}ms`,
  ...(newerThan === undefined ? {} : { newerThan: `${newerThan}ms` }),
});

async function preflight(asked: Asked, context: AdapterContext): Promise<Preflight> {
  const order = orderOf(asked, context.folder, context.env);
  const { examineBackup } = await import('./backup.ts');
  const backup = await examineBackup(order, context.signal);
  if (!backup.ok) return notReadyBy(backup.error);
  const { cannotKeepIn } = await import('./keep-old.ts');
  const obstacle = await cannotKeepIn(order.keepIn);
  if (obstacle !== undefined) return notReadyBy(obstacle);
  return preflightServer(order, backup.value.detail, fileKey(context.key), context.signal);
}

async function preflightServer(order: Order, detail: string, key: string, signal: AbortSignal): Promise<Preflight> {
  const [{ liveFacts, notMaster }, { leftIn }] = [await import('./live.ts'), await import('./settle.ts')];
  const { tooNewFor } = await import('./versions.ts');
  const opened = await openRedis(order.login, signal);
  if (!opened.ok) return notReadyBy({ ...opened.error, words: '' });
  const live = await liveFacts(opened.value);
  const room = live.ok ? await (await import('./room.ts')).roomForOld(opened.value, order) : live;
  opened.value.close();
  if (!live.ok) return notReadyBy({ ...live.error, words: '' });
  const { master, version, keys } = live.value;
  const left = leftIn(order.login, live.value, placesOf(order, key));
  if (master !== null && left === undefined) return notReadyBy(notMaster(order.login.name, master).error);
  const newer = await tooNewFor(version);
  if (newer !== null) return notReadyBy(newer);
  if (!room.ok) return notReadyBy({ ...room.error, words: '' });
  return ready(
    [
      detail,
      left === undefined
        ? `${order.login.name}: logged in, a master of version ${version} with ${keys} keys`
        : `${left.text}; this step undoes that first`,
      room.value,
    ],
    'that the server can reach this machine shows when it takes the data',
  );
}

/** What the attempt has written beside the old data, and the server's role. */
async function probe(asked: Asked, context: AdapterContext): Promise<Probe> {
  const [{ readState }, { stands }] = [await import('./state.ts'), await import('../../support/durable.ts')];
  const order = orderOf(asked, context.folder, context.env);
  const places = placesOf(order, fileKey(context.key));
  const { name } = order.login;
  const state = readState(places.state);
  const disk = state === undefined ? '' : '; it was stopped before that was on the disk of the server: type BGSAVE';
  if (stands(places.old)) return probed('yes', `this attempt has restored ${name}${disk}; old data: ${places.old}`);
  if (state === undefined) return probed('no', `this attempt has not begun to change ${name}`);
  return probed('unknown', await whatStands(order, fileKey(context.key), state.lineage, context.signal));
}

/** What a process that was killed in the middle has left behind: with the command that puts it right. */
async function whatStands(order: Order, key: string, lineage: string, signal: AbortSignal): Promise<string> {
  const [{ liveFacts }, { leftIn }] = [await import('./live.ts'), await import('./settle.ts')];
  const { login } = order;
  const killed = `this attempt was killed while ${login.name} took the data; a retry finds out`;
  const opened = await openRedis(login, signal);
  const live = opened.ok ? await liveFacts(opened.value) : opened;
  if (opened.ok) opened.value.close();
  if (!live.ok) return `${killed}. ${live.error.reason}`;
  const left = leftIn(login, live.value, placesOf(order, key));
  const holds = live.value.lineage === lineage ? 'its old data' : 'perhaps the data of the backup already';
  return `${killed}. ${left === undefined ? `${login.name} is a ${live.value.master === null ? 'master' : 'replica'}` : left.text}. It holds ${holds}`;
}
