/** `backout lint`: every fault and weakness of playbooks at once. Warnings alone are exit 0. */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { allSites, type Path, type PlaybookContent } from '../../playbook/content.ts';
import type { Playbook } from '../../playbook/examined.ts';
import { lintPlaybook } from '../../playbook/lint.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import { lintHosts } from '../lint-hosts.ts';
import { diagnosticsText } from '../lint-output.ts';
import { loadPlaybook } from '../load-plan.ts';

export const run: CommandRun = async (call, surface) => {
  const diagnostics: Diagnostic[] = [];
  for (const file of call.args) {
    const loaded = await loadPlaybook(file, surface.cwd);
    diagnostics.push(...loaded.diagnostics);
    if (loaded.playbook !== undefined) {
      const folder = dirname(loaded.file);
      diagnostics.push(...missingScripts(loaded.playbook, folder), ...(await lintHosts(loaded.playbook, folder)));
      diagnostics.push(...lintPlaybook(loaded.playbook));
    }
  }
  if (call.has('json')) surface.out(`${JSON.stringify(diagnostics, null, 2)}\n`);
  else surface.out(diagnosticsText(diagnostics));
  return diagnostics.some((each) => each.severity === 'error') ? exit.usage : exit.backedOut;
};

/** The plan refuses the same; whoever lints should hear it too. */
function missingScripts({ content, document }: Playbook, folder: string): readonly Diagnostic[] {
  return scriptsOf(content)
    .filter(({ script }) => !isBeside(folder, script))
    .map(({ id, script, path }) => {
      const message = `step ${id}: there is no readable script ${script} beside the playbook`;
      return document.error('missing-script', path, message, 'Correct the path; it is relative to the playbook.');
    });
}

interface NamedScript {
  readonly id: string;
  readonly script: string;
  readonly path: Path;
}

function scriptsOf(content: PlaybookContent): readonly NamedScript[] {
  return allSites(content).flatMap(({ id, step, path }) => [
    ...(step.script === undefined ? [] : [{ id, script: step.script, path: [...path, 'script'] }]),
    ...(step.verify?.script === undefined
      ? []
      : [{ id, script: step.verify.script, path: [...path, 'verify', 'script'] }]),
  ]);
}

function isBeside(folder: string, script: string): boolean {
  const path = resolve(folder, script);
  return !relative(folder, path).startsWith('..') && existsSync(path);
}
