/** What stands in the way on the server, whatever the dump is. Read-only. */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { ask } from '../client.ts';
import { isOlder, lacks } from '../facts.ts';
import { value } from '../sql-text.ts';
import type { Ground } from './record.ts';

const rights = [
  ...['SELECT', 'INSERT', 'CREATE', 'DROP', 'ALTER', 'LOCK TABLES', 'SHOW VIEW', 'CREATE VIEW', 'TRIGGER', 'EVENT'],
  ...[
    'CREATE ROUTINE',
    'ALTER ROUTINE',
    'CREATE USER',
    'RELOAD',
    'PROCESS',
    'SET USER',
    'CONNECTION ADMIN',
    'GRANT OPTION',
  ],
];

export async function obstacleIn(ground: Ground, signal?: AbortSignal): Promise<Result<null, Trouble>> {
  const { login, server, database } = ground;
  const where = login.name;
  if (['mysql', 'information_schema', 'performance_schema', 'sys', 'backout'].includes(database.toLowerCase()))
    return trouble(`${database} is a schema of the server's own`, 'Correct `database`.');
  if (isOlder(server.version, '10.6'))
    return trouble(
      `${where} has version ${server.version}`,
      'Tables are swapped in one from MariaDB 10.6 on; restore it by hand.',
    );
  if (server.readOnly)
    return trouble(`${where} is read-only: is it a replica?`, 'Restore on the primary server: correct `host`.');
  const missing = lacks(server, rights);
  if (missing.length > 0)
    return trouble(
      `${where} lacks the right ${missing.join(', ')} on *.*`,
      'Log in as an account that has it, as root has.',
    );
  return foreignKeysInto(ground, signal);
}

/** They would follow the old tables. */
async function foreignKeysInto({ login, database }: Ground, signal?: AbortSignal): Promise<Result<null, Trouble>> {
  const is = value(database);
  const sql = `SELECT DISTINCT CONCAT(CONSTRAINT_SCHEMA, '.', TABLE_NAME) FROM information_schema.REFERENTIAL_CONSTRAINTS
  WHERE UNIQUE_CONSTRAINT_SCHEMA = ${is} AND CONSTRAINT_SCHEMA <> ${is} LIMIT 5`;
  const answer = await ask({ login, sql, signal });
  if (!answer.ok) return err(answer.error);
  if (answer.value.length === 0) return ok(null);
  const tables = answer.value.map(([one]) => one).join(', ');
  return trouble(
    `Tables of other databases have foreign keys into ${database}: ${tables}`,
    'They would follow the old tables. Drop these keys first, and make them again after the restore.',
  );
}
