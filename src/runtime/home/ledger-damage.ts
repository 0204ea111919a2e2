/** What is said of a ledger that cannot be trusted. Each a Fault (`journal-damaged`, exit 7). */
import { dirname } from 'node:path';
import { Fault } from '../../kernel/fault.ts';

export function damagedLedger(file: string, line: number, reason: string): Fault {
  return new Fault('journal-damaged', `the ledger ${file} is damaged in line ${line}: ${reason}`, remedyOf(file));
}

export function damagedHead(file: string, head: string): Fault {
  return new Fault('journal-damaged', `the head of the ledger ${file} is damaged: ${head}`, remedyOf(file));
}

/** A chain that holds, and is that of another change: its folder was copied or moved. */
export function strangersEntry(
  file: string,
  line: number,
  names: { readonly entry: string; readonly own: string },
): Fault {
  const message = `the ledger ${file} is damaged in line ${line}: it is an entry of ${names.entry}, and this is the ledger of ${names.own}`;
  const folder = dirname(file);
  const remedy = `Somebody copied or moved it: move ${folder} away, then restore the ledger of ${names.own}, or record anew what was carried out of it.`;
  return new Fault('journal-damaged', message, remedy);
}

const remedyOf = (file: string): string =>
  `Somebody changed it: restore ${dirname(file)}, or move that folder away and record anew what was carried out.`;
