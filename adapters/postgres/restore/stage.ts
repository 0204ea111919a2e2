/** A new database beside the target, filled and proven. Its note says `ready` only when it is complete. */
import { ok, type Result } from '../../../src/kernel/result.ts';
import { inWords } from '../../support/space.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import { askReadOnly } from '../query/ask.ts';
import { faultsOf } from '../query/expect.ts';
import type { DatabaseState } from '../server/database-state.ts';
import { type Client, connectionTo, maintenanceOf } from '../server/login.ts';
import { stagingNote } from '../server/note.ts';
import { call, psql } from '../server/psql.ts';
import { identifier, literal } from '../server/quote.ts';
import type { Trouble } from '../server/trouble.ts';
import type { Dump } from './examine.ts';
import { fill } from './fill.ts';
import { inherit } from './inherit.ts';
import type { Order } from './input.ts';
import { type Relation, relationTypes } from './schema-scan.ts';

export interface Stage {
  readonly order: Order;
  readonly client: Client;
  readonly dump: Dump;
  readonly name: string;
  readonly key: string;
  readonly like: DatabaseState | undefined;
}

const proofTimeoutMs = 600_000;

export async function stage(at: Stage, report: Report): Promise<void> {
  const { order, client, dump, name } = at;
  report.line(`Restoring ${dump.path} (${inWords(dump.bytes)}) into ${name}, beside ${order.database}.`);
  must(at, 'could not be created', await psql(client, maintenanceOf(client), creation(at)));
  try {
    must(at, `cannot be given what belongs to ${order.database} as a whole`, await tryToInherit(at));
    must(at, `could not be restored from ${dump.path}`, await fill(at));
    await proveRelations(at);
    await proveQueries(at, report);
    if (order.analyze) must(at, 'could not be analyzed', await analyze(at));
    must(at, 'could not be marked as ready', await psql(client, maintenanceOf(client), note(at, 'ready')));
  } catch (error) {
    await drop(client, name, report);
    throw error;
  }
  report.line(`Restored and proven: ${name}.`);
}

function must(
  { order, name }: Stage,
  what: string,
  done: { readonly ok: true } | { readonly ok: false; readonly error: Trouble },
): void {
  if (done.ok) return;
  const { reason, remedy, said } = done.error;
  const more = said === '' || said.endsWith(reason) ? '' : `\n${said}`;
  throw new WorkFailed(`${name} ${what}: ${reason}.${more}`, `${untouched(order)} ${remedy}`);
}

export const untouched = ({ database }: Order): string => `${database} was not touched.`;

const note = ({ order, name, key, dump }: Stage, stageOf: 'restoring' | 'ready'): string =>
  `COMMENT ON DATABASE ${identifier(name)} IS ${literal(stagingNote({ target: order.database, key, stage: stageOf, dump: identityOf(order, dump) }))};`;

/** What is staged of the same file, in the same way and proven by the same queries, is the same. */
export const identityOf = ({ ownership, proof, analyze }: Order, { path, bytes, writtenAt }: Dump): string =>
  JSON.stringify([path, bytes, writtenAt.getTime(), ownership, proof, analyze]);

/** Encoding, locale, place and owner as the old one has them. Nobody else can log in to it yet. */
function creation(at: Stage): string {
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
  return `CREATE DATABASE ${identifier(name)} TEMPLATE template0 ${options.join(' ')};
${note(at, 'restoring')}
REVOKE ALL ON DATABASE ${identifier(name)} FROM PUBLIC;`;
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

/** Taken back at once: a right that is missing is to be known now, and not after hours. */
async function tryToInherit({ client, name, like }: Stage): Promise<Result<unknown, Trouble>> {
  if (like === undefined) return ok(null);
  return psql(client, maintenanceOf(client), `BEGIN;\n${inherit(name, like).join(';\n')};\nROLLBACK;`);
}

const kinds: Readonly<Record<Relation, string>> = {
  TABLE: "'r', 'p'",
  VIEW: "'v'",
  'MATERIALIZED VIEW': "'m'",
  SEQUENCE: "'S'",
  'FOREIGN TABLE': "'f'",
};

/** What the dump lists is there: a program that ended well is not believed alone. */
async function proveRelations(at: Stage): Promise<void> {
  const counts = relationTypes.map((type) => `count(*) FILTER (WHERE relkind IN (${kinds[type]}))`);
  const query = `SELECT ${counts.join(', ')} FROM pg_class c WHERE c.oid >= 16384
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e');`;
  const answer = await psql(at.client, at.name, query);
  must(at, 'could not be looked at', answer);
  const there = answer.ok ? answer.value.split('|').map(Number) : [];
  for (const [index, type] of relationTypes.entries()) {
    const wanted = at.dump.facts.relations[type];
    const found = there[index] ?? 0;
    if (found < wanted)
      throw new WorkFailed(
        `${at.name} has ${found} of the ${wanted} objects of type ${type} that the dump lists.`,
        `${untouched(at.order)} Take another dump.`,
      );
  }
}

async function proveQueries(at: Stage, report: Report): Promise<void> {
  const { order, client, name } = at;
  for (const { query, expect } of order.proof) {
    const answer = await askReadOnly(client, { database: name, query, timeoutMs: proofTimeoutMs });
    must(at, `could not be asked ${query}`, answer);
    const faults = answer.ok ? faultsOf(answer.value, expect) : [];
    if (faults.length > 0)
      throw new WorkFailed(
        `The restored data are not as they should be: ${query}: ${faults.join('; ')}.`,
        `${untouched(order)} Take another dump, or correct \`proof\`.`,
      );
    report.line(`As it should be: ${query}`);
  }
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
