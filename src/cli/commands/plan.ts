/** `backout plan`: what would run, in which order, by whom; nothing is touched. */
import { planDigest } from '../../plan/digest.ts';
import type { Plan } from '../../plan/plan.ts';
import { lookAtHome } from '../../runtime/home/home.ts';
import { outlookOf } from '../../views/estimate-outlook.ts';
import { planText } from '../../views/plan-text.ts';
import { describeWith } from '../describe-step.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import { type KnownTimes, knownTimes } from '../known-times.ts';
import { printDiagnostics } from '../lint-output.ts';
import { loadPlan } from '../load-plan.ts';
import { textOptions } from '../text-options.ts';

export const run: CommandRun = async (call, surface) => {
  const planned = await loadPlan(call, surface);
  if (!planned.ok) {
    printDiagnostics(planned.error, surface);
    return exit.usage;
  }
  const { plan, adapters, warnings } = planned.value;
  if (warnings.length > 0) printDiagnostics(warnings, surface);
  const digest = planDigest(plan);
  const times = knownTimes(lookAtHome(call.flag('home'), surface.env), plan);
  for (const trouble of times.troubles) surface.err(`${trouble}\n`);
  const { estimates } = times;
  if (call.has('json'))
    surface.out(`${JSON.stringify({ digest, plan, expected: expectedOf(plan, times) }, null, 2)}\n`);
  else {
    const layout = textOptions(process.stdout, surface);
    surface.out(planText(plan, { ...layout, digest, describe: describeWith(adapters), estimates }));
  }
  return exit.backedOut;
};

function expectedOf(plan: Plan, { estimates }: KnownTimes) {
  return { ...outlookOf(plan, estimates), steps: Object.fromEntries(estimates) };
}
