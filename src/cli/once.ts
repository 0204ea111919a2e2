/** `--once`: a caller that may come twice gets the run that there is, not a second one. */
import { Fault } from '../kernel/fault.ts';
import { planDigest } from '../plan/digest.ts';
import type { Plan } from '../plan/plan.ts';
import { type Home, listRuns, lookAtHome } from '../runtime/home/home.ts';
import { statusText } from '../views/status-text.ts';
import type { Beginning } from './begin-run.ts';
import { exit } from './exit-codes.ts';
import type { Invocation, Surface } from './invocation.ts';
import { firstEvent, readRun, viewOf } from './known-run.ts';
import { takeUpRun } from './take-up-run.ts';
import { textOptions } from './text-options.ts';

const lookMs = 250;
const refusedAtMost = 20;

/** Null: the caller does not come twice. */
export function onceKeyOf(call: Invocation, plan: Plan): string | null {
  const named = call.flag('once-key') ?? call.args[1];
  if (named !== undefined) return named;
  if (!call.has('once')) return null;
  const { id } = plan.change;
  return `${typeof id === 'string' ? id : plan.name}/${planDigest(plan)}`;
}

/** The run that this call has begun before; undefined: none, or the call wants another. */
export function runBegunBefore(plan: Plan, call: Invocation, { env }: Surface): string | undefined {
  const key = onceKeyOf(call, plan);
  if (key === null || call.has('again')) return undefined;
  return runOfKey(lookAtHome(call.flag('home'), env), plan.system, key);
}

/** The latest run of the system that was begun with the key. */
export function runOfKey(home: Home, system: string, key: string): string | undefined {
  return listRuns(home).find((run) => {
    const began = firstEvent(home, run);
    return began?.mode === 'real' && began.system === system && began.onceKey === key;
  });
}

/** Follows the run to its end, or to where it waits; takes it up where its engine has died. */
export async function followOnce(
  home: Home,
  run: string,
  { call, surface, waits, processes }: Pick<Beginning, 'call' | 'surface' | 'waits' | 'processes'>,
): Promise<number> {
  const what = readRun(home, run).plan.kind === 'change' ? 'change' : 'backout';
  surface.err(`This ${what} was begun before: run ${run}. It is not begun a second time.\n`);
  for (let refused = 0; ; ) {
    const known = readRun(home, run);
    const { context } = known.state;
    const view = viewOf(known, Date.now());
    if (view.engine === 'gone' && view.status !== 'waiting') {
      try {
        return await takeUpRun({ home, run, call, surface, waits, processes, decisions: [] });
      } catch (error) {
        // Another caller was faster: its engine is followed.
        refused += 1;
        if (!(error instanceof Fault) || error.code !== 'held' || refused > refusedAtMost) throw error;
      }
    }
    if (context.end !== null || (view.engine === 'gone' && view.status === 'waiting')) {
      if (call.has('json')) surface.out(`${JSON.stringify(view, null, 2)}\n`);
      else surface.err(statusText(view, textOptions(process.stderr, surface)));
      return context.exitCode ?? exit.waiting;
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
