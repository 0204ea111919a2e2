/**
 * The work of `redis/restore`, in a process of its own: examine the backup, load it into a staging server, prove it,
 * keep the old data, let the live server take the new. A repeat with the same key goes on where the first one stopped;
 * SIGTERM at any moment ends it with the live server a master, or with the words and the command for where it is not.
 */
import { rmSync } from 'node:fs';
import { isIP } from 'node:net';
import * as z from 'zod/mini';
import { stands } from '../../support/durable.ts';
import { beforeAnyChange, type Report, type Work, WorkFailed, type WorkOrder } from '../../support/work.ts';
import { allKeys, infoOf, openRedis, type Redis } from '../client.ts';
import { faultsOfData } from '../expect.ts';
import { type Backup, examineBackup } from './backup.ts';
import { input, type Order, orderOf, type Places, placesOf } from './input.ts';
import { cannotKeepIn, keepOld, settleOld, whatStays } from './keep-old.ts';
import { type Live, liveFacts } from './live.ts';
import { persist } from './persist.ts';
import { settle } from './settle.ts';
import { type Staging, startStaging } from './staging.ts';
import { sweep, writeState } from './state.ts';
import { heed, openUnless, orStopped, untilTold } from './stop.ts';
import { swap } from './swap.ts';
import { must } from './take-over.ts';
import { tooNewFor } from './versions.ts';

const untouched = 'The server was not touched.';

interface Task {
  readonly order: Order;
  readonly places: Places;
  readonly live: Redis;
  readonly report: Report;
  readonly told: AbortSignal;
}

export const work: Work = (given: WorkOrder, report: Report) =>
  untilTold(async (told) => {
    const order = orderOf(z.parse(input, given.input), given.folder, process.env);
    const opened = openUnless(told, (signal) => openRedis(order.login, signal));
    const live = await beforeAnyChange(() => orStopped(told, must(opened, untouched), untouched));
    try {
      await onServer({ order, places: placesOf(order, given.key), live, report, told });
    } finally {
      live.close();
    }
    return 0;
  });

async function onServer(task: Task): Promise<void> {
  const { places, live, report, told } = task;
  if (stands(places.old)) report.line('An earlier process of this attempt has already restored the data.');
  else await restore(task);
  const stopped = `${live.name} is a master with the data of the backup, which may not be on its disk yet: type BGSAVE. The old data is kept in ${places.old}.`;
  await orStopped(told, conclude({ ...task, live: heed(live, told) }), stopped);
}

async function restore(task: Task): Promise<void> {
  const { order, places, live, report, told } = task;
  const asked = heed(live, told);
  const found = await beforeAnyChange(() => orStopped(told, must(liveFacts(asked), untouched), untouched));
  const server = await orStopped(told, settle(found, order.login, places, asked, report), untouched);
  // What a killed attempt had left was put right in the server: then it is not as this attempt found it.
  const staged: typeof beforeAnyChange = server === found ? beforeAnyChange : async (part) => part();
  const backup = await staged(() => orStopped(told, prepare(task, server), untouched));
  const staging = await staged(() => orStopped(told, stage(task, backup, server), untouched));
  try {
    const [keys, keptNow] = await staged(() => orStopped(told, proveAndKeep(task, backup, staging), untouched));
    const { login, patienceMs } = order;
    await swap({ login, server, live, staging, patienceMs, places, keys, keptNow, report, told });
    settleOld(places);
    writeState(places, { phase: 'done', staging: '', keys, lineage: '', masterUser: '' });
  } finally {
    await staging.stop();
  }
}

async function prepare({ order, places, report, told }: Task, server: Live): Promise<Backup> {
  const backup = await must(examineBackup(order, told), untouched);
  const newer = await tooNewFor(server.version);
  if (newer !== null) throw new WorkFailed(`${newer.reason}.`, `${untouched} ${newer.remedy}`);
  const obstacle = await cannotKeepIn(order.keepIn);
  if (obstacle !== undefined) throw new WorkFailed(`${obstacle.reason}.`, `${untouched} ${obstacle.remedy}`);
  report.line(`${backup.detail}.`);
  sweep(places);
  return backup;
}

async function proveAndKeep(task: Task, backup: Backup, staging: Staging): Promise<readonly [number, boolean]> {
  const { order, places, report, told } = task;
  const keys = await prove(order, backup, heed(staging.redis, told), report);
  return [keys, await keepOld(order.login, places, report, told)];
}

function stage({ order, places, live, told }: Task, facts: Backup, server: Live): Promise<Staging> {
  const known = server.masterAuth === '' ? null : { user: server.masterUser, password: server.masterAuth };
  const { backup, patienceMs } = order;
  return startStaging({
    ...{ backup, facts, known, patienceMs, told, folder: places.stage },
    ...{ host: hostFor(order, live), databases: server.databases },
  });
}

/** By a socket, or on this machine, it is reached over loopback. */
function hostFor({ stagingHost }: Order, { localAddress }: Redis): string {
  const from = (localAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
  return stagingHost ?? (isIP(from) === 0 ? '127.0.0.1' : from);
}

async function prove(order: Order, { keys }: Backup, redis: Redis, report: Report): Promise<number> {
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

async function conclude({ order, places, live, report, told }: Task): Promise<void> {
  const { old } = places;
  const state = 'The data is restored.';
  const facts = await must(infoOf(live, 'replication', 'keyspace'), state);
  if (facts.get('role') !== 'master')
    throw new WorkFailed(`${live.name} is no master.`, `${state} Type REPLICAOF NO ONE.`);
  await persist(live, order.patienceMs, report, told);
  const keys = allKeys(facts);
  report.output('keys', String(keys));
  report.output('old', old);
  report.line(`Restored ${keys} keys at ${live.name} from ${order.backup}.`);
  for (const stays of whatStays(places)) report.line(stays);
  rmSync(places.state, { force: true });
}
