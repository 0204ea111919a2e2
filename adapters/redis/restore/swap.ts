/** The live server takes the data; where that does not come to its end, it is given back, and what stands is said. */
import { rmSync } from 'node:fs';
import { type Report, WorkFailed } from '../../support/work.ts';
import { allKeys, infoOf, type Redis } from '../client.ts';
import type { Login } from '../login.ts';
import { type Before, clearLogin, giveBack, loginCommands } from './give-back.ts';
import type { Places } from './input.ts';
import type { Live } from './live.ts';
import type { Staging } from './staging.ts';
import { writeState } from './state.ts';
import { heed, orStopped, Stopped, undoWithinMs } from './stop.ts';
import { must, takeOver } from './take-over.ts';

export interface Swap {
  readonly login: Login;
  /** As it was found. */
  readonly server: Live;
  /** Goes on when told: it undoes. */
  readonly live: Redis;
  readonly staging: Staging;
  readonly patienceMs: number;
  readonly places: Places;
  /** The keys of the backup. */
  readonly keys: number;
  /** False: an earlier process of this attempt has kept the old data, and may have changed the server since. */
  readonly keptNow: boolean;
  readonly report: Report;
  readonly told: AbortSignal;
}

/** Where nobody is waiting to kill this process, a server that loads may take its time. */
const unhurriedMs = 60_000;

export async function swap(task: Swap): Promise<void> {
  const { live, places, keys, told } = task;
  const before = await orStopped(told, beforeSwap(task), 'The server was not touched.').catch((error: unknown) => {
    if (task.keptNow) rmSync(places.saved, { force: true });
    throw error;
  });
  const { staging, lineage, masterUser = '' } = before;
  writeState(places, { phase: 'swapping', staging, keys, lineage, masterUser });
  try {
    await take(task, before);
  } catch (error) {
    throw await undone(task, before, error);
  }
  if (await clearLogin(heed(live, AbortSignal.timeout(undoWithinMs)), before.masterUser)) return;
  const commands = loginCommands(task.login, before).join(' && ');
  task.report.line(`A temporary masterauth could not be taken out of ${live.name}; type: ${commands}.`);
  if (told.aborted) throw new Stopped('Stopped.', `The data is restored. Type: ${commands}.`);
}

/** The password by which the server logs in to a master is set for the swap alone, where it has none of its own. */
async function beforeSwap({ server, live, staging, told }: Swap): Promise<Before> {
  const info = await must(infoOf(heed(live, told), 'replication', 'keyspace'), 'The server was not touched.');
  return {
    staging: `${staging.host}:${staging.port}`,
    lineage: info.get('master_replid') ?? '',
    keys: allKeys(info),
    masterUser: server.masterAuth === '' ? server.masterUser : undefined,
  };
}

async function take({ live, staging, patienceMs, report, told }: Swap, { masterUser }: Before): Promise<void> {
  const server = heed(live, told);
  const state = 'It takes no login to a master.';
  if (masterUser !== undefined) {
    await must(server.call('CONFIG', 'SET', 'masteruser', ''), state);
    await must(server.call('CONFIG', 'SET', 'masterauth', staging.password), state);
  }
  await takeOver(server, { ...staging, redis: heed(staging.redis, told) }, patienceMs, report, told);
  await must(server.call('REPLICAOF', 'NO', 'ONE'), 'It has all the data.');
}

async function undone(task: Swap, before: Before, cause: unknown): Promise<WorkFailed> {
  const { told, places } = task;
  const withinMs = told.aborted ? undoWithinMs : unhurriedMs;
  const standing = await giveBack(task.live, task.login, before, withinMs);
  const useless = standing.untouched && task.keptNow;
  if (useless) for (const place of [places.saved, places.state]) rmSync(place, { force: true });
  const kept = useless ? '' : ` The old data is kept in ${places.saved}.`;
  const text = `${standing.text}${kept}`;
  if (told.aborted) return new Stopped('Stopped while the server took the data.', text, { cause });
  return new WorkFailed(cause instanceof Error ? cause.message : String(cause), text, { cause });
}
