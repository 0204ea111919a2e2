/** `backout change status`: what of a change has been carried out, by whom, and what that leaves to be taken back. */
import type { LedgerState, LedgerStep, Word } from '../journal/ledger.ts';
import { clockTime, type Zone } from './clock-time.ts';
import { personName } from './person-name.ts';
import { shellWord } from './shell-word.ts';
import { visible } from './visible.ts';

export interface ChangeStatus {
  readonly change: string;
  readonly ledger: LedgerState;
  /** Ids of all steps of the change's file, in its order; null where the file is not known or not there. */
  readonly steps: readonly string[] | null;
  /** What a backout would do, in its order: ids of its steps; null where it cannot be told. */
  readonly backout: readonly string[] | null;
  /** A person would have to decide about a step that cannot be taken back. */
  readonly asks: boolean;
  /** What is to be known of that backout: a line each. */
  readonly said: readonly string[];
}

const progressWords = {
  'not-begun': 'not begun',
  unknown: 'begun, its end is not known',
  failed: 'failed',
  done: 'done',
} as const;

interface Told {
  readonly zone: Zone;
  readonly now: number;
}

export function changeStatusText(status: ChangeStatus, told: Told): string {
  const { change, ledger, said } = status;
  const executed = [...ledger.steps.values()].filter(({ progress }) => progress !== 'not-begun').length;
  const all = status.steps ?? [...ledger.steps.keys()];
  const others = [...ledger.steps.keys()].filter((id) => !all.includes(id));
  return `${[
    `Change ${visible(change)}: ${executed} of ${count(all.length)} executed.`,
    ...(ledger.file === null ? [] : [`File ${visible(ledger.file)}`]),
    ...all.flatMap((id) => stepLines(id, ledger.steps.get(id), told)),
    ...others.flatMap((id) => stepLines(`${id} (no step of the file)`, ledger.steps.get(id), told)),
    ...(ledger.run === null ? [] : [`Carried out by run ${ledger.run}: backout status ${ledger.run}`]),
    ...(ledger.backout === null ? [] : [`Taken back by run ${ledger.backout}: backout status ${ledger.backout}`]),
    '',
    ...backoutLines(status),
    ...said.map((line) => visible(line)),
  ].join('\n')}\n`;
}

const count = (n: number): string => `${n} ${n === 1 ? 'step' : 'steps'}`;

/** Where several have said something of a step, all of it is shown: the last word counts. */
function stepLines(id: string, step: LedgerStep | undefined, told: Told): readonly string[] {
  const last = step?.words.at(-1);
  if (step === undefined || last === undefined) return [`  ${visible(id)}: not begun`];
  const state = step.settled === null ? progressWords[step.progress] : stateWords[step.settled];
  const outputs = Object.entries(step.outputs).map(([key, value]) => `      ${key}=${visible(value)}`);
  const speakers = new Set(step.words.map(({ by, run }) => run ?? `${personName(by)} ${by.host}`));
  const earlier =
    speakers.size < 2
      ? []
      : step.words.slice(0, -1).map((word) => `      before: ${stateWords[word.state]}, ${sayingOf(word, told)}`);
  return [`  ${visible(id)}: ${state}, ${sayingOf(last, told)}`, ...outputs, ...earlier];
}

function sayingOf({ at, by, run }: Word, { zone, now }: Told): string {
  const through = run === null ? `on ${visible(by.host)}` : `by run ${run}`;
  return `${clockTime(at, zone, now)} ${visible(personName(by))} ${through}`;
}

const stateWords = {
  started: 'begun',
  done: 'done',
  failed: 'failed',
  'taken-back': 'taken back',
  left: 'left as it is',
} as const;

function backoutLines({ change, backout, asks }: ChangeStatus): readonly string[] {
  const ask = asks ? ' --irreversible ask' : '';
  if (backout === null) return [];
  if (backout.length === 0) return ['There is nothing to take back.'];
  return [
    'A backout would do, in this order:',
    ...backout.map((id, index) => `${String(index + 1).padStart(4)}. ${visible(id)}`),
    `See it: backout derive ${shellWord(change)} --ledger${ask}`,
    `Do it:  backout run --change ${shellWord(change)}${ask}`,
  ];
}
