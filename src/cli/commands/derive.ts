/** `backout derive`: the playbook that takes a change back, from the change and from what was carried out of it. */
import { dirname, resolve } from 'node:path';
import { writeWhole } from '../../runtime/home/durable-file.ts';
import { type DerivedPlaybook, derivePlaybook } from '../change/derive-playbook.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { printDiagnostics } from '../lint-output.ts';

export const run: CommandRun = async (call, surface) => {
  const derived = await derivePlaybook(call, surface);
  if (!derived.ok) {
    printDiagnostics(derived.error, surface);
    surface.err('backout: no backout playbook can be derived from this change\n');
    return exit.usage;
  }
  const { said, warnings } = derived.value;
  if (warnings.length > 0) printDiagnostics(warnings, surface);
  for (const line of said) surface.err(`${line}\n`);
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

function write({ yaml, folder }: DerivedPlaybook, call: Invocation, surface: Surface): void {
  const target = call.flag('output');
  if (target === undefined) return surface.out(yaml);
  const path = resolve(surface.cwd, target);
  writeWhole(path, yaml, 0o644);
  surface.err(`Written: ${path}\n`);
  if (dirname(path) !== folder) surface.err(`Its paths are meant from ${folder}: run it from a file in there.\n`);
}
