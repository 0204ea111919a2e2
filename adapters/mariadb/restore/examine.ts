/** Read-only: is the dump there, whole, of this database, and can this server take it? Shared by preflight and work. */
import { stat } from 'node:fs/promises';
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { digestOf } from '../../support/digest.ts';
import { reasonOf } from '../../support/reason.ts';
import { isOlder, type ServerFacts } from '../facts.ts';
import { type DumpFacts, noFacts, readDump } from './dump-reader.ts';
import type { Order } from './input.ts';
import { openDump } from './open-dump.ts';

const another = 'Take another dump; nothing was changed.';

export async function examineDump(
  order: Order,
  server: ServerFacts,
  signal?: AbortSignal,
): Promise<Result<DumpFacts, Trouble>> {
  const { dump, checksum } = order;
  const facts = noFacts();
  try {
    const { size, mtimeMs } = await stat(dump);
    if (size < 4) return trouble(`Dump ${dump} is empty`, another);
    if (checksum !== null) {
      const actual = await digestOf(dump, signal);
      if (actual !== checksum) return trouble(`Dump ${dump} has the SHA-256 ${actual}, not ${checksum}`, another);
    }
    for await (const _ of readDump(await openDump(dump, signal), facts)) {
      // What it is counts here, not what is in it.
    }
    return judge(order, server, facts, mtimeMs);
  } catch (error) {
    return trouble(
      `Dump ${dump}: ${reasonOf(error)}`,
      'Correct `archive`, or bring the file back; nothing was changed.',
    );
  }
}

/** When it was completed, in ms since the epoch: it is read to its end. */
export async function endOf(dump: string, signal: AbortSignal): Promise<number> {
  const facts = noFacts();
  for await (const _ of readDump(await openDump(dump, signal), facts)) {
    // Its end says when.
  }
  return madeAtOf(facts, (await stat(dump)).mtimeMs);
}

export function judge(
  order: Order,
  server: ServerFacts,
  facts: DumpFacts,
  writtenAt: number,
): Result<DumpFacts, Trouble> {
  const { dump, from, database } = order;
  const say = (what: string, remedy: string) => trouble(`Dump ${dump} ${what}`, remedy);
  if (facts.headers === 0 && !facts.complete && facts.tables === 0)
    return say('is no dump as mariadb-dump writes it', another);
  if (!facts.complete)
    return say(
      'does not end with "-- Dump completed": it is truncated, or was made with --skip-comments',
      'Take another dump, made without --skip-comments and --compact; nothing was changed.',
    );
  const names = [...facts.databases];
  if (facts.headers > 1 || names.length > 1)
    return say(`holds several databases: ${names.join(', ')}`, `Take a dump of ${from} alone: mariadb-dump ${from}.`);
  if (names[0] !== undefined && names[0] !== from)
    return say(
      `is of database ${names[0]}, not of ${from}`,
      `Correct \`dump\`; or, where it is meant for ${database}, say \`from: ${names[0]}\`.`,
    );
  if (facts.tables === 0) return say('holds no table', another);
  if (facts.withData === 0) return say('holds no data: it was made with --no-data', another);
  if (fromMariadb(facts) && isOlder(server.version, facts.version ?? ''))
    return say(
      `was made by version ${facts.version}; the server is older: ${server.version}`,
      'Take a dump of this version, or bring the server to that one.',
    );
  return ageOf(order, facts, writtenAt);
}

export const fromMariadb = ({ version }: DumpFacts): boolean => version?.includes('MariaDB') === true;

/** By the time at its end, which copying does not change, in this machine's time zone; else by the file's. Ms. */
export function madeAtOf({ completedAt }: Pick<DumpFacts, 'completedAt'>, writtenAt: number): number {
  const said = Date.parse((completedAt ?? '').replace(/ +(\d):/, ' 0$1:').replace(/ +/, 'T'));
  return Number.isNaN(said) ? writtenAt : said;
}

function ageOf({ dump, maxAgeMs }: Order, facts: DumpFacts, writtenAt: number): Result<DumpFacts, Trouble> {
  if (maxAgeMs === null) return ok(facts);
  const age = Date.now() - madeAtOf(facts, writtenAt);
  if (age <= maxAgeMs) return ok(facts);
  return trouble(
    `Dump ${dump} was made ${formatDuration(age)} ago, and may be ${formatDuration(maxAgeMs)} old`,
    'Take a newer one, or raise `newerThan`; nothing was changed.',
  );
}
