/** The backout playbook of a change, derived and checked, for whoever prints or runs it. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { Fault } from '../../kernel/fault.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { derive } from '../../plan/derive/derive.ts';
import type { Executed } from '../../plan/derive/executed.ts';
import { renderDerived } from '../../plan/derive/render.ts';
import type { Change } from '../../playbook/change/change.ts';
import { checkPlaybook } from '../../playbook/check.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { type CheckedPlaybook, factsOf } from '../load-plan.ts';
import { type LoadedChange, loadChange } from './load-change.ts';

export interface DerivedPlaybook {
  readonly change: Change;
  readonly folder: string;
  /** The id under which the ledger is kept; null: derived as though all had been done. */
  readonly ledger: string | null;
  /** Nothing of the change was executed. */
  readonly nothing: boolean;
  readonly undo: ReadonlyMap<string, readonly string[]>;
  readonly said: readonly string[];
  readonly playbook: CheckedPlaybook;
  readonly yaml: string;
  readonly warnings: readonly Diagnostic[];
}

export async function derivePlaybook(
  call: Invocation,
  surface: Surface,
): Promise<Result<DerivedPlaybook, readonly Diagnostic[]>> {
  const loaded = await loadChange(call.args[0] ?? '', surface.cwd);
  if (!loaded.ok) return err(loaded.error);
  return deriveLoaded(loaded.value, undefined, irreversibleOf(call));
}

/** `executed` undefined: as though all of it had been done. */
export async function deriveLoaded(
  loaded: LoadedChange,
  executed: Executed | undefined,
  irreversible: 'ask' | 'refuse',
): Promise<Result<DerivedPlaybook, readonly Diagnostic[]>> {
  const { change, frame, adapters, file, folder, digest, warnings } = loaded;
  const derived = await derive({ change, frame, executed, irreversible });
  if (!derived.ok) return err(derived.error);
  const { document, said, undo } = derived.value;
  const nothing = undo.size === 0;
  const checked = await checkPlaybook(document, factsOf(adapters));
  if (checked.playbook === undefined && !nothing) return err(checked.diagnostics);
  const ledger = executed === undefined ? null : change.id;
  return ok({
    change,
    folder,
    ledger,
    nothing,
    undo,
    said: nothing ? [`Nothing of ${change.id} was executed: there is nothing to take back.`] : said,
    playbook: { file, document, playbook: checked.playbook, adapters, diagnostics: checked.diagnostics, digest },
    yaml: await renderDerived(derived.value, headOf(loaded, ledger)),
    warnings,
  });
}

function headOf({ change, file, digest }: LoadedChange, ledger: string | null): readonly string[] {
  const basis = ledger === null ? 'as though all of it had been executed' : `from the ledger of ${ledger}`;
  const name = file.slice(file.lastIndexOf('/') + 1);
  return [`The way back of ${change.id}, derived from ${name} (SHA-256 ${digest.slice(0, 16)}…) ${basis}.`];
}

export function irreversibleOf(call: Invocation): 'ask' | 'refuse' {
  const told = call.flag('irreversible') ?? 'refuse';
  if (told === 'ask' || told === 'refuse') return told;
  throw new Fault('usage', `--irreversible ${told} is neither ask nor refuse`);
}
