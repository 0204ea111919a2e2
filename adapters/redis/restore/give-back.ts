/**
 * After a swap that did not come to its end: the live server is made a master again, with the login to masters that it
 * had, and asked whose data it holds. Owns: what is then said to stand, and the commands for what could not be undone.
 */
import { formatDuration } from '../../../src/kernel/duration.ts';
import { waitFor } from '../../support/wait.ts';
import { allKeys, type Info, infoOf, type Redis, wordOf } from '../client.ts';
import { byHand, type Login } from '../login.ts';
import { masterOf } from './live.ts';
import { heed } from './stop.ts';

/** The live server as it was before it was touched. */
export interface Before {
  /** The master that it was given: `host:port`. */
  readonly staging: string;
  readonly lineage: string;
  readonly keys: number;
  /** Undefined: it has a login to masters of its own, which was left alone. */
  readonly masterUser: string | undefined;
}

export interface Standing {
  /** True: it is certain that the server holds its old data, as a master. */
  readonly untouched: boolean;
  /** For people. */
  readonly text: string;
}

export async function giveBack(raw: Redis, login: Login, before: Before, withinMs: number): Promise<Standing> {
  // The rest of the time is for asking what stands.
  const live = heed(raw, AbortSignal.timeout(withinMs * 0.6));
  // Both are sent at once: a server that is busy does it later, even when this process has ended by then.
  const [cleared, loads] = await Promise.all([clearLogin(live, before.masterUser), release(live, withinMs)]);
  const info = await infoOf(heed(raw, AbortSignal.timeout(withinMs * 0.4)), 'replication', 'keyspace');
  const master = info.ok ? masterOf(info.value) : loads ? before.staging : null;
  if (master !== null) return { untouched: false, text: stuck(raw.name, master, login, before) };
  if (!info.ok) return { untouched: false, text: unknown(raw.name, withinMs, login, before) };
  const text = `${freed(raw.name, info.value, before)}${cleared ? '' : temporary(login, before)}`;
  return { untouched: !taken(info.value, before), text };
}

/** True: it was refused to the end, as the server loads data. */
async function release(live: Redis, withinMs: number): Promise<boolean> {
  let loads = false;
  const look = async () => {
    const answer = await live.call('REPLICAOF', 'NO', 'ONE');
    const refused = !answer.ok && wordOf(answer.error) === 'LOADING';
    // No answer within the limit tells nothing new.
    if (answer.ok || refused) loads = refused;
    return refused ? undefined : true;
  };
  await waitFor(look, { withinMs, everyMs: 50, signal: new AbortController().signal });
  return loads;
}

/** Takes the temporary password out of the server. */
export async function clearLogin(live: Redis, masterUser: string | undefined): Promise<boolean> {
  if (masterUser === undefined) return true;
  const answers = await Promise.all([
    live.call('CONFIG', 'SET', 'masterauth', ''),
    live.call('CONFIG', 'SET', 'masteruser', masterUser),
  ]);
  return answers.every(({ ok }) => ok);
}

/** Has it taken another line of data? A master again, it remembers the one before as its second. */
const taken = (info: Info, { lineage }: Before): boolean =>
  info.get('master_replid') !== lineage && info.get('master_replid2') !== lineage;

function freed(name: string, info: Info, before: Before): string {
  const keys = allKeys(info);
  if (taken(info, before))
    return `${name} is a master again; its data HAS BEEN REPLACED by that of the backup: ${keys} keys, neither compared nor saved to its disk yet.`;
  const same = keys === before.keys ? 'as before' : `${before.keys} before`;
  return `${name} is a master again and holds its old data: ${keys} keys, ${same}.`;
}

function stuck(name: string, master: string, login: Login, before: Before): string {
  return `${name} is STILL A READ-ONLY REPLICA of ${master}, which has ended; writes are refused. Type: ${remedy(login, before)}.`;
}

const unknown = (name: string, withinMs: number, login: Login, before: Before): string =>
  `${name} did not answer within ${formatDuration(withinMs)}: REPLICAOF NO ONE is sent, and not known to be done. See by ${byHand(login, 'INFO', 'replication')}; a replica is put right by: ${remedy(login, before)}.`;

const temporary = (login: Login, before: Before): string =>
  ` A temporary masterauth is left in it; type: ${loginCommands(login, before).join(' && ')}.`;

const remedy = (login: Login, before: Before): string =>
  [byHand(login, 'REPLICAOF', 'NO', 'ONE'), ...loginCommands(login, before)].join(' && ');

export const loginCommands = (login: Login, { masterUser }: Pick<Before, 'masterUser'>): readonly string[] =>
  masterUser === undefined
    ? []
    : [byHand(login, 'CONFIG', 'SET', 'masterauth', ''), byHand(login, 'CONFIG', 'SET', 'masteruser', masterUser)];
