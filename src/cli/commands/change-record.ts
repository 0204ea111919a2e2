/**
 * `backout change record`: one word of a pipeline about one step, into the change's ledger. Called once or twice a step
 * by programs that wait for it: nothing is loaded that the word does not need.
 */

import { aheadWords } from '../../journal/clock-ahead.ts';
import { knownSteps, sourceOf } from '../../journal/known-steps.ts';
import type { RunSteps } from '../../journal/ledger.ts';
import type { ChangeFile, LedgerEvent, RecordedState } from '../../journal/ledger-event.ts';
import { isRepetition } from '../../journal/ledger-repetition.ts';
import { Fault } from '../../kernel/fault.ts';
import { didYouMean, nearest } from '../../playbook/suggest.ts';
import { type Home, openHome } from '../../runtime/home/home.ts';
import {
  addToLedger,
  hasLedger,
  ledgerFolder,
  listLedgers,
  readLedger,
  type Undated,
} from '../../runtime/home/ledger.ts';
import { thisPerson } from '../../runtime/home/login.ts';
import { meantChange } from '../change/meant-change.ts';
import { checkedId, checkStepId, outputsOf, refusePathLike, stateOf } from '../change/record-arguments.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';

export const run: CommandRun = async (call, surface) => {
  const [named = '', step = '', told = ''] = call.args;
  const { id, source } = await changeOf(named, call, surface);
  checkStepId(step);
  const state = stateOf(told);
  const reason = call.flag('reason');
  const said = { change: id, by: thisPerson(surface.env, call.flag('by') ?? null), step };
  const outputs = outputsOf(call);
  if (state === 'void') checkVoid(call);
  else if (reason !== undefined) throw new Fault('usage', '--reason goes with void', 'Nothing was recorded.');
  else if (source !== null) refuseUnknownStep(step, Object.keys(source.steps), id, '');
  const home = openHome(call.flag('home'), surface.env);
  if (source === null) refusePathLike(home, id, surface.cwd);
  const folder = ledgerFolder(home, id);
  const { events } = readLedger(folder);
  const ahead = aheadWords(id, events.at(-1)?.at ?? 0, Date.now());
  if (ahead !== undefined) surface.err(`${ahead}\n`);
  const stepsOfRun = await runSteps(home, events);
  const before = source === null && !hasLedger(folder) ? listLedgers(home) : undefined;
  const written = addToLedger(home, folder, Date.now, (events) =>
    state === 'void'
      ? strikingOut({ type: 'ledger.struck', ...said, reason: reason ?? '' }, events)
      : entryFor({ type: 'ledger.recorded', ...said, state, outputs }, source, events, stepsOfRun),
  );
  if (before !== undefined) surface.err(`${beginsWords(id, before)}\n`);
  const now = state === 'void' ? 'struck out' : state;
  if (call.has('json')) surface.out(`${JSON.stringify({ change: id, step, state, written })}\n`);
  else surface.err(written ? `${id}: ${step} ${now}\n` : `${id}: ${step} is ${now} already\n`);
  return exit.backedOut;
};

/** A pipeline must not fail for it; but a mistyped id would leave the change's own ledger without this word. */
function beginsWords(id: string, known: readonly string[]): string {
  const near = nearest(id, known);
  const hint = near === undefined ? '' : ` There is one of ${near}: if that was meant, record it there too.`;
  return `This begins the ledger of ${id}: nothing was recorded of it here before.${hint}`;
}

/** What a backout has taken back meanwhile stands in its journal; most changes have none. */
async function runSteps(home: Home, events: readonly LedgerEvent[]): Promise<RunSteps> {
  if (!events.some(({ type }) => type === 'ledger.backout')) return () => new Map();
  const { runStepsIn } = await import('../change/run-steps.ts');
  return runStepsIn(home);
}

type Entry = Undated<LedgerEvent>;
type Recorded = Extract<Entry, { readonly type: 'ledger.recorded' }> & { readonly state: RecordedState };
type Struck = Extract<Entry, { readonly type: 'ledger.struck' }>;

/** Undefined where it was said already. Throws a Fault (usage) for a step that the file is known not to have. */
function entryFor(
  said: Omit<Recorded, 'source'>,
  source: ChangeFile | null,
  events: readonly LedgerEvent[],
  stepsOfRun: RunSteps,
): Recorded | undefined {
  const known = knownSteps(events);
  if (source === null && known !== undefined) refuseUnknownStep(said.step, known, said.change, editedSince);
  const entry = { ...said, source: source === null ? null : sourceOf(source, said.step, known) };
  return isRepetition(events, { ...entry, at: 0 }, stepsOfRun) ? undefined : entry;
}

function checkVoid(call: Invocation): void {
  if (call.flags('output').length > 0) throw new Fault('usage', 'void takes no --output', 'Nothing was recorded.');
  if ((call.flag('reason') ?? '').trim() !== '') return;
  throw new Fault('usage', 'void needs --reason: it is recorded', "E.g. --reason 'mistyped step'");
}

/** Undefined where nothing was recorded since it was struck out last. Throws a Fault (usage) where nothing ever was. */
function strikingOut(said: Struck, events: readonly LedgerEvent[]): Struck | undefined {
  const last = events.findLast(
    ({ type, ...event }) =>
      (type === 'ledger.recorded' || type === 'ledger.struck') && 'step' in event && event.step === said.step,
  );
  if (last?.type === 'ledger.struck') return undefined;
  if (last !== undefined) return said;
  const recorded = new Set(events.flatMap((event) => (event.type === 'ledger.recorded' ? [event.step] : [])));
  const remedy = didYouMean(said.step, [...recorded], 'What a run has done is not struck out: the run is its record.');
  throw new Fault('usage', `nothing was recorded of step ${said.step} of ${said.change}`, remedy);
}

interface Named {
  readonly id: string;
  readonly source: ChangeFile | null;
}

/** Where only an id is given, nobody has to read a file. */
async function changeOf(named: string, call: Invocation, surface: Surface): Promise<Named> {
  const meant = meantChange(named, surface.cwd);
  const told = call.flag('file');
  const file = told === undefined ? meant : meantChange(told, surface.cwd);
  if (!('file' in file)) {
    if (told === undefined) return { id: checkedId(file.id), source: null };
    throw new Fault('usage', `--file ${told} is no file`, 'Give the path of the change file.');
  }
  const { readChangeSource } = await import('../change/change-source.ts');
  const read = await readChangeSource(file.file);
  if ('id' in meant && meant.id !== read.id) {
    throw new Fault('usage', `${file.file} is the change ${read.id}, not ${meant.id}`, 'Nothing was recorded.');
  }
  return { id: checkedId(read.id), source: read.source };
}

const editedSince = '\n  If the file has it since: add --file change.yaml. Nothing was recorded.';

function refuseUnknownStep(step: string, known: readonly string[], id: string, more: string): void {
  if (known.includes(step)) return;
  const remedy = didYouMean(step, known, `It has: ${known.slice(0, 40).join(', ')}.`);
  throw new Fault('usage', `the change ${id} has no step "${step}"`, `${remedy}${more}`);
}
