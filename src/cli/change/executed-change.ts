/** A change together with its ledger, from whatever the caller named: the id, the path of the file, or both. */
import { existsSync } from 'node:fs';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { Fault } from '../../kernel/fault.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Home } from '../../runtime/home/home.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { refuseEdited } from './edited.ts';
import { type KnownLedger, ledgerOf } from './ledger-of.ts';
import { type LoadedChange, loadChange } from './load-change.ts';
import { type MeantChange, meantChange } from './meant-change.ts';
import { refuseUnknown } from './refuse-unknown.ts';

export interface ExecutedChange {
  readonly loaded: LoadedChange;
  readonly ledger: KnownLedger;
  /** Differences between the file and what was carried out that a person has accepted. */
  readonly accepted: readonly string[];
}

/** `ledger`: the id of the ledger, where it is told apart from the file. */
export async function loadExecuted(
  home: Home,
  named: string,
  ledger: string | undefined,
  call: Invocation,
  surface: Surface,
): Promise<Result<ExecutedChange, readonly Diagnostic[]>> {
  const meant = meantChange(named, surface.cwd);
  if ('id' in meant) refuseUnknown(home, meant.id);
  const loaded = await loadChange(fileOf(home, meant), surface.cwd);
  if (!loaded.ok) return err(loaded.error);
  const id = ledger ?? ('id' in meant ? meant.id : loaded.value.change.id);
  // Of a change that nothing is recorded of here nobody knows that nothing of it was done (P4).
  refuseUnknown(home, id);
  const state = ledgerOf(home, id);
  return ok({ loaded: loaded.value, ledger: state, accepted: refuseEdited(loaded.value, state, call) });
}

/** Right after this process carried it out: the file is the one that was carried out. */
export function executedState(home: Home, loaded: LoadedChange): ExecutedChange {
  return { loaded, ledger: ledgerOf(home, loaded.change.id), accepted: [] };
}

/** Where only the id is given, the ledger knows the file, if ever somebody named it. */
function fileOf(home: Home, meant: MeantChange): string {
  if ('file' in meant) return meant.file;
  const { file } = ledgerOf(home, meant.id);
  const remedy = `Name the file instead: backout derive change.yaml --ledger ${meant.id}, or backout run --change change.yaml`;
  if (file === null)
    throw new Fault('usage', `the ledger of ${meant.id} does not say where its change file is`, remedy);
  if (existsSync(file)) return file;
  throw new Fault('usage', `the file of ${meant.id} is not there any more: ${file}`, remedy);
}
