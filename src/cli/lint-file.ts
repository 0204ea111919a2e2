/** One playbook, judged: its faults, and where it has none of its own, what it lacks. */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { inOrder } from '../playbook/check.ts';
import { allSites, type Path, type PlaybookContent } from '../playbook/content.ts';
import type { Playbook } from '../playbook/examined.ts';
import { lintPlaybook } from '../playbook/lint/lint-playbook.ts';
import type { Risk } from '../playbook/lint/rule.ts';
import type { Surface } from './invocation.ts';
import { lintHosts } from './lint-hosts.ts';
import type { LintOutcome } from './lint-outcome.ts';
import { factsOf, loadPlaybook } from './load-plan.ts';
import { measuredTimes } from './measured-times.ts';
import { lintedRehearsal, rehearsalFaults, rehearsalOf } from './rehearsal/known-rehearsal.ts';

export async function lintFile(name: string, surface: Surface, risk: Risk | undefined): Promise<LintOutcome> {
  const { cwd } = surface;
  const loaded = await loadPlaybook(name, cwd);
  const { file, playbook, diagnostics, adapters } = loaded;
  const shown = relative(cwd, file).startsWith('..') ? file : relative(cwd, file);
  if (playbook === undefined) return { file: shown, diagnostics, result: undefined };
  const folder = dirname(file);
  const now = Date.now();
  const rehearsal = lintedRehearsal(rehearsalOf(loaded, surface, now), now);
  const facts = { rehearsal, times: measuredTimes(playbook.content, surface) };
  const result = lintPlaybook(playbook, { adapters: factsOf(adapters), facts, risk });
  const all = [
    ...diagnostics,
    ...missingScripts(playbook, folder),
    ...(await lintHosts(playbook, folder)),
    ...(await rehearsalFaults(loaded)),
    ...result.findings,
  ];
  return { file: shown, diagnostics: inOrder(all), result };
}

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
