/** `backout plan`: what would run, in which order, by whom; nothing is touched. */
import { planDigest } from '../../plan/digest.ts';
import { type PlanTextOptions, planText } from '../../views/plan-text.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import { printDiagnostics } from '../lint-output.ts';
import { type Adapters, loadPlan } from '../load-plan.ts';
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
  if (call.has('json')) surface.out(`${JSON.stringify({ digest, plan }, null, 2)}\n`);
  else
    surface.out(planText(plan, { ...textOptions(process.stdout, surface), digest, describe: describeWith(adapters) }));
  return exit.backedOut;
};

/** In the adapter's own words where the input is complete enough; expressions and secrets stand as the playbook has them. */
function describeWith(adapters: Adapters): NonNullable<PlanTextOptions['describe']> {
  return ({ action }) => {
    const adapter = action.kind === 'adapter' ? adapters.get(action.adapter) : undefined;
    if (adapter === undefined || action.kind !== 'adapter') return undefined;
    try {
      const parsed = adapter.input['~standard'].validate(action.input);
      return parsed instanceof Promise || parsed.issues !== undefined ? undefined : adapter.describe(parsed.value);
    } catch {
      return undefined;
    }
  };
}
