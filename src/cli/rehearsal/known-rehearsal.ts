/** What is known of the rehearsals of a playbook that was read, without a plan for any occasion. */
import { dirname } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { definitionOf } from '../../plan/definition.ts';
import { frozenName } from '../../plan/plan-step.ts';
import { checkSteps } from '../../playbook/check.ts';
import { allSites } from '../../playbook/content.ts';
import type { LintFacts } from '../../playbook/lint/facts.ts';
import { rehearsedPlaybook } from '../../playbook/rehearsed.ts';
import { mayHaveEvidence } from '../../runtime/home/evidence-folder.ts';
import { lookAtHome } from '../../runtime/home/home.ts';
import { scriptsOf } from '../frozen-scripts.ts';
import type { Surface } from '../invocation.ts';
import { factsOf } from '../load-adapters.ts';
import type { CheckedPlaybook } from '../load-playbook.ts';
import { evidenceKey } from './evidence-key.ts';
import { evidencesFor } from './judge.ts';
import { whyNone } from './why-none.ts';

/** What evidence is bound to; the same for every occasion. Undefined: it is no valid playbook. */
export function definitionOfPlaybook({ playbook, file }: Pick<CheckedPlaybook, 'playbook' | 'file'>) {
  if (playbook === undefined) return undefined;
  const scripts = [...scriptsOf(playbook.content, dirname(file))];
  const files = scripts.map(([script, { sha256 }]) => ({ name: frozenName(script), source: '', sha256 }));
  return definitionOf(playbook.content, files);
}

/** What lint is told of its rehearsals in this home. */
export function lintedRehearsal(
  loaded: Pick<CheckedPlaybook, 'playbook' | 'file'>,
  surface: Pick<Surface, 'env' | 'cwd'>,
): LintFacts['rehearsal'] {
  const definition = definitionOfPlaybook(loaded);
  const home = lookAtHome(undefined, surface.env);
  if (definition === undefined || !mayHaveEvidence(home, definition)) return undefined;
  const facts = { home, now: Date.now(), check: evidenceKey(home, surface), folder: dirname(loaded.file) };
  const { latest, notCounting } = evidencesFor(definition, facts);
  if (latest !== undefined) return { lapsed: null };
  return notCounting.length === 0 ? undefined : { lapsed: whyNone(notCounting) };
}

/** What is wrong with the steps as they would be rehearsed, and is not wrong with them as they are. */
export async function rehearsalFaults({ playbook, adapters }: CheckedPlaybook): Promise<readonly Diagnostic[]> {
  const rehearsal = playbook?.content.rehearsal;
  if (playbook === undefined || rehearsal === undefined) return [];
  const rehearsed = rehearsedPlaybook(playbook, rehearsal);
  const sites = allSites(rehearsed.content);
  const found = await checkSteps({ ...rehearsed, sites, adapters: factsOf(adapters) });
  return found.filter(({ severity }) => severity === 'error');
}
