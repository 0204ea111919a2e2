/**
 * Who may reach a database: every account with rights on it, on a part of it, on everything, or through a role. Read
 * from the server's own tables; who is meant is decided purely.
 */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { Rows } from '../../support/query-expect.ts';
import { ask, type SqlTrouble } from '../client.ts';
import type { Login } from '../login.ts';
import { type Account, accountName } from '../sql-text.ts';

export interface KnownAccount extends Account {
  readonly locked: boolean;
  /** It may read or change the database. */
  readonly reaches: boolean;
  /** It may change accounts, or has SUPER: locking it would lock people out who are needed now. */
  readonly administers: boolean;
}

const question = `
SELECT 'account', User, Host, COALESCE(JSON_VALUE(Priv, '$.account_locked'), ''), COALESCE(JSON_VALUE(Priv, '$.access'), '0'),
  COALESCE(JSON_VALUE(Priv, '$.is_role'), '') FROM mysql.global_priv;
SELECT 'right', User, Host, Db FROM mysql.db;
SELECT DISTINCT 'part', User, Host, Db FROM mysql.tables_priv;
SELECT DISTINCT 'part', User, Host, Db FROM mysql.procs_priv;
SELECT 'role', User, Host, Role FROM mysql.roles_mapping;`;

export async function accountsFor(
  login: Login,
  database: string,
  signal?: AbortSignal,
): Promise<Result<readonly KnownAccount[], SqlTrouble>> {
  const answer = await ask({ login, sql: question, signal });
  return answer.ok ? ok(reachOf(answer.value, database)) : err(answer.error);
}

/** SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, EXECUTE, as bits of `access`. */
const dataRights = 0x4203fn;
/** SUPER, CREATE USER. */
const adminRights = (1n << 15n) | (1n << 25n);

export function reachOf(rows: Rows, database: string): readonly KnownAccount[] {
  const table = (kind: string) => rows.filter(([first]) => first === kind).map((row) => row.map((one) => one ?? ''));
  const holders = table('account').map(([, user = '', host = '', locked, access = '0', role]) => {
    const bits = BigInt(access);
    return { user, host, locked: isTrue(locked), isRole: isTrue(role), global: bits };
  });
  const given = new Set<string>();
  for (const [, user = '', host = '', db = ''] of table('right')) {
    if (matchesPattern(db, database)) given.add(accountName({ user, host }));
  }
  for (const [, user = '', host = '', db] of table('part')) if (db === database) given.add(accountName({ user, host }));
  const roles = table('role').map(([, user = '', host = '', role = '']) => ({
    member: accountName({ user, host }),
    role,
  }));
  const everybody = accountName({ user: 'PUBLIC', host: '' });
  const may = (account: Account, wanted: bigint): boolean =>
    [accountName(account), everybody, ...rolesOf(accountName(account), roles)].some(
      (holder) =>
        (wanted === dataRights && given.has(holder)) ||
        holders.some((one) => accountName(one) === holder && (one.global & wanted) !== 0n),
    );
  return holders
    .filter(({ isRole, user }) => !isRole && user !== 'mariadb.sys')
    .map(({ user, host, locked }) => ({
      user,
      host,
      locked,
      reaches: may({ user, host }, dataRights),
      administers: may({ user, host }, adminRights),
    }));
}

/** Roles, and roles of roles, as holders of rights (`role@`). */
function rolesOf(
  member: string,
  roles: readonly { readonly member: string; readonly role: string }[],
): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (holder: string) => {
    for (const { member: of, role } of roles) {
      const next = accountName({ user: role, host: '' });
      if (of !== holder || found.has(next)) continue;
      found.add(next);
      add(next);
    }
  };
  add(member);
  return found;
}

/** The name in a right on a schema: `%` and `_` stand for others unless a backslash is before them. */
export function matchesPattern(pattern: string, database: string): boolean {
  const source = pattern.replaceAll(/\\?[\s\S]/g, (part) => {
    if (part === '%') return '[\\s\\S]*';
    if (part === '_') return '[\\s\\S]';
    const letter = part.length > 1 ? part.slice(1) : part;
    return letter.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'u').test(database);
}

const isTrue = (text: string | undefined): boolean => text === '1' || text === 'true';
