/** `backout change run`: carries a change out like a plan, and with `--backout-on-failure` takes it back by itself. */
import { Fault } from '../../kernel/fault.ts';
import { changesNothing } from '../../plan/derive/undo-steps.ts';
import type { Change } from '../../playbook/change/change.ts';
import { stepDefinitions } from '../../playbook/change/definitions.ts';
import type { Home } from '../../runtime/home/home.ts';
import { addToLedger, ledgerFolder } from '../../runtime/home/ledger.ts';
import { thisPerson } from '../../runtime/home/login.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { backOutFailed } from '../change/back-out-failed.ts';
import { deriveLoaded, irreversibleOf } from '../change/derive-playbook.ts';
import { isExecuted, ledgerOf } from '../change/ledger-of.ts';
import { type LoadedChange, loadChange } from '../change/load-change.ts';
import { planBack, planForward } from '../change/plan-change.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { readRunIn } from '../known-run.ts';
import { printDiagnostics } from '../lint-output.ts';
import type { PlanAndAdapters } from '../load-plan.ts';
import { runPlanned } from '../run-planned.ts';
import { checkFlags } from './run.ts';

export const run: CommandRun = async (call, surface) => {
  checkFlags(call);
  const loaded = await loadChange(call.args[0] ?? '', surface.cwd);
  if (!loaded.ok) {
    printDiagnostics(loaded.error, surface);
    surface.err('backout: the change cannot be carried out; nothing was done\n');
    return exit.usage;
  }
  const planned = await planForward(loaded.value, call, surface);
  const takesBack = call.has('backout-on-failure');
  if (takesBack && !(await hasWayBack(loaded.value, call, surface))) return exit.usage;
  if (!takesBack || call.has('dry-run')) return carryOut(loaded.value, planned, call, surface);
  const told: string[] = [];
  const collecting = { ...surface, out: (text: string) => void told.push(text) };
  const code = await carryOut(loaded.value, planned, call, collecting);
  return backOutFailed(loaded.value, code, told.join(''), call, surface);
};

type Planned = Awaited<ReturnType<typeof planForward>>;

/** What would be refused when it is needed is refused before anything is changed. */
async function hasWayBack(loaded: LoadedChange, call: Invocation, surface: Surface): Promise<boolean> {
  const derived = await deriveLoaded(loaded, undefined, irreversibleOf(call));
  const faults = derived.ok ? [] : [...derived.error];
  if (derived.ok) {
    const planned = await planBack(derived.value, call, surface);
    // Outputs of steps are known only when these have run.
    if (!planned.ok) faults.push(...planned.error.filter(({ rule }) => rule !== 'missing-parameter'));
  }
  if (faults.length === 0) return true;
  printDiagnostics(faults, surface);
  surface.err('backout: this change could not be taken back by itself; nothing was done\n');
  return false;
}

function carryOut(loaded: LoadedChange, planned: Planned, call: Invocation, surface: Surface): Promise<number> {
  const { change } = loaded;
  return runPlanned({
    call,
    surface,
    load: async () => planned,
    mayBegin: (home) => refuseCarriedOut(home, change, call),
    begins: (home, id) => noteRun(home, id, loaded, planned, call, surface),
  });
}

function noteRun(
  home: Home,
  run: string,
  { change, file }: LoadedChange,
  planned: Planned,
  call: Invocation,
  surface: Surface,
): void {
  addToLedger(home, ledgerFolder(home, change.id), Date.now, () => ({
    type: 'ledger.run',
    change: change.id,
    by: thisPerson(surface.env, call.flag('by') ?? null),
    run,
    source: { file, steps: stepDefinitions(change.document.data) },
    params: planned.ok ? paramsOf(planned.value) : {},
  }));
}

const paramsOf = ({ plan }: PlanAndAdapters) => plan.params;

/** P4 for changes: what stands carried out is not carried out a second time on top of it. */
function refuseCarriedOut(home: Home, change: Change, call: Invocation): void {
  const { steps, run } = ledgerOf(home, change.id);
  const harmless = new Set(change.steps.filter((step) => changesNothing(change, step)).map(({ id }) => id));
  const executed = [...steps].flatMap(([id, step]) => (isExecuted(step) && !harmless.has(id) ? [id] : []));
  if (executed.length === 0 || call.has('again')) return;
  const remedy = [
    ...(run === null ? [] : goingOn(home, run)),
    `Take it back: backout run --change ${change.id}`,
    "Carry it out all the same: --again --reason '…'",
  ].join('\n  ');
  throw new Fault('usage', `${change.id} is carried out already, at least in part: ${executed.join(', ')}`, remedy);
}

function goingOn(home: Home, run: string): readonly string[] {
  const { end } = readRunIn(runFolder(home, run)).state.context;
  if (end === null) return [`Go on with it: backout resume ${run}`];
  return end === 'failed' || end === 'stopped' ? [`Go on with it: backout resume ${run} --reopen`] : [];
}
