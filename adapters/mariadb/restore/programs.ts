/**
 * Views, triggers, routines and events, which RENAME TABLE cannot move: written down as mariadb-dump writes them, and
 * made again elsewhere. They name no schema of their own, so they then speak of the tables beside them.
 */
import { lastLines } from '../../support/reason.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import { clientArgs, troubleOf } from '../client.ts';
import type { Login } from '../login.ts';
import type { Programs } from './record.ts';
import { asFailure, type Contents, must, within } from './schema.ts';

const quiet = [
  '--no-tablespaces',
  '--skip-lock-tables',
  '--skip-comments',
  '--no-create-db',
  '--no-data',
  '--skip-triggers',
];

/** `whole`: trouble is thrown. `what can be had`: a damaged database, of which trouble is told. */
export type Thoroughness = 'whole' | 'what can be had';

export async function writtenDown(
  login: Login,
  schema: string,
  contents: Contents,
  thoroughness: Thoroughness,
  report: Report,
): Promise<Programs> {
  const dump = (there: readonly unknown[], args: readonly string[], names: readonly string[] = []) =>
    there.length === 0 ? '' : dumped(login, [...quiet, ...args], schema, names, thoroughness, report);
  const { views, triggers, events, procedures, functions } = contents;
  return {
    triggers: await dump(triggers, ['--no-create-info', '--triggers']),
    routines: await dump([...procedures, ...functions], ['--no-create-info', '--routines']),
    views: await dump(views, [], views),
    events: await dump(events, ['--no-create-info', '--events']),
  };
}

async function dumped(
  { args, env }: Login,
  options: readonly string[],
  schema: string,
  names: readonly string[],
  thoroughness: Thoroughness,
  report: Report,
): Promise<string> {
  const { execa } = await import('execa');
  const force = thoroughness === 'whole' ? [] : ['--force'];
  const encoding = '--default-character-set=utf8mb4';
  const argv = [...args, encoding, ...force, ...options, '--', schema, ...names];
  const { failed, stdout, stderr, originalMessage } = await execa('mariadb-dump', argv, {
    stdin: 'ignore',
    env: { ...env },
    extendEnv: false,
    reject: false,
    maxBuffer: 268_435_456,
  });
  if (!failed) return stdout;
  const words = stderr === '' ? (originalMessage ?? '') : lastLines(stderr);
  if (thoroughness === 'whole')
    throw new WorkFailed(
      `What stands in ${schema} could not be written down.\n${words}`,
      'The old data is as it was. Remove the cause, then retry.',
    );
  report.line(`Not all of the old views, triggers, routines and events could be read: ${words}`);
  return stdout;
}

/** Runs what was written down, in `schema`. */
export async function madeAgain(
  login: Login,
  schema: string,
  scripts: readonly string[],
  state: string,
): Promise<void> {
  const { execa } = await import('execa');
  for (const script of scripts) {
    if (script === '') continue;
    const { failed, stderr } = await execa('mariadb', clientArgs(login, schema), {
      input: script,
      env: { ...login.env },
      extendEnv: false,
      reject: false,
    });
    if (failed) throw asFailure(troubleOf(login, stderr), state);
  }
}

export interface Dropped {
  readonly views?: boolean;
  readonly routines?: boolean;
  readonly triggers?: readonly string[];
  readonly events?: boolean;
}

/** SQL that takes them away; of the triggers, those of the tables that are named. */
export function dropping(schema: string, contents: Contents, what: Dropped): string {
  const { views, procedures, functions, triggers, events } = contents;
  const of = (yes: boolean | undefined, kind: string, names: readonly string[]) =>
    yes === true ? names.map((one) => `DROP ${kind} IF EXISTS ${within(schema, one)};`) : [];
  const tables = what.triggers ?? [];
  const chosen = triggers.filter(({ table }) => tables.includes(table)).map(({ trigger }) => trigger);
  return [
    ...of(what.events, 'EVENT', events),
    ...of(true, 'TRIGGER', chosen),
    ...of(what.views, 'VIEW', views),
    ...of(what.routines, 'PROCEDURE', procedures),
    ...of(what.routines, 'FUNCTION', functions),
  ].join('\n');
}

/** Rights on single routines, as GRANT statements for those that stand in the copy too. */
export async function routineGrants(
  login: Login,
  database: string,
  { procedures, functions }: Contents,
): Promise<string[]> {
  const { account, value } = await import('../sql-text.ts');
  const sql = `SELECT User, Host, Routine_name, Routine_type, Proc_priv FROM mysql.procs_priv WHERE Db = ${value(database)}`;
  return (await must({ login, sql })).flatMap(([user, host, routine, type, rights]) => {
    const known = type === 'PROCEDURE' ? procedures : functions;
    const found = known.find((one) => one.toLowerCase() === (routine ?? '').toLowerCase());
    const parts = (rights ?? '').split(',').filter((right) => right !== '' && right !== 'Grant');
    if (found === undefined || (type !== 'PROCEDURE' && type !== 'FUNCTION')) return [];
    const grant = (rights ?? '').split(',').includes('Grant') ? ' WITH GRANT OPTION' : '';
    const to = account({ user: user ?? '', host: host ?? '' });
    const list = parts.length === 0 ? 'USAGE' : parts.join(', ');
    return [`GRANT ${list} ON ${type} ${within(database, found)} TO ${to}${grant};`];
  });
}
