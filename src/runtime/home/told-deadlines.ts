/**
 * Which word about a deadline was given to whom: `<home>/deadlines/<change>.told/`, a file for each word to one
 * audience. Owns: that of several who count down one gives it, and that a restart does not repeat it. What cannot be
 * told apart is told again: better a word twice than none.
 */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readIfThere, replaceFile } from './durable-file.ts';
import { errorCode } from './file-system.ts';
import { type Home, makeFolder, orUnusable } from './home.ts';
import { encodeSystem } from './system-folder.ts';

/** The right to give a word, and the duty to say what became of it. */
export interface Telling {
  told(): void;
  failed(): void;
}

/** `about`: the change, or the system where that has no id. Undefined: it was given, or another is giving it now. */
export function claimTelling(home: Home, about: string, mark: string): Telling | undefined {
  const folder = join(home.path, 'deadlines', `${encodeSystem(about)}.told`);
  const file = join(folder, encodeSystem(mark));
  if (earlierMarks(home, about).includes(mark)) return undefined;
  return orUnusable(home.path, () => {
    makeFolder(join(home.path, 'deadlines'), home.modes);
    makeFolder(folder, home.modes);
    if (!isFree(file) || !take(file, home.modes.file)) return undefined;
    return {
      told: () => orUnusable(home.path, () => replaceFile(file, `${told}\n`, home.modes.file)),
      failed: () => rmSync(file, { force: true }),
    };
  });
}

const told = 'told';
/** Longer than a channel, its tries and its fallback take. */
const staleMs = 10 * 60_000;

/** Whose teller died is nobody's. */
function isFree(file: string): boolean {
  const text = readIfThere(file)?.trim();
  if (text === undefined) return true;
  const since = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (text === told || (isAlive(text) && Date.now() - since < staleMs)) return false;
  rmSync(file, { force: true });
  return true;
}

function take(file: string, mode: number): boolean {
  try {
    writeFileSync(file, `${process.pid} ${hostname()}\n`, { flag: 'wx', mode });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A process of another machine, or one that has not written its number yet, is taken for alive. */
function isAlive(text: string): boolean {
  const [pid, host] = text.split(' ');
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

/** As releases before wrote them: one file for all words. */
function earlierMarks(home: Home, about: string): readonly string[] {
  try {
    const file = join(home.path, 'deadlines', `${encodeSystem(about)}.json`);
    const marks: unknown = JSON.parse(readIfThere(file) ?? '[]');
    return Array.isArray(marks) ? marks.filter((mark) => typeof mark === 'string') : [];
  } catch {
    return [];
  }
}
