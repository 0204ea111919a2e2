/** `backout rehearse`: the plan for real, in the environment that the playbook names, with evidence at its end. */
import { openHome } from '../../runtime/home/home.ts';
import { thisPerson } from '../../runtime/home/login.ts';
import { createStepProcesses } from '../../runtime/process/step-processes.ts';
import { readSecrets } from '../../runtime/secrets.ts';
import { askToBegin } from '../ask-to-begin.ts';
import { isTerminal } from '../drive.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import { printDiagnostics } from '../lint-output.ts';
import { logTargetsOf } from '../log-targets.ts';
import { signerOf } from '../open-record.ts';
import { refuseProduction } from '../rehearsal/check-guard.ts';
import { injectionsOf } from '../rehearsal/inject.ts';
import { planRehearsal, withDrill } from '../rehearsal/plans.ts';
import { isDrillEngine, throughDeaths } from '../rehearsal/through-deaths.ts';
import { refuseEmpty, refuseMissing, refuseSecretParams, startReal } from '../run-planned.ts';

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
  refuseEmpty(planned.value.plan);
  const inject = injectionsOf(call.flags('inject'), planned.value.plan, surface);
  await refuseProduction(planned.value, surface);
  const plan = withDrill(planned.value.plan, inject);
  const secrets = await readSecrets(plan, surface.env);
  refuseMissing(plan, secrets);
  refuseSecretParams(plan, secrets);
  const home = openHome(call.flag('home'), surface.env);
  logTargetsOf(call, surface);
  signerOf(home, call, surface);
  const by = thisPerson(surface.env, call.flag('by') ?? null);
  const deaths = Object.values(inject).filter((kind) => kind === 'kill-engine').length;
  const isEngine = isDrillEngine(process.env);
  if (!isEngine && !(await askToBegin(plan, home, call, surface))) return exit.usage;
  if (deaths > 0 && !isEngine) return throughDeaths(home, deaths, call, surface);
  const processes = createStepProcesses({ launch: 'now' });
  try {
    return await startReal(home, by, {
      home,
      planned: { plan, adapters, warnings, policy: {} },
      mode: 'rehearsal',
      by,
      onceKey: null,
      secrets,
      processes,
      call,
      surface,
      waits: call.has('wait') || isTerminal(),
    });
  } finally {
    processes.close();
  }
};
