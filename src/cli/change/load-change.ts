/** From a change's path to a checked change with its frame and adapters: the reading that the pure layers do not do. */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { Fault } from '../../kernel/fault.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { checkBack, checkBackOfFaulty } from '../../plan/derive/check-back.ts';
import { coverFaults } from '../../plan/derive/cover-faults.ts';
import type { Change } from '../../playbook/change/change.ts';
import { checkChange } from '../../playbook/change/check-change.ts';
import { frameFault } from '../../playbook/change/shape.ts';
import { asMapping, asText } from '../../playbook/change/written.ts';
import { inOrder } from '../../playbook/check.ts';
import type { PlaybookDocument } from '../../playbook/document.ts';
import type { Playbook } from '../../playbook/examined.ts';
import { readPlaybook } from '../../playbook/read.ts';
import { isUndeclared } from '../../playbook/rules/references.ts';
import { type Adapters, factsOf, loadAdapters, usedNames, writtenSecretVariables } from '../load-adapters.ts';
import { loadPlaybook, readBounded } from '../load-playbook.ts';

export interface LoadedChange {
  readonly file: string;
  readonly folder: string;
  /** SHA-256 of the file's bytes. */
  readonly digest: string;
  readonly change: Change;
  readonly frame: Playbook | undefined;
  readonly adapters: Adapters;
  readonly warnings: readonly Diagnostic[];
}

export type ChangeOrFaults =
  | { readonly ok: true; readonly value: LoadedChange }
  | { readonly ok: false; readonly error: readonly Diagnostic[] };

/** Reads and checks the change, its frame, and its way back; every fault at once. */
export async function loadChange(path: string, cwd: string): Promise<ChangeOrFaults> {
  const file = changePath(resolve(cwd, path));
  const bytes = readBounded(file, 'change');
  const read = await readPlaybook(shownFrom(cwd, file), bytes);
  if (!read.ok) return { ok: false, error: read.error };
  const document = read.value;
  const folder = dirname(file);
  const frame = await loadFrame(document, folder, cwd);
  const written = [document, frame.playbook?.document].flatMap((each) => (each === undefined ? [] : [each.data]));
  const own = await loadAdapters(usedNames(document.data, 'uses'), folder, written.flatMap(writtenSecretVariables));
  const { change, diagnostics } = await checkChange(document, factsOf(own), frame.playbook);
  const found = [...diagnostics, ...frame.diagnostics];
  const adapters = new Map([...frame.adapters, ...own]);
  if (change === undefined || (change.frame !== undefined && frame.playbook === undefined)) {
    const back = await checkBackOfFaulty(document, frame.playbook, factsOf(adapters));
    return { ok: false, error: certain([...found, ...back], document, frame.playbook) };
  }
  const all = distinct([...found, ...(await checkBack(change, frame.playbook, factsOf(adapters)))]);
  if (all.some(({ severity }) => severity === 'error')) return { ok: false, error: all };
  const loaded = { file, folder, digest: sha256(bytes), change, frame: frame.playbook, adapters, warnings: all };
  return { ok: true, value: loaded };
}

/** Of a frame that cannot be read nobody knows what it covers, nor what it declares. */
function certain(
  found: readonly Diagnostic[],
  document: PlaybookDocument,
  frame: Playbook | undefined,
): readonly Diagnostic[] {
  const isUnread = frame === undefined && asText(asMapping(document.data)?.frame) !== undefined;
  return distinct(isUnread ? found.filter((each) => !isUndeclared(each)) : [...found, ...coverFaults(document, frame)]);
}

/** A folder stands for the change.yaml in it. */
export function changePath(path: string): string {
  const inside = resolve(path, 'change.yaml');
  return existsSync(inside) ? inside : path;
}

function shownFrom(cwd: string, file: string): string {
  const shown = relative(cwd, file);
  return shown.startsWith('..') || shown === '' ? file : shown;
}

interface LoadedFrame {
  readonly playbook: Playbook | undefined;
  readonly adapters: Adapters;
  readonly diagnostics: readonly Diagnostic[];
}

async function loadFrame(document: PlaybookDocument, folder: string, cwd: string): Promise<LoadedFrame> {
  const none = { playbook: undefined, adapters: new Map(), diagnostics: [] };
  const written = asText(asMapping(document.data)?.frame);
  if (written === undefined || frameFault(written) !== undefined) return none;
  const path = resolve(folder, written);
  try {
    const { playbook, adapters, diagnostics } = await loadPlaybook(shownFrom(cwd, path), cwd);
    return { playbook, adapters, diagnostics };
  } catch (error) {
    if (!(error instanceof Fault) || existsSync(path)) throw error;
    const message = `the frame ${written} is not there`;
    const remedy = 'Correct the path; it is relative to the change.';
    return { ...none, diagnostics: [document.error('missing-frame', ['frame'], message, remedy)] };
  }
}

/** A fault of a role or a parameter shows in both directions, and is told once. */
export function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const each of diagnostics) {
    const key = JSON.stringify([each.rule, each.message, each.range ?? null]);
    if (!seen.has(key)) seen.set(key, each);
  }
  return inOrder([...seen.values()]);
}
