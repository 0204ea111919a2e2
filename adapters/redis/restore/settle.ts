/** What a killed attempt has left in the live server: it is a replica of a staging server that has ended with it. */
import { type Report, WorkFailed } from '../../support/work.ts';
import type { Redis } from '../client.ts';
import { byHand, type Login } from '../login.ts';
import { clearLogin, loginCommands } from './give-back.ts';
import type { Places } from './input.ts';
import { type Live, notMaster } from './live.ts';
import { stateOfStaging } from './state.ts';
import { must } from './take-over.ts';

/** A password of ours. */
const ours = /^backout-[0-9a-f]{48}$/;

export interface Leftover {
  /** For people: what is there, and what puts it right. */
  readonly text: string;
  /** The `masteruser` to go back to; undefined: the login was not touched. */
  readonly masterUser: string | undefined;
}

/** Undefined: nothing is left, but perhaps it is a replica of somebody else. */
export function leftIn(login: Login, { master, masterAuth }: Live, places: Places): Leftover | undefined {
  const state = master === null ? undefined : stateOfStaging(places, master);
  const temporary = ours.test(masterAuth);
  if (state === undefined && !temporary) return undefined;
  const masterUser = temporary ? (state?.masterUser ?? '') : undefined;
  const role =
    master === null ? [] : [`a READ-ONLY REPLICA of ${master}, the Redis server of an attempt that was killed`];
  const what = [...role, ...(temporary ? ['left with a temporary masterauth'] : [])].join(', ');
  const commands = [
    ...(master === null ? [] : [byHand(login, 'REPLICAOF', 'NO', 'ONE')]),
    ...loginCommands(login, { masterUser }),
  ];
  return { text: `${login.name} is ${what}; by hand: ${commands.join(' && ')}`, masterUser };
}

/** The server as it is once what was left has been undone. */
export async function settle(found: Live, login: Login, places: Places, live: Redis, report: Report): Promise<Live> {
  const left = leftIn(login, found, places);
  if (left === undefined && found.master === null) return found;
  if (left === undefined) {
    const { error } = notMaster(login.name, found.master ?? '');
    throw new WorkFailed(`${error.reason}.`, `The server was not touched. ${error.remedy}`, { untouched: true });
  }
  if (found.master !== null) await must(live.call('REPLICAOF', 'NO', 'ONE'), `${left.text}.`);
  if (!(await clearLogin(live, left.masterUser)))
    throw new WorkFailed('The login to masters cannot be set.', `${left.text}.`);
  report.line(`An attempt before was killed while ${live.name} took the data; it is a master again.`);
  const { masterUser } = left;
  return { ...found, master: null, ...(masterUser === undefined ? {} : { masterUser, masterAuth: '' }) };
}
