/** What a call of `backout change record` may say: an id, a step, a state, values on one line. Throws a Fault (usage). */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type RecordedState, recordedStates } from '../../journal/ledger-event.ts';
import { Fault } from '../../kernel/fault.ts';
import { didYouMean } from '../../playbook/suggest.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder } from '../../runtime/home/ledger.ts';
import type { Invocation } from '../invocation.ts';

const longestId = 200;

/** The id of a change, however it was learnt. */
export function checkedId(id: string): string {
  const shown = id.length <= longestId ? JSON.stringify(id) : `${JSON.stringify(id.slice(0, 40))}…`;
  if (id.length > longestId) {
    throw new Fault('usage', `${shown} is no id of a change: it is longer than ${longestId} characters`);
  }
  if (id.trim() === id && id !== '' && !/[\x00-\x1f\x7f]/.test(id)) return id;
  throw new Fault('usage', `${shown} is no id of a change`, 'Give the id that stands in its file.');
}

/** What leads to no change's file must not become the name of a ledger that no backout ever looks into. */
export function refusePathLike(home: Home, id: string, cwd: string): void {
  const fault = pathFault(id, cwd);
  if (fault === undefined || hasLedger(ledgerFolder(home, id))) return;
  const remedy = 'Correct the path. If it is an id: name the file once, with --file change.yaml. Nothing was recorded.';
  throw new Fault('usage', fault, remedy);
}

function pathFault(id: string, cwd: string): string | undefined {
  if (isFolder(resolve(cwd, id))) return `${id} is a folder, and there is no change.yaml in it`;
  return /[/\\]|\.(ya?ml|json)$/i.test(id) ? `${id} looks like a path, and there is no such file` : undefined;
}

/** What the system cannot look up, such as a name that is too long, is none. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

export function checkStepId(step: string): void {
  if (step.length > longestId) {
    const shown = `"${step.slice(0, 40)}…"`;
    throw new Fault('usage', `${shown} is no id of a step: it is longer than ${longestId} characters`);
  }
  if (/^[a-z][a-z0-9-]*$/.test(step)) return;
  throw new Fault('usage', `"${step}" is no id of a step`, 'Ids are lower-case letters, digits and dashes.');
}

/** `void`: what was recorded of the step was a mistake. */
export type ToldState = RecordedState | 'void';
const toldStates: readonly ToldState[] = [...recordedStates, 'void'];

export function stateOf(told: string): ToldState {
  const state = toldStates.find((known) => known === told);
  if (state !== undefined) return state;
  throw new Fault('usage', `"${told}" is none of ${toldStates.join(', ')}`, didYouMean(told, toldStates));
}

const largestValue = 65_536;

export function outputsOf(call: Invocation): Readonly<Record<string, string>> {
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
