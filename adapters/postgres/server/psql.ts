/** Asks a server through psql. Owns: how psql is started and ended. Does not own: what is asked. */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { codeOf } from '../../support/reason.ts';
import { type Client, connectionTo, environmentOf, maintenanceOf } from './login.ts';
import { missingProgram, type Trouble, troubleOf } from './trouble.ts';

/** `-w`: never asks for a password. */
const quiet = ['-X', '-A', '-t', '-q', '-w', '-v', 'ON_ERROR_STOP=1'] as const;

/** How a client program ends when told to: psql passes SIGINT on to the server as a cancel. */
export const ending = { killSignal: 'SIGINT', forceKillAfterDelay: 500 } as const;

/** Runs statements one after the other, up to the first that fails; gives what they print. */
export async function psql(client: Client, database: string, sql: string): Promise<Result<string, Trouble>> {
  return call(client, 'psql', [...quiet, '-d', connectionTo(database, client.login)], sql);
}

/** In the database that is never restored itself. */
export const inMaintenance = (client: Client, sql: string): Promise<Result<string, Trouble>> =>
  psql(client, maintenanceOf(client), sql);

/** All or nothing, on disk when it returns. */
export function inTransaction(client: Client, statements: readonly string[]): Promise<Result<string, Trouble>> {
  const settings = ['SET LOCAL synchronous_commit = on', `SET LOCAL lock_timeout = '30s'`];
  const all = ['BEGIN', ...settings, ...statements, 'COMMIT'];
  return inMaintenance(client, `${all.join(';\n')};\n`);
}

/** One query as it stands: nothing in it is a command to psql itself. */
export function psqlCommand(
  database: string,
  client: Client,
  query: string,
  format: readonly string[],
): readonly string[] {
  return [...quiet, ...format, '-d', connectionTo(database, client.login), '-c', query];
}

export async function call(
  client: Client,
  program: string,
  args: readonly string[],
  input?: string,
): Promise<Result<string, Trouble>> {
  const { execa } = await import('execa');
  const ended = await execa(program, args, {
    env: environmentOf(client),
    extendEnv: false,
    reject: false,
    stripFinalNewline: true,
    ...ending,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(client.signal === undefined ? {} : { cancelSignal: client.signal }),
  });
  if (!ended.failed) return ok(ended.stdout);
  if (ended.isCanceled) return err({ reason: 'cancelled', remedy: 'Try again.', said: ended.stderr });
  if (codeOf(ended) === 'ENOENT') return err(missingProgram(program));
  const how =
    ended.exitCode === undefined
      ? `${program} was ended by ${ended.signal}`
      : `${program} ended with ${ended.exitCode}`;
  return err(troubleOf(ended.stderr, how));
}
