/** Scripts that a playbook names and that are not there. */
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { allSites, type Path, type PlaybookContent } from '../playbook/content.ts';
import type { Playbook } from '../playbook/examined.ts';

/** The plan refuses the same; whoever lints should hear it too. */
export function missingScripts({ content, document }: Playbook, folder: string): readonly Diagnostic[] {
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
