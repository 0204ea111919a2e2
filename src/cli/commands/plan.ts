/** `backout plan`: what would run, in which order, by whom; nothing is touched. */
import { planDigest } from '../../plan/digest.ts';
import { planText } from '../../views/plan-text.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import { printDiagnostics } from '../lint-output.ts';
import { loadPlan } from '../load-plan.ts';
import { textOptions } from '../text-options.ts';

export const run: CommandRun = async (call, surface) => {
  const planned = await loadPlan(call, surface);
  if (!planned.ok) {
    printDiagnostics(planned.error, surface);
    return exit.usage;
  }
  const { plan } = planned.value;
  const digest = planDigest(plan);
  if (call.has('json')) surface.out(`${JSON.stringify({ digest, plan }, null, 2)}\n`);
  else surface.out(planText(plan, { ...textOptions(process.stdout, surface), digest }));
  return exit.backedOut;
};
