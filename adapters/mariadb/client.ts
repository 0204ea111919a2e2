/**
 * Asks a MariaDB server through its own program: SQL on standard input, rows on standard output. Owns: how it is
 * started, and what its words mean for an operator. The program's commands that reach files and shells are disabled.
 */
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { Trouble } from '../support/access.ts';
import type { Rows } from '../support/query-expect.ts';
import { firstLine } from '../support/reason.ts';
import type { Login } from './login.ts';
import { rowsOf } from './rows.ts';

export interface SqlTrouble extends Trouble {
  /** The server's or the client's number; null where there is none. */
  readonly code: number | null;
}

export interface Ask {
  readonly login: Login;
  readonly sql: string;
  readonly schema?: string;
  readonly signal?: AbortSignal | undefined;
}

const answerLimit = 16_777_216;
const cautious = ['--loose-sandbox', '--loose-skip-print-query-on-error', '--skip-reconnect'];
const talk = ['--default-character-set=utf8mb4', '--connect-timeout=10', '--max-allowed-packet=1G'];
/** The server's own limit is a day. */
const patient = ['--init-command=SET SESSION lock_wait_timeout = 60'];

export function clientArgs({ args }: Login, schema?: string): readonly string[] {
  return [...args, ...cautious, ...talk, ...patient, '--batch', '--skip-column-names', ...databaseArgs(schema)];
}

const databaseArgs = (schema: string | undefined) => (schema === undefined ? [] : [`--database=${schema}`]);

export async function ask({ login, sql, schema, signal }: Ask): Promise<Result<Rows, SqlTrouble>> {
  if (signal?.aborted === true) return err({ code: null, reason: `${login.name}: cancelled`, remedy: 'Try again.' });
  const { execa } = await import('execa');
  const { failed, stdout, stderr, code, isCanceled, isMaxBuffer } = await execa('mariadb', clientArgs(login, schema), {
    input: sql,
    env: login.env,
    extendEnv: false,
    reject: false,
    maxBuffer: answerLimit,
    stripFinalNewline: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (!failed) return ok(rowsOf(stdout));
  if (isCanceled) return err({ code: null, reason: `${login.name}: cancelled`, remedy: 'Try again.' });
  if (isMaxBuffer)
    return err({ code: null, reason: `${login.name}: the answer is over 16 MiB`, remedy: 'Ask for less.' });
  return err(troubleOf(login, stderr, code));
}

/** What the program's words mean, and what to do. */
export function troubleOf(login: Login, words: string, system?: string): SqlTrouble {
  if (system === 'ENOENT')
    return {
      code: null,
      reason: 'The program mariadb is missing',
      remedy: 'Install it: apt-get install mariadb-client',
    };
  const said = /^ERROR (\d+)(?: \([^)]*\))?(?: at line \d+)?: (.*)$/m.exec(words);
  const code = said?.[1] === undefined ? null : Number(said[1]);
  const message = said?.[2] ?? (firstLine(words) === '' ? (system ?? 'it ended without a word') : firstLine(words));
  return { code, reason: `${login.name}: ${message}`, remedy: remedyFor(code) };
}

function remedyFor(code: number | null): string {
  switch (code) {
    case 1045:
    case 1698:
      return 'Correct `user` and `password`, or see which hosts the account may come from.';
    case 1044:
    case 1142:
    case 1227:
    case 1370:
      return 'Give the account this right, or log in as one that has it.';
    case 1049:
      return 'Correct `database`.';
    case 1205:
      return 'See which session holds it: SHOW FULL PROCESSLIST.';
    case 2002:
    case 2003:
    case 2005:
    case 2013:
      return 'See that the server runs and can be reached; correct `host`, `port` or `socket`.';
    case 4151:
      return 'The account is locked: log in as another one.';
    default:
      return 'Remove the cause, then try again.';
  }
}
