/** Privileges on a database, taken away and given as SQL. Pure. */
import type { DatabaseState, Grant } from './database-state.ts';
import { grantee, identifier } from './quote.ts';

export const connectGrants = (grants: readonly Grant[]): readonly Grant[] =>
  grants.filter(({ privilege }) => privilege === 'CONNECT');

/** What roles have granted on to others goes with it. */
export function revokeAll(database: string, grants: readonly Grant[]): readonly string[] {
  const targets = new Set(
    grants.map((one) => `${one.privilege} ON DATABASE ${identifier(database)} FROM ${grantee(one.grantee)}`),
  );
  return [...targets].map((target) => `REVOKE ${target} CASCADE`);
}

/** Each by the role that had granted it: whoever grants on must have been given it before. */
export function grantAll(database: string, owner: string, grants: readonly Grant[]): readonly string[] {
  return inOrder(owner, grants).flatMap((one) => {
    const option = one.grantable && one.grantee !== owner ? ' WITH GRANT OPTION' : '';
    const statement = `GRANT ${one.privilege} ON DATABASE ${identifier(database)} TO ${grantee(one.grantee)}${option}`;
    if (one.grantor === owner) return [statement];
    return [`SET LOCAL ROLE ${identifier(one.grantor)}`, statement, 'RESET ROLE'];
  });
}

function inOrder(owner: string, grants: readonly Grant[]): readonly Grant[] {
  const ordered: Grant[] = [];
  let waiting = [...grants];
  while (waiting.length > 0) {
    const may = (one: Grant) =>
      one.grantor === owner ||
      ordered.some((had) => had.grantable && had.grantee === one.grantor && had.privilege === one.privilege);
    const able = waiting.filter(may);
    const next = able.length === 0 ? waiting : able;
    waiting = waiting.filter((one) => !next.includes(one));
    ordered.push(...next);
  }
  return ordered;
}

export function sameGrants(some: readonly Grant[], others: readonly Grant[]): boolean {
  const texts = (grants: readonly Grant[]) =>
    grants.map((one) => JSON.stringify([one.grantee, one.grantor, one.privilege, one.grantable])).sort();
  return JSON.stringify(texts(some)) === JSON.stringify(texts(others));
}

/** `PUBLIC, shop` */
export const namesIn = (grants: readonly Grant[]): string =>
  [...new Set(grants.map((one) => one.grantee ?? 'PUBLIC'))].join(', ');

/** Nobody but superusers, and those in `except`, can log in. */
export function isClosed(state: DatabaseState, except: readonly string[]): boolean {
  if (!state.allowConnections || state.connectionLimit === 0) return true;
  return connectGrants(state.grants).every((one) => one.grantee !== null && except.includes(one.grantee));
}
