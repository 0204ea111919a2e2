/** How long the whole of a playbook took, for who judges it before it is a plan. */
import type { PlaybookContent } from '../playbook/content.ts';
import type { LintFacts } from '../playbook/lint/facts.ts';
import { lookAtHome } from '../runtime/home/home.ts';
import { readTimes } from '../runtime/home/times.ts';
import { percentile90 } from '../views/estimate.ts';
import type { Surface } from './invocation.ts';

const window = 20;

/** Of its last runs and rehearsals that went well. A store that cannot be read tells nothing here: `plan` says so. */
export function measuredTimes({ system, name }: PlaybookContent, surface: Surface): LintFacts['times'] {
  try {
    const { records } = readTimes(lookAtHome(undefined, surface.env), system ?? name);
    const totals = records
      .filter(({ playbook, end }) => playbook === name && end.startsWith('succeeded'))
      .map(({ totalMs }) => totalMs);
    const p90Ms = percentile90(totals.slice(-window));
    return p90Ms === undefined ? undefined : { p90Ms };
  } catch {
    return undefined;
  }
}
