/** `backout run`: back out for real, or only look (`--dry-run`). */
import { Fault } from '../../kernel/fault.ts';
import type { CommandRun, Invocation } from '../invocation.ts';
import { loadPlan } from '../load-plan.ts';
import { runPlanned } from '../run-planned.ts';

export const run: CommandRun = async (call, surface) => {
  if (call.flag('change') !== undefined) {
    const { runBackoutOf } = await import('../change/run-backout-of.ts');
    return runBackoutOf(call, surface);
  }
  checkFlags(call);
  return runPlanned({ call, surface, load: () => loadPlan(call, surface) });
};

export function checkFlags(call: Invocation): void {
  if (call.args[0] === undefined) {
    throw new Fault(
      'usage',
      'backout run needs PLAYBOOK',
      'Usage: backout run PLAYBOOK, or backout run --change CHANGE',
    );
  }
  if (call.args[1] !== undefined && !call.has('once')) {
    throw new Fault(
      'usage',
      `backout run does not take "${call.args[1]}"`,
      'Usage: backout run PLAYBOOK [--once [KEY]]',
    );
  }
  if (!call.has('again')) return;
  if (!call.has('once') && call.flag('once-key') === undefined) throw new Fault('usage', '--again goes with --once');
  if (call.flag('reason') === undefined) throw new Fault('usage', '--again needs --reason: it is recorded');
}
