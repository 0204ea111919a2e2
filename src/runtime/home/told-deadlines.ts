/** Which word about a deadline was given to whom: `<home>/deadlines/<change>.json`, so that a restart does not repeat it. */
import { join } from 'node:path';
import { readIfThere, replaceFile } from './durable-file.ts';
import { type Home, makeFolder, orUnusable } from './home.ts';
import { encodeSystem } from './system-folder.ts';

/** `about`: the change, or the system where that has no id. `mark`: one word to one audience. */
export function wasTold(home: Home, about: string, mark: string): boolean {
  return marksOf(home, about).includes(mark);
}

export function markTold(home: Home, about: string, mark: string): void {
  orUnusable(home.path, () => {
    makeFolder(join(home.path, 'deadlines'), home.modes);
    replaceFile(fileOf(home, about), `${JSON.stringify([...marksOf(home, about), mark])}\n`, home.modes.file);
  });
}

const fileOf = (home: Home, about: string): string => join(home.path, 'deadlines', `${encodeSystem(about)}.json`);

/** What cannot be read was not told: better a word twice than none. */
function marksOf(home: Home, about: string): readonly string[] {
  try {
    const marks: unknown = JSON.parse(readIfThere(fileOf(home, about)) ?? '[]');
    return Array.isArray(marks) ? marks.filter((mark) => typeof mark === 'string') : [];
  } catch {
    return [];
  }
}
