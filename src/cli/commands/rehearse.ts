/** `backout rehearse`: the plan for real, in the environment that the playbook names, with evidence at its end. */
import { createStepProcesses } from '../../runtime/process/step-processes.ts';
import { askToBegin } from '../ask-to-begin.ts';
import { exit } from '../exit-codes.ts';
import { groundOf } from '../ground.ts';
import type { CommandRun } from '../invocation.ts';
import { printDiagnostics } from '../lint-output.ts';
import { refuseProduction } from '../rehearsal/check-guard.ts';
import { injectionsOf } from '../rehearsal/inject.ts';
import { planRehearsal, withDrill } from '../rehearsal/plans.ts';
import { warnOfProductionSecrets } from '../rehearsal/production-secrets.ts';
import { isDrillEngine, throughDeaths } from '../rehearsal/through-deaths.ts';
import { startReal } from '../run-planned.ts';

export const run: CommandRun = async (call, surface) => {
  const planned = await planRehearsal(call, surface);
  if (!planned.ok) {
    printDiagnostics(planned.error, surface);
    const asked = planned.error.some(({ rule }) => rule === 'missing-parameter');
    if (asked) surface.err('A rehearsal is held against production, so it needs the values of a real run too.\n');
    surface.err('backout: the playbook cannot be rehearsed; nothing was done\n');
    return exit.usage;
  }
  const { warnings, adapters } = planned.value;
  if (warnings.length > 0) printDiagnostics(warnings, surface);
  const inject = injectionsOf(call.flags('inject'), planned.value.plan, surface);
  await refuseProduction(planned.value, surface);
  const plan = withDrill(planned.value.plan, inject);
  const ground = await groundOf(plan, call, surface);
  const { home, by } = ground;
  const deaths = Object.values(inject).filter((kind) => kind === 'kill-engine').length;
  const isEngine = isDrillEngine(process.env);
  if (!isEngine) warnOfProductionSecrets(plan, surface);
  if (!isEngine && !(await askToBegin(plan, home, call, surface))) return exit.usage;
  if (deaths > 0 && !isEngine) return throughDeaths(home, deaths, call, surface);
  const processes = createStepProcesses({ launch: 'now' });
  try {
    const rehearsed = { plan, adapters, warnings, policy: {} };
    return await startReal(home, by, {
      ...ground,
      planned: rehearsed,
      mode: 'rehearsal',
      onceKey: null,
      processes,
      call,
      surface,
    });
  } finally {
    processes.close();
  }
};
