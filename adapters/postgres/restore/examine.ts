/** Read-only: is the dump there, complete, of this database and young enough? Shared by preflight and work. */
import { StringDecoder } from 'node:string_decoder';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { takeNewer, tooOld } from '../../support/age.ts';
import { digestOf } from '../../support/digest.ts';
import { reasonOf } from '../../support/reason.ts';
import type { Client } from '../server/login.ts';
import { call } from '../server/psql.ts';
import { contentOf, cutDataFile, type DumpFile, dumpFileAt } from './dump.ts';
import type { Order } from './input.ts';
import { readThrough } from './read-through.ts';
import { type Facts, schemaScan } from './schema-scan.ts';

export interface Obstacle {
  readonly reason: string;
  readonly remedy: string;
}

export interface Dump extends DumpFile {
  readonly facts: Facts;
  /** The database that it was made of; null: SQL does not say. */
  readonly of: string | null;
  readonly madeAt: Date;
  /** As SQL; null: was not read through. */
  readonly sqlBytes: number | null;
}

/** `whole`: every byte is read. `list`: what the restore itself finds out by failing is left to it. */
export type Depth = 'whole' | 'list';
type Examined = Result<Dump, Obstacle>;

const another = 'Take another dump: this one cannot be restored.';

export async function examineDump(order: Order, client: Client, depth: Depth): Promise<Examined> {
  const { archive } = order;
  const refuse = (reason: string, remedy: string) => err<Obstacle>({ reason: `Dump ${archive}: ${reason}`, remedy });
  const file = await dumpFileAt(archive);
  if (!file.ok) return refuse(file.error, 'Correct `archive`, or take another dump.');
  const wrong = await wrongFile(order, file.value, client.signal);
  if (wrong !== null) return refuse(wrong, another);
  const read =
    file.value.kind === 'sql' ? await readSql(file.value, client.signal) : await readArchive(file.value, client, depth);
  if (!read.ok) return refuse(read.error, another);
  const unfit = unfitFor(order, read.value);
  return unfit === null ? read : refuse(unfit.reason, unfit.remedy);
}

async function wrongFile(order: Order, file: DumpFile, signal?: AbortSignal): Promise<string | null> {
  const { bytes, checksum } = order;
  if (bytes !== null && bytes !== file.bytes) return `it has ${file.bytes} bytes, not ${bytes}`;
  if (checksum === null) return null;
  if (file.kind === 'directory') return 'a folder has no SHA-256: leave out `checksum`';
  const actual = await digestOf(file.path, signal);
  return actual === checksum ? null : `it has the SHA-256 ${actual}, not ${checksum}`;
}

async function readSql(file: DumpFile, signal?: AbortSignal): Promise<Result<Dump, string>> {
  const scan = schemaScan();
  const decoder = new StringDecoder('utf8');
  let sqlBytes = 0;
  try {
    for await (const part of contentOf(file, signal) as AsyncIterable<Buffer>) {
      sqlBytes += part.length;
      scan.feed(decoder.write(part));
    }
  } catch (error) {
    signal?.throwIfAborted();
    return err(`it is damaged or truncated: ${reasonOf(error)}`);
  }
  const facts = scan.facts();
  if (!facts.complete) return err('it is truncated: the end that pg_dump writes is missing');
  return ok({ ...file, facts, of: null, madeAt: file.writtenAt, sqlBytes });
}

async function readArchive(file: DumpFile, client: Client, depth: Depth): Promise<Result<Dump, string>> {
  const [listing, schema] = await Promise.all([
    call(client, 'pg_restore', ['--list', file.path]),
    call(client, 'pg_restore', ['--schema-only', '--file=-', file.path]),
  ]);
  if (!listing.ok) return err(`${listing.error.reason}. ${listing.error.remedy}`);
  if (!schema.ok) return err(`it is damaged or truncated: ${schema.error.reason}`);
  const cut = file.kind === 'directory' ? await cutDataFile(file) : undefined;
  if (cut !== undefined) return err(`it is truncated: the end of ${cut} is missing`);
  const through = depth === 'whole' ? await readThrough(client, file.path) : ok(null);
  if (!through.ok) return err(`it is damaged or truncated: ${through.error}`);
  const scan = schemaScan();
  scan.feed(`${schema.value}\n`);
  const of = /^; {5}dbname: (.*)$/m.exec(listing.value)?.[1] ?? null;
  const [, made] = /^; Archive created at (.*) UTC$/m.exec(listing.value) ?? [];
  const madeAt = made === undefined ? file.writtenAt : new Date(`${made.replace(' ', 'T')}Z`);
  return ok({ ...file, facts: scan.facts(), of, madeAt, sqlBytes: through.value });
}

function unfitFor({ database, dumpOf, newerThanMs, ownership }: Order, dump: Dump): Obstacle | null {
  if (dump.kind === 'sql' && ownership === 'skip')
    return {
      reason: 'the owners are written into its SQL',
      remedy: 'Leave out `ownership`, or make dumps with pg_dump -Fc.',
    };
  if (dump.kind === 'sql' && dump.facts.choosesDatabase)
    return {
      reason: 'it enters a database of its own choice (\\connect), and would be restored there',
      remedy: 'Make dumps without --create, or with pg_dump -Fc.',
    };
  if (dump.of !== null && dump.of !== dumpOf)
    return {
      reason: `it was made of the database ${dump.of}, not of ${dumpOf}`,
      remedy: `Take a dump of ${dumpOf}; if this one is meant for ${database}, say \`dumpOf: ${dump.of}\`.`,
    };
  const old = tooOld(dump.madeAt, newerThanMs);
  return old === null ? null : { reason: old, remedy: takeNewer };
}

/** What is assumed of a dump that is not here yet: that it needs nothing. */
export const unseenDump = (path: string): Dump => ({
  path,
  kind: 'custom',
  packing: 'none',
  bytes: 0,
  writtenAt: new Date(0),
  facts: schemaScan().facts(),
  of: null,
  madeAt: new Date(0),
  sqlBytes: null,
});
