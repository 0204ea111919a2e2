/**
 * `backout change record`: one word of a pipeline about one step, into the change's ledger. Called once or twice a step
 * by programs that wait for it: nothing is loaded that the word does not need.
 */

import { knownSteps, sourceOf } from '../../journal/known-steps.ts';
import { isRepetition } from '../../journal/ledger.ts';
import type { ChangeFile, LedgerEvent, RecordedState } from '../../journal/ledger-event.ts';
import { recordedStates } from '../../journal/ledger-event.ts';
import { Fault } from '../../kernel/fault.ts';
import { didYouMean } from '../../playbook/suggest.ts';
import { openHome } from '../../runtime/home/home.ts';
import { addToLedger, ledgerFolder, type Undated } from '../../runtime/home/ledger.ts';
import { thisPerson } from '../../runtime/home/login.ts';
import { meantChange } from '../change/meant-change.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';

export const run: CommandRun = async (call, surface) => {
  const [named = '', step = '', told = ''] = call.args;
  const { id, source } = await changeOf(named, call, surface);
  checkStepId(step);
  if (source !== null) refuseUnknownStep(step, Object.keys(source.steps), id, '');
  const said = {
    type: 'ledger.recorded',
    change: id,
    by: thisPerson(surface.env, call.flag('by') ?? null),
    step,
    state: stateOf(told),
    outputs: outputsOf(call),
  } as const;
  const home = openHome(call.flag('home'), surface.env);
  const written = addToLedger(home, ledgerFolder(home, id), Date.now, (events) => entryFor(said, source, events));
  if (call.has('json')) surface.out(`${JSON.stringify({ change: id, step, state: said.state, written })}\n`);
  else surface.err(written ? `${id}: ${step} ${said.state}\n` : `${id}: ${step} is ${said.state} already\n`);
  return exit.backedOut;
};

type Recorded = Extract<Undated<LedgerEvent>, { readonly type: 'ledger.recorded' }>;

/** Undefined where it was said already. Throws a Fault (usage) for a step that the file is known not to have. */
function entryFor(
  said: Omit<Recorded, 'source'>,
  source: ChangeFile | null,
  events: readonly LedgerEvent[],
): Recorded | undefined {
  const known = knownSteps(events);
  if (source === null && known !== undefined) refuseUnknownStep(said.step, known, said.change, editedSince);
  const entry = { ...said, source: source === null ? null : sourceOf(source, said.step, known) };
  return isRepetition(events, { ...entry, at: 0 }) ? undefined : entry;
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
  return read;
}

const longestId = 200;

function checkedId(id: string): string {
  if (id.trim() === id && id.length <= longestId && !/[\x00-\x1f\x7f]/.test(id)) return id;
  throw new Fault('usage', `${JSON.stringify(id)} is no id of a change`, 'Give the id that stands in its file.');
}

function checkStepId(step: string): void {
  if (/^[a-z][a-z0-9-]*$/.test(step)) return;
  throw new Fault('usage', `"${step}" is no id of a step`, 'Ids are lower-case letters, digits and dashes.');
}

const editedSince = '\n  If the file has it since: add --file change.yaml. Nothing was recorded.';

function refuseUnknownStep(step: string, known: readonly string[], id: string, more: string): void {
  if (known.includes(step)) return;
  const remedy = didYouMean(step, known, `It has: ${known.slice(0, 40).join(', ')}.`);
  throw new Fault('usage', `the change ${id} has no step "${step}"`, `${remedy}${more}`);
}

function stateOf(told: string): RecordedState {
  const state = recordedStates.find((known) => known === told);
  if (state !== undefined) return state;
  throw new Fault('usage', `"${told}" is none of ${recordedStates.join(', ')}`, didYouMean(told, recordedStates));
}

const largestValue = 65_536;

function outputsOf(call: Invocation): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  for (const given of call.flags('output')) {
    const [, key, value] = /^([A-Za-z_][A-Za-z0-9_-]*)=([^\n\0]*)$/.exec(given) ?? [];
    if (key === undefined || value === undefined) {
      throw new Fault(
        'usage',
        `--output ${given.split('\n')[0]} is not NAME=VALUE on one line`,
        'E.g. --output image=v41',
      );
    }
    if (value.length > largestValue)
      throw new Fault('usage', `--output ${key} is longer than ${largestValue} characters`);
    outputs[key] = value;
  }
  return outputs;
}
