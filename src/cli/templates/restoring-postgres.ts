/** A PostgreSQL database put back from a dump, and from the dump before where that fails. */
import { indented, pathParameter } from './piece.ts';
import type { Restoring } from './restoring-piece.ts';
import { postgresLogin, postgresParameters } from './servers.ts';

const database = (from: string) => `
uses: postgres/restore
with: { database: '@{params.database}', archive: '@{params.${from}}', ${postgresLogin} }
timeout: 45m
onUnknown: probe`;

export const postgres: Restoring = {
  summary: 'Take the database back to its last dump',
  scope: 'The PostgreSQL database; what was written after the dump is not in it, and is kept in the replaced database',
  goals: ['Every row of the dump is there', 'Nobody but the backout writes before that has been checked'],
  secrets: { dbPassword: 'DB_PASSWORD' },
  parameters: [
    ...postgresParameters,
    pathParameter('dump', 'The dump that pg_dump -Fc (or -Fd) made before the change'),
    pathParameter('previousDump', 'The dump before that one, used only where the newer one cannot be restored'),
    {
      name: 'proofQuery',
      description: 'A query whose answer shows that the data are whole, e.g. select count(*) from orders',
    },
    { name: 'proofAnswer', description: 'What it answers on the data of the dump, e.g. 1042' },
  ],
  restore: `
- id: restore-database
  name: Put the database back
  owner: operations
${indented(database('dump'), 2)}
  contingency:
    - id: restore-database-previous
      name: Put the database of the dump before back
      owner: operations
${indented(database('previousDump'), 6)}`,
  checks: `
- id: data-are-back
  name: The database has the data of the dump
  owner: operations
  uses: postgres/query
  with:
    database: @{params.database}
    query: @{params.proofQuery}
    expect: { equals: '@{params.proofAnswer}' }
    host: @{params.dbHost}
    port: @{params.dbPort}
    user: @{params.dbAdmin}
    password: @{secrets.dbPassword}
  timeout: 5m
  onFailure: ask`,
};
