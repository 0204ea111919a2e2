/** What a PostgreSQL program said, as a reason and what to do about it. Pure. */
import { firstLine } from '../../support/reason.ts';

export interface Trouble {
  /** One line. */
  readonly reason: string;
  readonly remedy: string;
  /** The program's own words. */
  readonly said: string;
}

const seeToServer = 'See that the server runs and listens there; correct `host` and `port`.';
const seeToLogin =
  'Correct `user` and `password` (or ~/.pgpass, or `service`), or see to the pg_hba.conf of the server.';

/** The first that fits. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /password authentication failed|no password supplied|authentication failed|pg_hba\.conf|role ".*" is not permitted/,
    seeToLogin,
  ],
  [/FATAL: +role ".*" does not exist/, 'Correct `user`.'],
  [/database ".*" does not exist/, 'Correct `database`.'],
  [/not currently accepting connections/, 'Allow connections: ALTER DATABASE … ALLOW_CONNECTIONS true.'],
  [
    /FATAL: +permission denied for database/,
    'GRANT CONNECT ON DATABASE … TO the role, or log in as one that may (superusers always may).',
  ],
  [/permission denied for database/, 'Log in as a superuser or as the owner of the database.'],
  [
    /too many (?:clients|connections)|remaining connection slots/,
    'End sessions that are not needed, or raise the limit.',
  ],
  [/could not translate host name/, 'Correct `host`, or see to the name server.'],
  [
    /Connection refused|timeout expired|No such file or directory|could not connect|No route|unreachable|server closed the connection/,
    seeToServer,
  ],
  [/definition of service ".*" not found/, 'Correct `service`, or write it into pg_service.conf.'],
  [
    /pg_signal_backend|SUPERUSER attribute may terminate|must be a superuser to terminate/,
    'Log in as a superuser, or GRANT pg_signal_backend TO the role that backout uses.',
  ],
  [/must be (?:owner|superuser|member)|permission denied/, 'Log in as a superuser, or as a role that may do this.'],
  [/No space left on device/, 'Make room on the disk of the server.'],
  [
    /unsupported version .* in file header/,
    'The dump was made by a newer pg_dump: install postgresql-client of that version.',
  ],
  [/role ".*" does not exist/, 'Create the role first, as `CREATE ROLE …`, or set `ownership: skip`.'],
  [/lock timeout/, 'Somebody else is changing the database: see pg_locks, end that transaction, then try again.'],
  [/invalid command .restrict/, 'The dump was made by a newer pg_dump: install a newer postgresql-client.'],
  [/statement timeout/, 'Find out what the server is busy with, or allow more time.'],
];

export function troubleOf(said: string, fallback: string): Trouble {
  const lines = said
    .split('\n')
    .map(plain)
    .filter((line) => line !== '');
  const complaint = lines.find((line) => /(?:ERROR|FATAL|PANIC): /.test(line)) ?? lines[0] ?? fallback;
  const remedy = remedies.find(([pattern]) => pattern.test(said))?.[1] ?? 'Remove the cause, then try again.';
  return {
    reason: complaint.replace(/^(?:.* )?(?:ERROR|FATAL|PANIC): +/, '').replace(/\.$/, ''),
    remedy,
    said: lines.join('\n'),
  };
}

/** Without the program's name and the place in its input, which is ours. */
const plain = (line: string): string =>
  line.replace(/^(?:psql|pg_restore|vacuumdb): ?(?:<stdin>:\d+: ?|error: )?/, '').trimEnd();

export function missingProgram(program: string): Trouble {
  const reason = `The program ${program} is missing`;
  return { reason, remedy: 'Install it: apt-get install postgresql-client', said: firstLine(reason) };
}
