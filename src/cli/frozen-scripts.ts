/** The scripts of a plan with what they import, and their digests: what is frozen when a run begins. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Json } from '../kernel/json.ts';
import { sha256 } from '../kernel/sha256.ts';
import { relativeImports } from '../plan/relative-imports.ts';
import type { PlaybookContent } from '../playbook/content.ts';
import { usedNames } from './load-adapters.ts';

export type Scripts = ReadonlyMap<string, { readonly sha256: string }>;

/** The scripts of the plan itself; those that clean up after a rehearsal are none of it. */
export function scriptsOf(content: Pick<PlaybookContent, 'phases' | 'escalate'>, folder: string): Scripts {
  const scripts = new Map<string, { readonly sha256: string }>();
  const { phases, escalate } = content;
  // What was read from a file is plain data.
  for (const script of usedNames([phases ?? null, escalate ?? null] as Json, 'script'))
    collectScript(script, folder, scripts);
  return scripts;
}

/** The script and what it imports from beside itself. A file that is not there is left to the plan's own check. */
function collectScript(path: string, folder: string, scripts: Map<string, { readonly sha256: string }>): void {
  const absolute = resolve(folder, path);
  const name = relative(folder, absolute);
  if (scripts.has(name) || name.startsWith('..') || isAbsolute(name) || !existsSync(absolute)) return;
  const text = readFileSync(absolute);
  scripts.set(name, { sha256: sha256(text) });
  for (const imported of relativeImports(text.toString('utf8')))
    collectScript(resolve(dirname(absolute), imported), folder, scripts);
}
