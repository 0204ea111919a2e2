/** `backout derive`: the playbook that takes a change back, from the change and from what was carried out of it. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Fault } from '../../kernel/fault.ts';
import { visible } from '../../views/visible.ts';
import { type DerivedPlaybook, derivePlaybook } from '../change/derive-playbook.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { printDiagnostics } from '../lint-output.ts';
import { writeOutput } from '../write-output.ts';

export const run: CommandRun = async (call, surface) => {
  refuseExisting(call, surface);
  const derived = await derivePlaybook(call, surface);
  if (!derived.ok) {
    printDiagnostics(derived.error, surface);
    surface.err('backout: no backout playbook can be derived from this change\n');
    return exit.usage;
  }
  const { said, warnings } = derived.value;
  if (warnings.length > 0) printDiagnostics(warnings, surface);
  for (const line of said) surface.err(`${visible(line)}\n`);
  if (call.has('json')) surface.out(`${JSON.stringify(documentOf(derived.value), null, 2)}\n`);
  else if (!derived.value.nothing) write(derived.value, call, surface);
  return exit.backedOut;
};

function documentOf({ change, nothing, undo, said, playbook, yaml, ledger }: DerivedPlaybook) {
  return {
    schema: 'backout/derived/v1',
    change: change.id,
    nothing,
    ledger,
    takenBack: Object.fromEntries(undo),
    said,
    playbook: nothing ? null : playbook.document?.data,
    yaml: nothing ? null : yaml,
  };
}

/** What somebody has reviewed, or the change itself, is not lost to a slip of the hand. */
function refuseExisting(call: Invocation, surface: Surface): void {
  const target = call.flag('output');
  if (target === undefined || call.has('force') || !existsSync(resolve(surface.cwd, target))) return;
  throw new Fault('usage', `${target} is there already`, 'Give another name, or --force to overwrite it.');
}

/** With --force too: what the way back was derived from is still needed. */
function refuseSources(path: string, { sources }: DerivedPlaybook): void {
  if (!existsSync(path)) return;
  const real = realpathSync(path);
  if (!sources.some((source) => existsSync(source) && realpathSync(source) === real)) return;
  const remedy = 'Give another name, e.g. -o back.yaml. Nothing was written.';
  throw new Fault('usage', `${path} is what the way back is derived from`, remedy);
}

function write(derived: DerivedPlaybook, call: Invocation, surface: Surface): void {
  const { yaml, folder, restsOnFolder } = derived;
  const target = call.flag('output');
  if (target === undefined) return surface.out(yaml);
  const path = resolve(surface.cwd, target);
  refuseSources(path, derived);
  writeOutput(path, yaml);
  surface.err(`Written: ${visible(path)}\n`);
  if (!restsOnFolder || realpathSync(dirname(path)) === realpathSync(folder)) return;
  surface.err(`Its commands and relative paths hold only in ${visible(folder)}: put it there before it is run.\n`);
}
