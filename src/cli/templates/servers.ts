/** What several steps ask of the same server. */
import type { Parameter } from './piece.ts';

export const postgresParameters: readonly Parameter[] = [
  { name: 'dbHost', description: 'The PostgreSQL server', rehearsal: 'db.CHANGEME.example.com' },
  { name: 'dbPort', description: 'Its port', type: 'integer', default: 5432 },
  { name: 'dbAdmin', description: 'A role that may create, rename and end sessions of databases', default: 'postgres' },
  { name: 'database', description: 'The database', rehearsal: 'CHANGEME' },
];

export const postgresLogin =
  "host: '@{params.dbHost}', port: '@{params.dbPort}', user: '@{params.dbAdmin}', password: '@{secrets.dbPassword}'";

export const kubernetesParameters: readonly Parameter[] = [
  { name: 'namespace', description: 'The namespace', rehearsal: 'CHANGEME' },
];
