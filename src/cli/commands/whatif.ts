/** `backout whatif`: the plan walked through every failure in simulated time; nothing is touched. */
import { planDigest } from '../../plan/digest.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { whatIfText } from '../../views/whatif-text.ts';
import { noEstimates } from '../../whatif/timing.ts';
import { whatIf } from '../../whatif/what-if.ts';
import { loadPlanAssuming } from '../assume-parameters.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import { printDiagnostics } from '../lint-output.ts';
import type { Adapters } from '../load-plan.ts';
import { textOptions } from '../text-options.ts';

export const run: CommandRun = async (call, surface) => {
  const planned = await loadPlanAssuming(call, surface);
  if (!planned.ok) {
    printDiagnostics(planned.error, surface);
    return exit.usage;
  }
  const { plan, adapters, assumed } = planned.value;
  const result = whatIf(plan, { estimate: noEstimates, insideEngine: insideEngine(adapters) });
  if (call.has('json'))
    surface.out(
      `${JSON.stringify({ format: 'backout/whatif/v1', playbook: plan.name, digest: planDigest(plan), ...result }, null, 2)}\n`,
    );
  else surface.out(whatIfText(plan, result, textOptions(process.stdout, surface)));
  return result.findings.length === 0 ? exit.backedOut : exit.failed;
};

function insideEngine(adapters: Adapters): (step: PlannedStep) => boolean {
  return ({ action }) => action.kind === 'adapter' && adapters.get(action.adapter)?.perform !== undefined;
}
