/** `backout run --change`: the way back derived from the ledger and carried out in one go. */
import type { Context } from '../../engine/state.ts';
import { truthOf } from '../../engine/truth.ts';
import { Fault } from '../../kernel/fault.ts';
import { syncFolder } from '../../runtime/home/durable-file.ts';
import { type Home, lookAtHome } from '../../runtime/home/home.ts';
import { addToLedger, ledgerFolder } from '../../runtime/home/ledger.ts';
import { thisPerson } from '../../runtime/home/login.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { createStepProcesses } from '../../runtime/process/step-processes.ts';
import { truthWords } from '../../views/words.ts';
import { isTerminal } from '../drive.ts';
import { exit } from '../exit-codes.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { readRunIn } from '../known-run.ts';
import { printDiagnostics } from '../lint-output.ts';
import { followOnce } from '../once.ts';
import { runPlanned } from '../run-planned.ts';
import { backoutOf } from './backout-of.ts';
import { type DerivedPlaybook, deriveExecuted, irreversibleOf } from './derive-playbook.ts';
import { type ExecutedChange, executedState, loadExecuted } from './executed-change.ts';
import { Overtaken, otherBackout, refuseOvertaken } from './overtaken.ts';
import { planBack } from './plan-change.ts';
import { refuseOpen } from './refuse-open.ts';

export async function runBackoutOf(call: Invocation, surface: Surface): Promise<number> {
  checkCall(call);
  const named = call.flag('change') ?? '';
  const irreversible = irreversibleOf(call);
  const home = lookAtHome(call.flag('home'), surface.env);
  const executed = await loadExecuted(home, named, undefined, call, surface);
  if (!executed.ok) {
    printDiagnostics(executed.error, surface);
    return refused(surface);
  }
  const { loaded, ledger } = executed.value;
  const before = backoutOf(home, ledger) ?? undefined;
  if (before !== undefined && call.has('once') && !call.has('again')) return follow(home, before, call, surface);
  if (before !== undefined) refuseOpen(home, before, `takes ${loaded.change.id} back`);
  const derived = await deriveExecuted(executed.value, irreversible);
  if (!derived.ok) {
    printDiagnostics(derived.error, surface);
    return refused(surface);
  }
  if (derived.value.nothing) return nothingToDo(home, derived.value, before, call, surface);
  for (const line of derived.value.said) surface.err(`${line}\n`);
  try {
    return await runDerived(executed.value, derived.value, call, surface);
  } catch (error) {
    const other = await otherBackout(home, loaded.change.id, ledger, error);
    if (other === undefined) throw error;
    return takenBackMeanwhile(home, other, executed.value, call, surface);
  }
}

/** Another call was faster, from the same state. */
async function takenBackMeanwhile(
  home: Home,
  run: string,
  { loaded }: ExecutedChange,
  call: Invocation,
  surface: Surface,
): Promise<number> {
  if (call.has('once') && !call.has('again')) return follow(home, run, call, surface);
  const { id } = loaded.change;
  refuseOpen(home, run, `takes ${id} back`);
  const left = await deriveExecuted(executedState(home, loaded), 'ask');
  if (left.ok && left.value.nothing) return nothingToDo(home, left.value, run, call, surface);
  const remedy = `See what is left: backout change status ${id}`;
  throw new Fault('usage', `run ${run} has taken ${id} back meanwhile, not all of it: nothing was done`, remedy);
}

function refused(surface: Surface): number {
  surface.err('backout: the change cannot be taken back so; nothing was done\n');
  return exit.usage;
}

function checkCall(call: Invocation): void {
  const [key, more] = call.args;
  if (more !== undefined || (key !== undefined && !call.has('once'))) {
    const remedy = 'Usage: backout run --change CHANGE, or backout run PLAYBOOK';
    throw new Fault('usage', `backout run --change does not take "${more ?? key}"`, remedy);
  }
  if (call.has('again') && !call.has('once')) throw new Fault('usage', '--again goes with --once');
  if (call.has('again') && call.flag('reason') === undefined) {
    throw new Fault('usage', '--again needs --reason: it is recorded');
  }
}

/** Does what the derivation says; the ledger names the run before it begins. */
export function runDerived(
  { loaded, ledger }: ExecutedChange,
  derived: DerivedPlaybook,
  call: Invocation,
  surface: Surface,
): Promise<number> {
  const { id } = loaded.change;
  const folder = ledgerFolder(lookAtHome(call.flag('home'), surface.env), id);
  return runPlanned({
    call: withArguments(call, [loaded.file, ...call.args.slice(0, 1)]),
    surface,
    load: () => planBack(derived, call, surface),
    mayBegin: (home) => refuseOvertaken(home, id, ledger),
    begins: (home, run) => {
      syncFolder(home.runs);
      addToLedger(home, folder, Date.now, ({ length }) => {
        // Who records a step holds no system: this is the last moment at which it counts.
        if (length !== (ledger.head?.seq ?? 0)) throw new Overtaken(id);
        return {
          type: 'ledger.backout',
          change: id,
          by: thisPerson(surface.env, call.flag('by') ?? null),
          run,
          undo: Object.fromEntries(derived.undo),
          leaves: loaded.change.steps.flatMap((step) => (step.back.kind === 'irreversible' ? [step.id] : [])),
        };
      });
    },
  });
}

export function withArguments(call: Invocation, args: readonly string[]): Invocation {
  return { ...call, args };
}

export async function follow(home: Home, run: string, call: Invocation, surface: Surface): Promise<number> {
  const processes = createStepProcesses({ launch: 'on-demand' });
  try {
    const waits = call.has('wait') || isTerminal();
    return await followOnce(home, run, { call, surface, waits, processes });
  } finally {
    processes.close();
  }
}

function takenBackBy(context: Context): string {
  const { run, end } = context;
  if (end !== 'failed' && end !== 'stopped') return `It was taken back by run ${run}.`;
  return `Run ${run} took it back and ended ${end.toUpperCase()}: ${truthWords(truthOf(context))}.`;
}

/** After a backout that did not end well its exit code stands: nothing is left of the change, and all is not well. */
function nothingToDo(
  home: Home,
  { change, said }: DerivedPlaybook,
  before: string | undefined,
  call: Invocation,
  surface: Surface,
): number {
  for (const line of said) surface.err(`${line}\n`);
  const context = before === undefined ? undefined : readRunIn(runFolder(home, before)).state.context;
  const code = context?.exitCode ?? 0;
  if (context !== undefined) surface.err(`${takenBackBy(context)} See: backout status ${before}\n`);
  const document = { schema: 'backout/nothing-to-take-back/v1', change: change.id, takenBackBy: before ?? null };
  if (call.has('json')) surface.out(`${JSON.stringify({ ...document, exitCode: code }, null, 2)}\n`);
  return code;
}
