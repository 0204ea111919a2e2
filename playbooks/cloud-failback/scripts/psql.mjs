/** psql, as the environment (PGHOST, …) says; and how these scripts end when something is not as it should be. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';

/** What must be told to people without a stack. */
export class Trouble extends Error {}

/** Runs a script of psql, with variables; gives what it prints. */
export function psql(database, script, { variables = {}, env = process.env } = {}) {
  const given = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
  const ended = spawnSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', ...given], {
    env: { ...env, PGDATABASE: database },
    input: script,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (ended.error) throw new Trouble(`psql: ${ended.error.message}`);
  if (ended.status !== 0) throw new Trouble(`${database} on ${env.PGHOST}: ${ended.stderr.trim()}`);
  return ended.stdout.trim();
}

export const literal = (text) => `'${String(text).replaceAll("'", "''")}'`;

/** Ends the process: 0, or 1 with the words of what was in the way. */
export function main(work) {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
