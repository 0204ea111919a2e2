/**
 * Puts back what is missing in a target that stands, and changes nothing that is there. Each file comes to its place by
 * a link, which fails where something stands: nobody's newer file is lost between a look and a move. Names are taken as
 * bytes (`latin1` here), for a user's file need not be named in UTF-8.
 */
import { type Dirent, linkSync, lstatSync, readdirSync, renameSync, type Stats } from 'node:fs';
import { codeOf } from '../../support/reason.ts';

export interface Filled {
  restored: number;
  /** Was there, and was left as it is. */
  kept: number;
  /** Stand where a folder of the backup should be: a link, a file. */
  readonly inTheWay: string[];
}

export function fillGaps(fresh: string, target: string): Filled {
  const filled: Filled = { restored: 0, kept: 0, inTheWay: [] };
  fill(inBytes(fresh), inBytes(target), filled);
  return filled;
}

function fill(from: string, to: string, filled: Filled): void {
  for (const item of itemsOf(from)) {
    const [source, place] = [`${from}/${item.name}`, `${to}/${item.name}`];
    if (!item.isDirectory()) {
      if (placed(source, place)) filled.restored += 1;
      else filled.kept += 1;
      continue;
    }
    const files = countBelow(source);
    if (statOf(place) === undefined && moved(source, place)) filled.restored += files;
    else if (statOf(place)?.isDirectory() === true) fill(source, place, filled);
    else filled.inTheWay.push(raw(place).toString('utf8'));
  }
}

function placed(source: string, place: string): boolean {
  try {
    linkSync(raw(source), raw(place));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A folder that is missing as a whole. False: somebody has made it meanwhile. */
function moved(source: string, place: string): boolean {
  try {
    renameSync(raw(source), raw(place));
    return true;
  } catch (error) {
    if (/^(?:ENOTEMPTY|EEXIST|ENOTDIR)$/.test(codeOf(error) ?? '')) return false;
    throw error;
  }
}

function countBelow(folder: string): number {
  const count = (item: Dirent) => (item.isDirectory() ? countBelow(`${folder}/${item.name}`) : 1);
  return itemsOf(folder).reduce((sum, item) => sum + count(item), 0);
}

const inBytes = (path: string): string => Buffer.from(path, 'utf8').toString('latin1');
const raw = (path: string): Buffer => Buffer.from(path, 'latin1');
const itemsOf = (folder: string): Dirent[] => readdirSync(raw(folder), { encoding: 'latin1', withFileTypes: true });
const statOf = (path: string): Stats | undefined => lstatSync(raw(path), { throwIfNoEntry: false });
