/** A database that somebody else has closed: nothing tells how it was before, and whoever opens it must know. Pure. */
import type { DatabaseState } from '../server/database-state.ts';
import { connectGrants, isClosed } from '../server/grants.ts';
import type { Trouble } from '../server/trouble.ts';
import type { Input } from './input.ts';
import type { Logins } from './logins.ts';

interface Found {
  readonly state: DatabaseState;
  readonly logins: Logins;
}

/**
 * Nobody but the owner, superusers and `except` can log in. To revoke from PUBLIC and the application leaves the owner in:
 * a database that only its owner uses looks the same, so that it has to be told apart by `previous`.
 */
export const foundClosed = ({ state, logins }: Found, except: readonly string[] = []): boolean =>
  isClosed(state, except) || onlyOwnerIn({ state, logins });

export const onlyOwnerIn = ({ state, logins }: Found): boolean =>
  logins.users.length === 0 && connectGrants(state.grants).every(({ grantee }) => grantee !== null);

/** What to type, with what can be seen. */
export function whatIsOpen({ database, except }: Pick<Input, 'database' | 'except'>, state: DatabaseState): Trouble {
  const asNow = isClosed(state, except ?? []) ? '' : `${connectOf(state)} if it is open as it is now, `;
  return {
    reason: `${database} is closed (${whyClosed(state, except ?? [])}), and no marker says how it was before`,
    remedy: `Say what open means: \`previous: { connect: [public] }\` for everybody, ${asNow}or the roles by name; \`connectionLimit: N\` where there was a limit.`,
    said: '',
  };
}

function whyClosed(state: DatabaseState, except: readonly string[]): string {
  if (!state.allowConnections) return 'it allows no connections';
  if (state.connectionLimit === 0) return 'its connection limit is 0';
  if (isClosed(state, except)) return 'no ordinary role has the privilege CONNECT';
  return `nobody but its owner ${state.owner}${except.length === 0 ? '' : ', those in `except`'} and superusers can log in`;
}

function connectOf({ grants }: DatabaseState): string {
  const roles = new Set(connectGrants(grants).map(({ grantee }) => inYaml(grantee ?? 'public')));
  return `\`previous: { connect: [${[...roles].join(', ')}] }\``;
}

const inYaml = (role: string): string => (/^[a-z_]\w*$/.test(role) ? role : JSON.stringify(role));
