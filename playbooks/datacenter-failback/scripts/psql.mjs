/**
 * Asks the database of one site through psql. Where it is stands in the environment: OLD_HOST, OLD_PORT, OLD_USER,
 * OLD_PASSWORD, OLD_DATABASE, and the same with NEW.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';

/** Ends the script; the first line stands alone. */
export function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

/** Values and times are written in one way only, so that what one site prints the other reads as the same. */
const settings = '-c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC -c extra_float_digits=1';
const writable = '-c default_transaction_read_only=off';

/** `write`: also where the database is set to read-only by default. */
export function site(name, { write = false } = {}) {
  const at = (key) => process.env[`${name}_${key}`] || fail(`${name}_${key} is not set`);
  const where = `${at('DATABASE')} at the ${name.toLowerCase()} site (${at('HOST')}:${at('PORT')})`;
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    PGHOST: at('HOST'),
    PGPORT: at('PORT'),
    PGUSER: at('USER'),
    PGPASSWORD: at('PASSWORD'),
    PGDATABASE: at('DATABASE'),
    PGCLIENTENCODING: 'UTF8',
    PGAPPNAME: 'backout',
    PGCONNECT_TIMEOUT: '10',
    PGOPTIONS: `${settings}${write ? ` ${writable}` : ''}`,
    LC_ALL: 'C',
  };
  const tried = (script, variables = {}) => {
    const values = Object.entries(variables).flatMap(([key, value]) => ['-v', `${key}=${value}`]);
    const args = ['-X', '-A', '-t', '-q', '-w', '-v', 'ON_ERROR_STOP=1', ...values];
    return spawnSync('psql', args, { env, input: script, encoding: 'utf8', maxBuffer: 2 ** 26 });
  };
  /** Gives what the statements print, trimmed; ends the script with the server's words where one fails. */
  const ask = (script, variables) => {
    const { status, stdout, stderr, error } = tried(script, variables);
    if (status === 0) return stdout.trim();
    return fail(`${where}: ${wordsOf(stderr ?? '') || (error?.message ?? 'psql was ended')}`);
  };
  return { where, ask, reaches: () => tried('SELECT 1').status === 0 };
}

const wordsOf = (stderr) =>
  stderr
    .split('\n')
    .map((line) => line.replace(/^psql: ?(?:<stdin>:\d+: ?|error: )?/, '').replace(/^(?:.* )?(?:ERROR|FATAL): +/, ''))
    .filter((line) => line !== '' && !/^(?:CONTEXT|LINE \d+):|^PL\/pgSQL function|^\s*\^/.test(line))
    .join('\n');

export const literal = (text) => `'${String(text).replaceAll("'", "''")}'`;
export const identifier = (name) => `"${name.replaceAll('"', '""')}"`;

/** A path as psql's \copy takes it. */
export function fileName(path) {
  if (/[\n\r\\]/.test(path)) fail(`${path}: a path with line breaks or backslashes is not taken`);
  return literal(path);
}
