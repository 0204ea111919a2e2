/** From a playbook's path to what it says, checked: the reading that the pure layers do not do. */

import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { Fault } from '../kernel/fault.ts';
import { sha256 } from '../kernel/sha256.ts';
import { checkPlaybook } from '../playbook/check.ts';
import type { PlaybookDocument } from '../playbook/document.ts';
import type { Playbook } from '../playbook/examined.ts';
import { readPlaybook } from '../playbook/read.ts';
import { type Adapters, factsOf, loadAdapters, usedNames, writtenSecretVariables } from './load-adapters.ts';
import { keepHeapSmall } from './small-heap.ts';

export interface CheckedPlaybook {
  readonly file: string;
  readonly document: PlaybookDocument | undefined;
  readonly playbook: Playbook | undefined;
  readonly adapters: Adapters;
  readonly diagnostics: readonly Diagnostic[];
  readonly digest: string;
}

/** Reads and checks; trouble with the file itself is a Fault, faults in it are diagnostics. */
export async function loadPlaybook(file: string, cwd: string): Promise<CheckedPlaybook> {
  const path = playbookPath(resolve(cwd, file));
  const bytes = readBounded(path);
  keepHeapSmall(bytes.length);
  const shown = relative(cwd, path).startsWith('..') ? path : relative(cwd, path) || path;
  const read = await readPlaybook(shown, bytes);
  const digest = sha256(bytes);
  if (!read.ok) {
    return {
      file: path,
      document: undefined,
      playbook: undefined,
      adapters: new Map(),
      diagnostics: read.error,
      digest,
    };
  }
  const { data } = read.value;
  const adapters = await loadAdapters(usedNames(data, 'uses'), dirname(path), writtenSecretVariables(data));
  const checked = await checkPlaybook(read.value, factsOf(adapters));
  return {
    file: path,
    document: read.value,
    playbook: checked.playbook,
    adapters,
    diagnostics: checked.diagnostics,
    digest,
  };
}

/** A folder stands for the playbook.yaml in it. */
function playbookPath(path: string): string {
  const inside = resolve(path, 'playbook.yaml');
  return existsSync(inside) ? inside : path;
}

/** One byte more than a playbook may have is enough to know that it is too large. */
const readAtMost = 1024 * 1024 + 1;

export function readBounded(path: string, what = 'playbook'): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(readAtMost);
      let length = 0;
      for (let read = -1; read !== 0 && length < readAtMost; length += read) {
        read = readSync(file, bytes, length, readAtMost - length, null);
      }
      return bytes.subarray(0, length);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? `it is a folder without a ${what}.yaml` : code;
    throw new Fault('usage', `the ${what} ${path} cannot be read: ${why}`, `Give the path of a ${what} file.`);
  }
}
