/** What CHANGE means in a call: the path of a change's file, or the id under which a ledger is kept. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Fault } from '../../kernel/fault.ts';

export type MeantChange = { readonly file: string } | { readonly id: string };

/** A path is what leads to a file, or to a folder with a change.yaml in it. */
export function meantChange(text: string, cwd: string): MeantChange {
  if (text.trim() === '') {
    throw new Fault(
      'usage',
      'the change is an empty word',
      'Is a variable unset? Give its id, or the path of its file.',
    );
  }
  const path = resolve(cwd, text);
  const inside = resolve(path, 'change.yaml');
  if (existsSync(inside)) return { file: inside };
  if (isFile(path)) return { file: path };
  if (!/\.ya?ml$/.test(text)) return { id: text };
  throw new Fault(
    'usage',
    `the change ${path} cannot be read: there is no such file`,
    'Give the path of a change file.',
  );
}

/** What the system cannot look up, such as a name that is too long, is no file. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
