/** One playbook or change, judged: its faults, and where it has none of its own, what it lacks. */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { leftOutByDefault } from '../plan/left-out-by-default.ts';
import { isChange } from '../playbook/change/is-change.ts';
import { inOrder } from '../playbook/check.ts';
import { lintPlaybook } from '../playbook/lint/lint-playbook.ts';
import type { Risk } from '../playbook/lint/rule.ts';
import { lintChange } from './change/lint-change.ts';
import type { Surface } from './invocation.ts';
import { lintHosts } from './lint-hosts.ts';
import type { LintOutcome } from './lint-outcome.ts';
import { factsOf } from './load-adapters.ts';
import { loadPlaybook } from './load-playbook.ts';
import { measuredTimes } from './measured-times.ts';
import { missingScripts } from './missing-scripts.ts';
import { lintedRehearsal, rehearsalFaults } from './rehearsal/known-rehearsal.ts';

export async function lintFile(name: string, surface: Surface, risk: Risk | undefined): Promise<LintOutcome> {
  const { cwd } = surface;
  if (hasOnlyChange(resolve(cwd, name))) return lintChange(name, surface, risk);
  const loaded = await loadPlaybook(name, cwd);
  const { file, document, playbook, diagnostics, adapters } = loaded;
  if (document !== undefined && isChange(document.data)) return lintChange(name, surface, risk);
  const shown = relative(cwd, file).startsWith('..') ? file : relative(cwd, file);
  if (playbook === undefined) return { file: shown, diagnostics, result: undefined };
  const folder = dirname(file);
  const facts = {
    rehearsal: lintedRehearsal(loaded, surface),
    times: measuredTimes(playbook.content, surface),
    leftOutByDefault: await leftOutByDefault(playbook),
  };
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

const hasOnlyChange = (folder: string): boolean =>
  existsSync(resolve(folder, 'change.yaml')) && !existsSync(resolve(folder, 'playbook.yaml'));
