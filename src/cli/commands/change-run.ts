/** `backout change run`: carries a change out like a plan, and with `--backout-on-failure` takes it back by itself. */

import type { LedgerStep } from '../../journal/ledger.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { Fault } from '../../kernel/fault.ts';
import { ok } from '../../kernel/result.ts';
import { fatesOf, isTakenBack } from '../../plan/derive/executed.ts';
import { changesNothing } from '../../plan/derive/undo-steps.ts';
import type { Change, ChangeStep } from '../../playbook/change/change.ts';
import { syncFolder } from '../../runtime/home/durable-file.ts';
import { type Home, lookAtHome } from '../../runtime/home/home.ts';
import { addToLedger, ledgerFolder } from '../../runtime/home/ledger.ts';
import { thisPerson } from '../../runtime/home/login.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { backOutFailed } from '../change/back-out-failed.ts';
import { sourceOfLoaded } from '../change/change-source.ts';
import { wayBackFaults } from '../change/check-way-back.ts';
import { irreversibleOf } from '../change/derive-playbook.ts';
import { executedState } from '../change/executed-change.ts';
import { executedOf, isExecuted, ledgerOf } from '../change/ledger-of.ts';
import { refuseAfterBadBackout } from '../change/left-by-backout.ts';
import { distinct, type LoadedChange, loadChange } from '../change/load-change.ts';
import { planForward } from '../change/plan-change.ts';
import { refuseOpen } from '../change/refuse-open.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { firstEvent, readRunIn } from '../known-run.ts';
import { printDiagnostics } from '../lint-output.ts';
import { runBegunBefore } from '../once.ts';
import { runPlanned } from '../run-planned.ts';

export const run: CommandRun = async (call, surface) => {
  checkCall(call);
  const irreversible = irreversibleOf(call);
  const loaded = await loadChange(call.args[0] ?? '', surface.cwd);
  if (!loaded.ok) {
    printDiagnostics(loaded.error, surface);
    surface.err('backout: the change cannot be carried out; nothing was done\n');
    return exit.usage;
  }
  const planned = await planForward(loaded.value, call, surface);
  const takesBack = call.has('backout-on-failure');
  if (takesBack && !wasBegun(planned, call, surface)) {
    const faults = await wayBackFaults(loaded.value, irreversible, call, surface);
    if (faults.length > 0) return refuse(planned.ok ? faults : distinct([...planned.error, ...faults]), surface);
  }
  if (call.has('dry-run')) return carryOut(loaded.value, planned, call, surface);
  const told: string[] = [];
  const collecting = { ...surface, out: (text: string) => void told.push(text) };
  const code = await carryOut(loaded.value, planned, call, collecting);
  const { id } = loaded.value.change;
  if (!takesBack && !(code === exit.failed && wasAsked(id, call, surface))) {
    for (const text of told) surface.out(text);
    return code;
  }
  const failed = { id, code, told: told.join(''), irreversible, loaded: loaded.value };
  const load = async (home: Home) => ok(executedState(home, loaded.value));
  return backOutFailed({ ...failed, load }, call, surface);
};

/** What its way back lacks by now is no reason not to show the run that there is. */
const wasBegun = (planned: Planned, call: Invocation, surface: Surface): boolean =>
  planned.ok && runBegunBefore(planned.value.plan, call, surface) !== undefined;

/** A caller with `--once` may have taken up a run that was begun with `--backout-on-failure`. */
function wasAsked(id: string, call: Invocation, surface: Surface): boolean {
  const home = lookAtHome(call.flag('home'), surface.env);
  const { run } = ledgerOf(home, id);
  return call.has('once') && run !== null && firstEvent(home, run)?.backoutOnFailure !== undefined;
}

function checkCall(call: Invocation): void {
  const [, key] = call.args;
  if (key !== undefined && !call.has('once')) {
    const remedy = 'Usage: backout change run CHANGE [--once [KEY]]';
    throw new Fault('usage', `backout change run does not take "${key}"`, remedy);
  }
  if (call.has('again') && call.flag('reason') === undefined) {
    throw new Fault('usage', '--again needs --reason: it is recorded', "Add --reason '…'.");
  }
}

function refuse(faults: readonly Diagnostic[], surface: Surface): number {
  printDiagnostics(faults, surface);
  surface.err('backout: this change could not be taken back by itself; nothing was done\n');
  return exit.usage;
}

type Planned = Awaited<ReturnType<typeof planForward>>;

function carryOut(loaded: LoadedChange, planned: Planned, call: Invocation, surface: Surface): Promise<number> {
  const { change } = loaded;
  return runPlanned({
    call,
    surface,
    load: async () => planned,
    mayBegin: (home) => {
      if (planned.ok && !call.has('again')) refuseAfterBadBackout(home, planned.value.plan.system);
      refuseCarriedOut(home, change, call);
    },
    begins: (home, id) => noteRun(home, id, loaded, planned, call, surface),
  });
}

function noteRun(
  home: Home,
  run: string,
  loaded: LoadedChange,
  planned: Planned,
  call: Invocation,
  surface: Surface,
): void {
  const { change } = loaded;
  // Whoever reads the ledger takes a run that is not there for one that was removed.
  syncFolder(home.runs);
  addToLedger(home, ledgerFolder(home, change.id), Date.now, () => ({
    type: 'ledger.run',
    change: change.id,
    by: thisPerson(surface.env, call.flag('by') ?? null),
    run,
    source: sourceOfLoaded(loaded),
    params: planned.ok ? { ...planned.value.paramsBack, ...planned.value.plan.params } : {},
  }));
}

/** P4 for changes: what stands carried out is not carried out a second time on top of it. */
function refuseCarriedOut(home: Home, change: Change, call: Invocation): void {
  const ledger = ledgerOf(home, change.id);
  const { steps, run } = ledger;
  const fates = fatesOf(change, executedOf(ledger));
  const harmless = new Set(change.steps.filter((step) => leavesNothing(change, step, fates)).map(({ id }) => id));
  const stands = ([id, step]: readonly [string, LedgerStep]): boolean =>
    step.settled === 'left' || (isExecuted(step) && !harmless.has(id));
  const standing = [...steps].filter(stands);
  if (standing.length === 0 || call.has('again')) return;
  if (run !== null) refuseOpen(home, run, `carries ${change.id} out`);
  const remedy = [
    ...(run === null ? [] : goingOn(home, run)),
    ...(standing.every(([, { settled }]) => settled === 'left')
      ? ['It was left as it is by a decision: there is nothing to take back.']
      : [`Take it back: backout run --change ${change.id}`]),
    "Carry it out all the same: --again --reason '…'",
  ].join('\n  ');
  throw new Fault(
    'usage',
    `${change.id} is carried out already, at least in part: ${standing.map(([id]) => id).join(', ')}`,
    remedy,
  );
}

/** A check, or a step that failed and is atomic. */
const leavesNothing = (change: Change, step: ChangeStep, fates: ReturnType<typeof fatesOf>): boolean =>
  changesNothing(change, step) || !isTakenBack(fates.get(step.id));

function goingOn(home: Home, run: string): readonly string[] {
  const { end } = readRunIn(runFolder(home, run)).state.context;
  return end === 'failed' || end === 'stopped' ? [`Go on with it: backout resume ${run} --reopen`] : [];
}
