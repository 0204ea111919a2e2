/** A new database beside the target, filled and proven. Its note says `ready` only when it is complete. */
import { inWords } from '../../support/space.ts';
import type { Report } from '../../support/work.ts';
import type { DatabaseState } from '../server/database-state.ts';
import { type Client, connectionTo, maintenanceOf } from '../server/login.ts';
import { stagingNote } from '../server/note.ts';
import { call, inMaintenance, psql } from '../server/psql.ts';
import { identifier, literal } from '../server/quote.ts';
import type { Dump } from './examine.ts';
import { fill } from './fill.ts';
import { inherit } from './inherit.ts';
import type { Order } from './input.ts';
import { proveQueries, proveRelations } from './prove.ts';
import { must, type Stage } from './stage-end.ts';
import { standingOf } from './standing.ts';

export async function stage(at: Stage, report: Report): Promise<void> {
  const { order, client, dump, name } = at;
  report.line(`Restoring ${dump.path} (${inWords(dump.bytes)}) into ${name}, beside ${order.database}.`);
  // The last words of one that is killed: what it leaves must be in them.
  report.line(
    `Stopped before its end, this leaves ${name} on the server: the next attempt removes it. By hand: DROP DATABASE ${identifier(name)};`,
  );
  await create(at, report);
  try {
    must(at, `could not be restored from ${dump.path}`, await fill(at));
    await proveRelations(at);
    await proveQueries(at, report);
    if (order.analyze) must(at, 'could not be analyzed', await analyze(at));
    must(at, 'could not be marked as ready', await inMaintenance(client, `${note(at, 'ready')};`));
  } catch (error) {
    await drop(client, name, report);
    throw error;
  }
  report.line(`Restored and proven: ${name}.`);
}

const note = ({ order, name, key, dump }: Stage, stageOf: 'restoring' | 'ready'): string =>
  `COMMENT ON DATABASE ${identifier(name)} IS ${literal(stagingNote({ target: order.database, key, stage: stageOf, dump: identityOf(order, dump) }))}`;

/** What is staged of the same file, in the same way and proven by the same queries, is the same. */
export const identityOf = ({ ownership, proof, analyze }: Order, { path, bytes, writtenAt }: Dump): string =>
  JSON.stringify([path, bytes, writtenAt.getTime(), ownership, proof, analyze]);

/**
 * Also tries, and takes back, what it will be given in the swap: a right that is missing is to be known now, and not
 * after hours.
 */
async function create(at: Stage, report: Report): Promise<void> {
  const { client, name, like, order, key } = at;
  const later = like === undefined ? [] : ['BEGIN', ...inherit(name, like), 'ROLLBACK'];
  const made = await inMaintenance(client, `${[...creation(at), ...later].join(';\n')};\n`);
  if (!made.ok) {
    const standing = await standingOf(client, order.database, key);
    // Without our note it may be somebody else's.
    if (standing.ok && standing.value.fresh !== undefined && standing.value.fresh !== null)
      await drop(client, name, report);
  }
  must(at, `could not be made and given what belongs to ${order.database} as a whole`, made);
}

/** Encoding, locale, place and owner as the old one has them. Nobody else can log in to it yet. */
function creation(at: Stage): readonly string[] {
  const { name, like, dump } = at;
  const options =
    like === undefined
      ? dump.facts.encoding === null
        ? []
        : [`ENCODING ${literal(dump.facts.encoding)}`]
      : [
          `OWNER ${identifier(like.owner)}`,
          `ENCODING ${literal(like.encoding)}`,
          ...localeOf(like),
          // To name the usual one takes a right that an owner need not have.
          ...(like.tablespace === 'pg_default' ? [] : [`TABLESPACE ${identifier(like.tablespace)}`]),
        ];
  return [
    `CREATE DATABASE ${identifier(name)} TEMPLATE template0 ${options.join(' ')}`,
    note(at, 'restoring'),
    `REVOKE ALL ON DATABASE ${identifier(name)} FROM PUBLIC`,
  ];
}

function localeOf({ collate, ctype, provider, locale }: DatabaseState): readonly string[] {
  const libc = [`LC_COLLATE ${literal(collate)}`, `LC_CTYPE ${literal(ctype)}`];
  if (locale === null || provider === null || provider === 'c') return libc;
  const own =
    provider === 'i'
      ? `LOCALE_PROVIDER icu ICU_LOCALE ${literal(locale)}`
      : `LOCALE_PROVIDER builtin BUILTIN_LOCALE ${literal(locale)}`;
  return [...libc, own];
}

/** The planner knows nothing of restored tables: without this the first hours are slow. */
const analyze = ({ client, name, order }: Stage) =>
  call(client, 'vacuumdb', [
    '--analyze-only',
    '--quiet',
    '--no-password',
    `--jobs=${order.jobs}`,
    '-d',
    connectionTo(name, client.login),
  ]);

/** Never fails: what cannot be removed is named. */
export async function drop(client: Client, name: string, report: Report): Promise<void> {
  const dropped = await psql(
    client,
    maintenanceOf(client),
    `DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE);`,
  );
  report.line(
    dropped.ok ? `Removed ${name}.` : `${name} is left over and could not be removed: ${dropped.error.reason}.`,
  );
}
