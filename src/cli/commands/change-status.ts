/** `backout change status`: what of a change has been carried out, and what a backout would take back. */
import { formatDiagnostic } from '../../kernel/diagnostic.ts';
import { Fault } from '../../kernel/fault.ts';
import { stepDefinitions } from '../../playbook/change/definitions.ts';
import { phaseContent, stepsOf } from '../../playbook/content.ts';
import { type Home, lookAtHome } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { type ChangeStatus, changeStatusText, type RunEnd } from '../../views/change-status.ts';
import { backoutOf } from '../change/backout-of.ts';
import { deriveExecuted } from '../change/derive-playbook.ts';
import { type ExecutedChange, loadExecuted } from '../change/executed-change.ts';
import { doubtsOf, isExecuted, type KnownLedger, ledgerOf } from '../change/ledger-of.ts';
import { meantChange } from '../change/meant-change.ts';
import { refuseUnknown } from '../change/refuse-unknown.ts';
import { whatStands } from '../change/what-stands.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { hasBegun, readRunIn } from '../known-run.ts';
import { zoneOf } from '../text-options.ts';

export const run: CommandRun = async (call, surface) => {
  const home = lookAtHome(call.flag('home'), surface.env);
  const status = await statusOf(home, call, surface);
  if (call.has('json')) surface.out(`${JSON.stringify(documentOf(status), null, 2)}\n`);
  else surface.out(changeStatusText(status, { zone: zoneOf(surface), now: Date.now() }));
  return exit.backedOut;
};

/** What is recorded is shown whatever has become of the file; what is wrong with that is said beside it. */
async function statusOf(home: Home, call: Invocation, surface: Surface): Promise<ChangeStatus> {
  const [named = ''] = call.args;
  const meant = meantChange(named, surface.cwd);
  if ('id' in meant) refuseUnknown(home, meant.id);
  try {
    const executed = await loadExecuted(home, named, undefined, call, surface);
    if (executed.ok) return await whole(home, executed.value);
    if ('file' in meant) throw new Fault('usage', formatDiagnostic(executed.error[0] ?? noFault));
    return bare(home, meant.id, executed.error.map(formatDiagnostic));
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'usage' || !('id' in meant)) throw error;
    return bare(home, meant.id, [error.message, ...(error.remedy === undefined ? [] : [error.remedy])]);
  }
}

const noFault = { severity: 'error', rule: 'unknown', message: 'the change cannot be read' } as const;

function bare(home: Home, change: string, said: readonly string[]): ChangeStatus {
  const ledger = ledgerOf(home, change);
  const strangers = ledger.strangers.map((run) => `The ledger does not name run ${run}, which is of this change.`);
  // Whether a step that failed is atomic stands in the file.
  const stands = [...ledger.steps.values()].some((step) => isExecuted(step) && step.progress !== 'failed');
  const doubts = [...strangers, ...doubtsOf(ledger), ...said];
  return { change, ledger, ...runsOf(home, ledger, stands), steps: null, backout: null, asks: false, said: doubts };
}

/** `stands`: something that was carried out is there still. */
const runsOf = (home: Home, ledger: KnownLedger, stands: boolean) => {
  const { head, run } = ledger;
  const takenBackBy = backoutOf(home, ledger);
  const end = takenBackBy === null ? null : endOf(home, takenBackBy);
  const backoutEnd: RunEnd | null = end === 'well' && stands ? 'badly' : end;
  return { head, runEnd: run === null ? null : endOf(home, run), takenBackBy, backoutEnd };
};

/** Null: it was never begun. */
function endOf(home: Home, run: string): RunEnd | null {
  if (!hasBegun(home, run)) return null;
  const { end } = readRunIn(runFolder(home, run)).state.context;
  if (end === null) return 'open';
  return end === 'succeeded' || end === 'succeeded-with-exceptions' ? 'well' : 'badly';
}

async function whole(home: Home, executed: ExecutedChange): Promise<ChangeStatus> {
  const { change } = executed.loaded;
  const derived = await deriveExecuted(executed, 'ask');
  const content = derived.ok ? derived.value.playbook.playbook?.content : undefined;
  const restore = content === undefined ? [] : stepsOf(phaseContent(content, 'restore'));
  return {
    change: change.id,
    ledger: executed.ledger,
    ...runsOf(home, executed.ledger, whatStands(change, executed.ledger).length > 0),
    steps: Object.keys(stepDefinitions(change.document.data)),
    backout: derived.ok ? (derived.value.nothing ? [] : restore.map(({ id }) => id ?? '')) : null,
    asks: restore.some(({ id }) => id?.startsWith('decide-') === true),
    said: derived.ok ? derived.value.said : derived.error.map(formatDiagnostic),
  };
}

function documentOf({ change, ledger, head, runEnd, takenBackBy, backoutEnd, steps, backout, said }: ChangeStatus) {
  const known = steps ?? [];
  const others = [...ledger.steps.keys()].filter((id) => !known.includes(id));
  return {
    schema: 'backout/change-status/v1',
    change,
    file: ledger.file,
    head,
    run: ledger.run,
    runEnd,
    takenBackBy,
    backoutEnd,
    steps: [...known, ...others].map((id) => {
      const { progress, settled, outputs, words, mixed } = ledger.steps.get(id) ?? nothing;
      return { id, progress, settled, outputs, words, mixed };
    }),
    backout,
    said,
  };
}

const nothing = { progress: 'not-begun', settled: null, outputs: {}, words: [], mixed: false } as const;
