/**
 * Reads a dump as mariadb-dump writes it, line by line, whatever its size: what it is, whether it is whole, and which
 * of its bytes may be loaded. Owns: what is left out. Statements that name a database are, so that it is loaded where
 * it is told to be; so are locks; and its events are kept apart, which would begin to act in the copy beside.
 */

export interface DumpFacts {
  /** The programs that begin a dump; two of them are two dumps in one file. */
  headers: number;
  /** Of the server that it was made on; null where it is not said. */
  version: string | null;
  /** All databases that it names. */
  readonly databases: Set<string>;
  /** Character set and collation of its database, as SQL; null where it has no CREATE DATABASE. */
  charset: string | null;
  /** Tables and sequences. */
  tables: number;
  /** Tables whose rows are in it, perhaps none. */
  withData: number;
  bytes: number;
  /** It ends as a whole dump does: with the time of its end, where that is said. */
  complete: boolean;
  completedAt: string | null;
}

export const noFacts = (): DumpFacts => ({
  headers: 0,
  version: null,
  databases: new Set(),
  charset: null,
  tables: 0,
  withData: 0,
  bytes: 0,
  complete: false,
  completedAt: null,
});

export type Where = 'load' | 'events' | 'nowhere';

export interface Piece {
  readonly to: Where;
  readonly bytes: Buffer;
}

/** Enough of a line to know what it is. */
const headLength = 1_024;
const newline = 10;

/** The database that the dump was made of, and the schema that it is loaded into. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

interface State {
  readonly facts: DumpFacts;
  readonly move: Move | null;
  inBody: boolean;
  inEvents: boolean;
  /** Where the line goes whose beginning has been seen, while its end has not. */
  open: Where | null;
}

/** Pieces in their order; `facts` grow as it reads, and are whole when it ends. */
export async function* readDump(
  source: AsyncIterable<Buffer>,
  facts: DumpFacts,
  move: Move | null = null,
): AsyncGenerator<Piece> {
  const state: State = { facts, move, inBody: false, inEvents: false, open: null };
  let rest: Buffer = Buffer.alloc(0);
  for await (const part of source) {
    facts.bytes += part.length;
    const chunk: Buffer = rest.length === 0 ? part : Buffer.concat([rest, part]);
    const cuts = [...cutsOf(chunk, state, 'more follows')];
    yield* joined(chunk, cuts);
    rest = chunk.subarray(cuts.at(-1)?.end ?? 0);
  }
  yield* joined(rest, [...cutsOf(rest, state, 'the end')]);
}

interface Cut {
  readonly to: Where;
  readonly from: number;
  readonly end: number;
  /** What goes there instead of the bytes. */
  readonly instead?: string;
}

/** Line by line; a line whose beginning is not whole yet is left for later. */
function* cutsOf(chunk: Buffer, state: State, then: 'more follows' | 'the end'): Generator<Cut> {
  for (let from = 0; from < chunk.length; ) {
    const end = chunk.indexOf(newline, from);
    const after = end < 0 ? chunk.length : end + 1;
    if (state.open === null && end < 0 && then === 'more follows' && chunk.length - from < headLength) return;
    const to: Where =
      state.open ?? dispositionOf(chunk.toString('utf8', from, Math.min(after, from + headLength)), state);
    const instead = state.open === null && end >= 0 ? movedColumn(chunk, from, after, state) : undefined;
    state.open = end < 0 ? to : null;
    yield { to, from, end: after, ...(instead === undefined ? {} : { instead }) };
    from = after;
  }
}

/** Neighbours that go to the same place are one piece. */
function joined(chunk: Buffer, cuts: readonly Cut[]): readonly Piece[] {
  const runs: Cut[] = [];
  for (const cut of cuts) {
    const last = runs.at(-1);
    const joins = last !== undefined && last.to === cut.to && last.instead === undefined && cut.instead === undefined;
    if (joins) runs.splice(-1, 1, { ...last, end: cut.end });
    else runs.push(cut);
  }
  return runs.map(({ to, from, end, instead }) => ({
    to,
    bytes: instead === undefined ? chunk.subarray(from, end) : Buffer.from(instead),
  }));
}

/** A column's default names its sequence with the schema: it is to be the one beside the table. */
function movedColumn(chunk: Buffer, from: number, end: number, { move, inBody }: State): string | undefined {
  if (move === null || inBody || chunk.toString('latin1', from, from + 3) !== '  `') return undefined;
  const sequenceIn = (schema: string) => `DEFAULT nextval(\`${schema.replaceAll('`', '``')}\`.`;
  const line = chunk.toString('utf8', from, end);
  return line.includes(sequenceIn(move.from))
    ? line.replace(sequenceIn(move.from), () => sequenceIn(move.to))
    : undefined;
}

function dispositionOf(beginning: string, state: State): Where {
  const { facts } = state;
  const head = beginning.trimEnd();
  if (head !== '' && !head.startsWith('-- Dump completed')) facts.complete = false;
  if (/^DELIMITER /i.test(head)) {
    state.inBody = !/^DELIMITER ;$/i.test(head);
    return state.inEvents ? 'events' : 'load';
  }
  if (!state.inBody) {
    if (head.startsWith('--')) readComment(head, state, facts);
    else if (leavesEvents.test(head)) state.inEvents = false;
    if (isLeftOut(head, facts)) return 'nowhere';
    if (/^CREATE (?:TABLE|SEQUENCE) /.test(head)) facts.tables += 1;
  }
  return state.inEvents ? 'events' : 'load';
}

/** The settings that end a database's part, and the whole. */
const leavesEvents = /^(?:\/\*!40103 SET TIME_ZONE=@OLD_TIME_ZONE|\/\*!50001 )/;

function readComment(head: string, state: State, facts: DumpFacts): void {
  const section =
    /^-- (Dumping events for database|Dumping routines for database|Current Database|Final view structure)/.exec(head);
  if (section !== null) state.inEvents = section[1] === 'Dumping events for database';
  if (/^-- (?:MariaDB|MySQL) dump /.test(head)) facts.headers += 1;
  const database = /^-- Host: .*\sDatabase: (.+)$/.exec(head)?.[1] ?? /^-- Current Database: `(.+)`$/.exec(head)?.[1];
  if (database !== undefined) facts.databases.add(database.replaceAll('``', '`'));
  facts.version = /^-- Server version\s+(\S+)/.exec(head)?.[1] ?? facts.version;
  if (/^-- Dumping data for (?:table|sequence) /.test(head)) facts.withData += 1;
  const completed = /^-- Dump completed(?: on (\S+ +\S+))?$/.exec(head);
  if (completed === null) return;
  facts.complete = true;
  facts.completedAt = completed[1] ?? null;
}

/** Statements that would act on another database than the one it is loaded into, and needless locks. */
function isLeftOut(head: string, facts: DumpFacts): boolean {
  if (/^(?:LOCK|UNLOCK) TABLES\b/.test(head)) return true;
  if (/^\/\*!40000 DROP DATABASE /.test(head)) return true;
  const used = /^USE `?((?:[^`]|``)+?)`?;$/i.exec(head)?.[1];
  if (used !== undefined) facts.databases.add(used.replaceAll('``', '`'));
  const made = /^CREATE DATABASE .*?\/\*!40100 DEFAULT (CHARACTER SET [^*]+?) ?\*\//.exec(head)?.[1];
  if (made !== undefined && /^[A-Za-z0-9_ =]+$/.test(made)) facts.charset = made;
  return used !== undefined || /^CREATE DATABASE /i.test(head);
}
