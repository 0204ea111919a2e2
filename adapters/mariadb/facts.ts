/** What the server says of itself and of the account that asks. */
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { ask, type SqlTrouble } from './client.ts';
import type { Login } from './login.ts';
import { type Account, value } from './sql-text.ts';

export interface ServerFacts {
  /** E.g. `10.11.19-MariaDB-log`. */
  readonly version: string;
  readonly readOnly: boolean;
  /** An SQL commit is on disk when it returns. */
  readonly durable: boolean;
  readonly dataFolder: string;
  /** Functions and triggers may be made by SUPER alone. */
  readonly guardsFunctions: boolean;
  readonly connectionId: string;
  readonly self: Account;
  /** The host that this client comes from, as the server sees it. */
  readonly fromHost: string;
  /** Its rights on everything; null where it acts in a role, whose rights are not listed. */
  readonly rights: ReadonlySet<string> | null;
}

const question = `SELECT VERSION(), @@read_only, @@innodb_flush_log_at_trx_commit, @@datadir,
  @@log_bin AND NOT @@log_bin_trust_function_creators, CONNECTION_ID(), CURRENT_USER(), USER(), CURRENT_ROLE();
SELECT PRIVILEGE_TYPE, IS_GRANTABLE FROM information_schema.USER_PRIVILEGES
  WHERE GRANTEE = CONCAT("'", REPLACE(CURRENT_USER(), '@', "'@'"), "'");`;

export async function serverFacts(login: Login, signal?: AbortSignal): Promise<Result<ServerFacts, SqlTrouble>> {
  const answer = await ask({ login, sql: question, signal });
  if (!answer.ok) return answer;
  const [first = [], ...rights] = answer.value;
  const [version, readOnly, flush, dataFolder, guarded, connectionId, self, user, role] = first.map((one) => one ?? '');
  if (version === undefined || !version.includes('MariaDB')) return err(notMariadb(login, version));
  return ok({
    version,
    readOnly: readOnly !== '0' && readOnly !== 'OFF',
    durable: flush === '1',
    dataFolder: dataFolder ?? '',
    guardsFunctions: guarded === '1',
    connectionId: connectionId ?? '',
    self: accountOf(self ?? ''),
    fromHost: accountOf(user ?? '').host,
    rights: (role ?? '') === '' ? rightsOf(rights) : null,
  });
}

function rightsOf(rows: readonly (readonly (string | null)[])[]): ReadonlySet<string> {
  const named = rows.map(([right]) => right ?? '');
  return new Set([...named, ...(rows.some(([, grantable]) => grantable === 'YES') ? ['GRANT OPTION'] : [])]);
}

const notMariadb = (login: Login, version = 'of no version'): SqlTrouble => ({
  code: null,
  reason: `${login.name} is no MariaDB server: it says ${version}`,
  remedy: 'This is for MariaDB alone; correct `host` and `port`.',
});

export function accountOf(text: string): Account {
  const at = text.lastIndexOf('@');
  return at < 0 ? { user: text, host: '%' } : { user: text.slice(0, at), host: text.slice(at + 1) };
}

/** Which of `wanted` the account lacks. */
export const lacks = ({ rights }: ServerFacts, wanted: readonly string[]): readonly string[] =>
  rights === null ? [] : wanted.filter((right) => !rights.has(right));

/** Major and minor, to be compared. */
export function versionOf(text: string): readonly [number, number] {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(text) ?? [];
  return [Number(major), Number(minor)];
}

export const isOlder = (one: string, other: string): boolean => {
  const [a, b] = [versionOf(one), versionOf(other)];
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
};

export async function schemaStands(
  login: Login,
  schema: string,
  signal?: AbortSignal,
): Promise<Result<boolean, SqlTrouble>> {
  const sql = `SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${value(schema)}`;
  const answer = await ask({ login, sql, signal });
  return answer.ok ? ok(answer.value.length > 0) : answer;
}
