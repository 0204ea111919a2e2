/** The backout playbook of a change, derived and checked, for whoever prints or runs it. */

import { basename, resolve } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { Fault } from '../../kernel/fault.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { derive } from '../../plan/derive/derive.ts';
import type { Executed } from '../../plan/derive/executed.ts';
import { coversIn, idleCovers, idleFaults } from '../../plan/derive/idle-cover.ts';
import { renderDerived } from '../../plan/derive/render.ts';
import { restsOnFolder } from '../../plan/derive/rests-on-folder.ts';
import type { Change } from '../../playbook/change/change.ts';
import { checkPlaybook } from '../../playbook/check.ts';
import { lookAtHome } from '../../runtime/home/home.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { factsOf } from '../load-adapters.ts';
import type { CheckedPlaybook } from '../load-playbook.ts';
import { type ExecutedChange, loadExecuted } from './executed-change.ts';
import { givenFor } from './given-for.ts';
import { doubtsOf, executedOf } from './ledger-of.ts';
import { type LoadedChange, loadChange } from './load-change.ts';
import { meantChange } from './meant-change.ts';

export interface DerivedPlaybook {
  readonly change: Change;
  readonly folder: string;
  /** Absolute paths of the files that it is derived from. */
  readonly sources: readonly string[];
  /** The id under which the ledger is kept; null: derived as though all had been done. */
  readonly ledger: string | null;
  /** Nothing of the change was executed. */
  readonly nothing: boolean;
  readonly undo: ReadonlyMap<string, readonly string[]>;
  /** Names of parameters that stand for outputs which are not known yet. */
  readonly standIns: readonly string[];
  readonly said: readonly string[];
  readonly playbook: CheckedPlaybook;
  readonly yaml: string;
  /** It has commands or relative paths: it works only from a file in `folder`. */
  readonly restsOnFolder: boolean;
  readonly warnings: readonly Diagnostic[];
}

type Derives = (given: JsonObject) => Promise<Result<DerivedPlaybook, readonly Diagnostic[]>>;

/** For `derive CHANGE [--ledger [LEDGER]]`: a first time to learn which parameters there are, then with the values given. */
export async function derivePlaybook(
  call: Invocation,
  surface: Surface,
): Promise<Result<DerivedPlaybook, readonly Diagnostic[]>> {
  const derives = await derivesFrom(call, surface);
  const plain = derives.ok ? await derives.value({}) : derives;
  if (!derives.ok || !plain.ok) return plain;
  const given = await givenFor(plain.value, call, surface);
  if (!given.ok) return given;
  const derived = Object.keys(given.value).length === 0 ? plain : await derives.value(given.value);
  const isOfLedger = call.has('ledger') && irreversibleOf(call) === 'refuse';
  const faults = derived.ok && isOfLedger ? await idleIn(derived.value) : [];
  return faults.length > 0 ? err(faults) : derived;
}

async function derivesFrom(call: Invocation, surface: Surface): Promise<Result<Derives, readonly Diagnostic[]>> {
  const irreversible = irreversibleOf(call);
  const [first = '', second] = call.args;
  if (!call.has('ledger')) {
    if (second !== undefined)
      throw new Fault('usage', `backout derive does not take "${second}"`, 'It goes with --ledger.');
    const meant = meantChange(first, surface.cwd);
    if ('id' in meant) {
      const remedy = `From what was recorded of it: backout derive ${meant.id} --ledger`;
      throw new Fault('usage', `${meant.id} is no change file`, remedy);
    }
    const loaded = await loadChange(meant.file, surface.cwd);
    if (!loaded.ok) return err(loaded.error);
    return ok((given) => deriveLoaded(loaded.value, undefined, irreversible, [], 'ask', given));
  }
  // `--ledger CHG0042 change.yaml` means the same as `change.yaml --ledger CHG0042`.
  const swapped = second !== undefined && 'file' in meantChange(second, surface.cwd);
  const [named, ledger] = swapped ? [second, first] : [first, second];
  const executed = await loadExecuted(lookAtHome(call.flag('home'), surface.env), named, ledger, call, surface);
  if (!executed.ok) return err(executed.error);
  return ok((given) => deriveExecuted(executed.value, irreversible, 'refuse', given));
}

/** With the values that the playbook has; a run may be given others. */
async function idleIn({ change, undo, playbook: { playbook } }: DerivedPlaybook): Promise<readonly Diagnostic[]> {
  if (playbook === undefined) return [];
  return idleFaults(change, await idleCovers(playbook, coversIn(change, undo)), undo);
}

/** `missing`: what becomes of the undo of a done step that lacks an output; a way back that is begun asks a person. */
export async function deriveExecuted(
  { loaded, ledger, accepted }: ExecutedChange,
  irreversible: 'ask' | 'refuse',
  missing: 'ask' | 'refuse' = 'ask',
  given: JsonObject = {},
): Promise<Result<DerivedPlaybook, readonly Diagnostic[]>> {
  const derived = await deriveLoaded(loaded, executedOf(ledger), irreversible, accepted, missing, given);
  if (!derived.ok) return derived;
  return ok({ ...derived.value, said: [...accepted, ...doubtsOf(ledger), ...derived.value.said] });
}

/** `executed` undefined: as though all of it had been done. */
export async function deriveLoaded(
  loaded: LoadedChange,
  executed: Executed | undefined,
  irreversible: 'ask' | 'refuse',
  accepted: readonly string[] = [],
  missing: 'ask' | 'refuse' = 'ask',
  given: JsonObject = {},
): Promise<Result<DerivedPlaybook, readonly Diagnostic[]>> {
  const { change, frame, adapters, file, folder, digest, warnings } = loaded;
  const derived = await derive({ change, frame, executed, irreversible, missing, given });
  if (!derived.ok) return err(derived.error);
  const { document, said, undo, standIns } = derived.value;
  const nothing = [...undo.values()].every((ids) => ids.length === 0);
  const checked = await checkPlaybook(document, factsOf(adapters));
  if (checked.playbook === undefined && !nothing) return err(checked.diagnostics);
  const ledger = executed === undefined ? null : change.id;
  const rests = checked.playbook !== undefined && restsOnFolder(checked.playbook.content);
  const head = [...headOf(loaded, ledger), ...(rests ? [placeOf(loaded)] : []), ...accepted];
  return ok({
    change,
    folder,
    sources: [file, ...(change.frame === undefined ? [] : [resolve(folder, change.frame)])],
    ledger,
    nothing,
    undo,
    standIns,
    said: nothing && executed !== undefined ? [`Nothing of ${change.id} is left to be taken back.`] : said,
    playbook: { file, document, playbook: checked.playbook, adapters, diagnostics: checked.diagnostics, digest },
    yaml: await renderDerived(derived.value, head),
    restsOnFolder: rests,
    warnings,
  });
}

function headOf({ change, file, digest }: LoadedChange, ledger: string | null): readonly string[] {
  const basis = ledger === null ? 'as though all of it had been executed' : `from the ledger of ${ledger}`;
  return [`The way back of ${change.id}, derived from ${basename(file)} (SHA-256 ${digest.slice(0, 16)}…) ${basis}.`];
}

const placeOf = ({ file }: LoadedChange): string =>
  `Its commands and relative paths hold only in the folder of ${basename(file)}: this file has to lie there too.`;

export function irreversibleOf(call: Invocation): 'ask' | 'refuse' {
  const told = call.flag('irreversible') ?? 'refuse';
  if (told === 'ask' || told === 'refuse') return told;
  throw new Fault('usage', `--irreversible ${told} is neither ask nor refuse`);
}
