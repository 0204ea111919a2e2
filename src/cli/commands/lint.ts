/** `backout lint`: every fault and weakness of playbooks at once. Warnings alone are exit 0. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { lintPlaybook } from '../../playbook/lint.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import { printDiagnostics } from '../lint-output.ts';
import { loadPlaybook } from '../load-plan.ts';

export const run: CommandRun = async (call, surface) => {
  const diagnostics: Diagnostic[] = [];
  for (const file of call.args) {
    const loaded = await loadPlaybook(file, surface.cwd);
    diagnostics.push(...loaded.diagnostics);
    if (loaded.playbook !== undefined) diagnostics.push(...lintPlaybook(loaded.playbook));
  }
  if (call.has('json')) surface.out(`${JSON.stringify(diagnostics, null, 2)}\n`);
  else printDiagnostics(diagnostics, surface);
  return diagnostics.some((each) => each.severity === 'error') ? exit.usage : exit.backedOut;
};
