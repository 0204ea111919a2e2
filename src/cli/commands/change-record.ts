/**
 * `backout change record`: one word of a pipeline about one step, into the change's ledger. Called once or twice a step
 * by programs that wait for it: nothing is loaded that the word does not need.
 */

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
  refuseStep(step, source, id);
  const event = {
    type: 'ledger.recorded',
    change: id,
    by: thisPerson(surface.env, call.flag('by') ?? null),
    step,
    state: stateOf(told),
    outputs: outputsOf(call),
    source: source === null ? null : { file: source.file, steps: { [step]: source.steps[step] ?? '' } },
  } as const satisfies Undated<LedgerEvent>;
  const home = openHome(call.flag('home'), surface.env);
  const written = addToLedger(home, ledgerFolder(home, id), Date.now, (events) =>
    isRepetition(events, { ...event, at: 0 }) ? undefined : event,
  );
  if (call.has('json')) surface.out(`${JSON.stringify({ change: id, step, state: event.state, written })}\n`);
  else surface.err(written ? `${id}: ${step} ${event.state}\n` : `${id}: ${step} is ${event.state} already\n`);
  return exit.backedOut;
};

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

function refuseStep(step: string, source: ChangeFile | null, id: string): void {
  if (!/^[a-z][a-z0-9-]*$/.test(step)) {
    throw new Fault('usage', `"${step}" is no id of a step`, 'Ids are lower-case letters, digits and dashes.');
  }
  if (source === null || Object.hasOwn(source.steps, step)) return;
  const known = Object.keys(source.steps);
  const remedy = didYouMean(step, known, `It has: ${known.slice(0, 40).join(', ')}.`);
  throw new Fault('usage', `the change ${id} has no step "${step}"`, remedy);
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
