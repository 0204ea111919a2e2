/**
 * The work of `redis/restore`, in a process of its own: examine the backup, load it into a staging server, prove it,
 * keep the old data, let the live server take the new. A repeat with the same key goes on where the first one stopped.
 */
import { isIP } from 'node:net';
import * as z from 'zod/mini';
import { stands } from '../../support/durable.ts';
import { type Report, type Work, WorkFailed, type WorkOrder } from '../../support/work.ts';
import { allKeys, infoOf, openRedis, type Redis } from '../client.ts';
import { faultsOfData } from '../expect.ts';
import { type Backup, examineBackup } from './backup.ts';
import { input, type Order, orderOf, type Places, placesOf } from './input.ts';
import { cannotKeepIn, keepOld } from './keep-old.ts';
import { type Live, liveFacts, notMaster } from './live.ts';
import { persist } from './persist.ts';
import { type Staging, startStaging } from './staging.ts';
import { isStaging, readState, sweep, writeState } from './state.ts';
import { must, takeOver } from './take-over.ts';
import { tooNewFor } from './versions.ts';

const untouched = 'The server was not touched.';
/** A password of ours, which a killed attempt may have left in the server. */
const ours = /^backout-[0-9a-f]{48}$/;

export const work: Work = async (given: WorkOrder, report: Report) => {
  const order = orderOf(z.parse(input, given.input), given.folder, process.env);
  const places = placesOf(order, given.key);
  const live = await must(openRedis(order.login, new AbortController().signal), untouched);
  try {
    const before = readState(places.state);
    if (before?.phase === 'done') report.line('An earlier process of this attempt has already restored the data.');
    else await restore(order, places, live, report);
    await conclude(order, places, live, report);
  } finally {
    live.close();
  }
  return 0;
};

async function restore(order: Order, places: Places, live: Redis, report: Report): Promise<void> {
  const server = await settled(order, places, live, report);
  const backup = await must(examineBackup(order), untouched);
  const newer = await tooNewFor(server.version);
  if (newer !== null) throw new WorkFailed(`${newer.reason}.`, `${untouched} ${newer.remedy}`);
  const obstacle = await cannotKeepIn(order.keepIn);
  if (obstacle !== undefined) throw new WorkFailed(`${obstacle.reason}.`, `${untouched} ${obstacle.remedy}`);
  report.line(`${backup.detail}.`);
  sweep(places);
  const staging = await stage(order, places, backup, server, live);
  try {
    const keys = await prove(order, backup, staging, report);
    await keepOld(order.login, places, report);
    writeState(places, { phase: 'swapping', staging: `${staging.host}:${staging.port}`, keys });
    await swap(order, server, live, staging, places, report);
    writeState(places, { phase: 'done', staging: '', keys });
  } finally {
    await staging.stop();
  }
}

/** The server as it is; out of the hands of a staging server of an attempt that was killed. */
async function settled(order: Order, places: Places, live: Redis, report: Report): Promise<Live> {
  const found = await must(liveFacts(live), untouched);
  if (found.master === null) return found;
  if (!isStaging(places, found.master)) {
    const { error } = notMaster(order.login.name, found.master);
    throw new WorkFailed(`${error.reason}.`, `${untouched} ${error.remedy}`);
  }
  await must(live.call('REPLICAOF', 'NO', 'ONE'), untouched);
  report.line(`An attempt before was stopped while ${live.name} took the data; it is a master again.`);
  return { ...found, master: null };
}

function stage(order: Order, places: Places, facts: Backup, server: Live, live: Redis): Promise<Staging> {
  const known =
    server.masterAuth === '' || ours.test(server.masterAuth)
      ? null
      : { user: server.masterUser, password: server.masterAuth };
  const { backup, patienceMs } = order;
  return startStaging({
    ...{ backup, facts, known, patienceMs, folder: places.stage },
    ...{ host: hostFor(order, live), databases: server.databases },
  });
}

/** By a socket, or on this machine, it is reached over loopback. */
function hostFor({ stagingHost }: Order, { localAddress }: Redis): string {
  const from = (localAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
  return stagingHost ?? (isIP(from) === 0 ? '127.0.0.1' : from);
}

async function prove(order: Order, { keys }: Backup, { redis }: Staging, report: Report): Promise<number> {
  const info = await must(infoOf(redis, 'keyspace'), untouched);
  const count = allKeys(info);
  if (count === 0 || (keys !== null && count > keys))
    throw new WorkFailed(
      `Backup ${order.backup} holds ${keys ?? 'no'} keys, and ${count} were loaded.`,
      `${untouched} Take another backup.`,
    );
  const faults = await must(faultsOfData(redis, order.expect), untouched);
  if (faults.length > 0)
    throw new WorkFailed(
      `Backup ${order.backup} is not as expected: ${faults.join('; ')}.`,
      `${untouched} Take another backup, or correct \`expect\`.`,
    );
  report.line(`Loaded beside and asked: ${count} keys.`);
  return count;
}

/** The password by which the server logs in to a master is set for the swap alone, where it has none of its own. */
async function swap(
  order: Order,
  server: Live,
  live: Redis,
  staging: Staging,
  places: Places,
  report: Report,
): Promise<void> {
  const foreign = server.masterAuth === '' || ours.test(server.masterAuth);
  if (foreign) {
    await must(live.call('CONFIG', 'SET', 'masteruser', ''), untouched);
    await must(live.call('CONFIG', 'SET', 'masterauth', staging.password), untouched);
  }
  try {
    await takeOver(live, staging, order.patienceMs, places.old, report);
    await must(live.call('REPLICAOF', 'NO', 'ONE'), `The data is restored. Type REPLICAOF NO ONE on ${live.name}:`);
  } finally {
    if (foreign) await live.call('CONFIG', 'SET', 'masterauth', '');
    if (foreign && server.masterUser !== '') await live.call('CONFIG', 'SET', 'masteruser', server.masterUser);
  }
}

async function conclude(order: Order, { old }: Places, live: Redis, report: Report): Promise<void> {
  const state = 'The data is restored.';
  const facts = await must(infoOf(live, 'replication', 'keyspace'), state);
  if (facts.get('role') !== 'master')
    throw new WorkFailed(`${live.name} is no master.`, `${state} Type REPLICAOF NO ONE.`);
  await persist(live, order.patienceMs, report);
  const keys = allKeys(facts);
  report.output('keys', String(keys));
  if (stands(old)) report.output('old', old);
  report.line(`Restored ${keys} keys at ${live.name} from ${order.backup}.`);
}
