/** `backout change status`: what of a change has been carried out, by whom, and what that leaves to be taken back. */
import type { LedgerState, LedgerStep, Word } from '../journal/ledger.ts';
import { clockTime, type Zone } from './clock-time.ts';
import { personName } from './person-name.ts';
import { shellWord } from './shell-word.ts';
import { visible } from './visible.ts';

export interface ChangeStatus {
  readonly change: string;
  readonly ledger: LedgerState;
  /** The ledger's last entry: who notes it elsewhere can show later that nothing was cut off. */
  readonly head: { readonly seq: number; readonly hash: string } | null;
  /** How the run that carried it out, and the one that took it back, have ended; null: there is none. */
  readonly runEnd: RunEnd | null;
  /** The run that takes it back, or took it back; null: there is none. */
  readonly takenBackBy: string | null;
  readonly backoutEnd: RunEnd | null;
  /** Ids of all steps of the change's file, in its order; null where the file is not known or not there. */
  readonly steps: readonly string[] | null;
  /** What a backout would do, in its order: ids of its steps; null where it cannot be told. */
  readonly backout: readonly string[] | null;
  /** A person would have to decide about a step that cannot be taken back. */
  readonly asks: boolean;
  /** What is to be known of that backout: a line each. */
  readonly said: readonly string[];
}

/** `open`: it has not ended. `badly`: it has, and not all of it was done. */
export type RunEnd = 'open' | 'well' | 'badly';

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
  const all = status.steps ?? [...ledger.steps.keys()];
  const others = [...ledger.steps.keys()].filter((id) => !all.includes(id));
  return `${[
    `Change ${visible(change)}: ${countsOf(all, ledger)}.`,
    ...(ledger.file === null ? [] : [`File ${visible(ledger.file)}`]),
    ...all.flatMap((id) => stepLines(id, ledger.steps.get(id), told)),
    ...others.flatMap((id) => stepLines(`${id} (no step of the file)`, ledger.steps.get(id), told)),
    ...runLine(ledger.run, status.runEnd, carriedOut),
    ...runLine(status.takenBackBy, status.backoutEnd, takenBack),
    ...(status.head === null ? [] : [`Head of the ledger: ${status.head.seq} ${status.head.hash}`]),
    '',
    ...backoutLines(status),
    ...said.flatMap((text) => text.split('\n').map((line) => visible(line))),
  ].join('\n')}\n`;
}

const carriedOut = {
  well: 'Carried out by',
  open: 'Being carried out by',
  badly: 'Begun, and not carried out as a whole, by',
};
const takenBack = { well: 'Taken back by', open: 'Being taken back by', badly: 'Not taken back as a whole by' };

function runLine(run: string | null, end: RunEnd | null, words: { readonly [E in RunEnd]: string }): readonly string[] {
  if (run === null || end === null) return [];
  return [`${words[end]} run ${run}${end === 'open' ? ', which has not ended' : ''}: backout status ${run}`];
}

/** Of the steps of the file alone: what else was recorded is shown, and is none of them. */
function countsOf(ids: readonly string[], { steps }: LedgerState): string {
  const at = (progress: LedgerStep['progress']): number =>
    ids.filter((id) => (steps.get(id)?.progress ?? 'not-begun') === progress).length;
  const others = [
    ...(at('failed') === 0 ? [] : [`${at('failed')} failed`]),
    ...(at('unknown') === 0 ? [] : [`${at('unknown')} begun, the end not known`]),
  ];
  return [`${at('done')} of ${count(ids.length)} done`, ...others].join('; ');
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
    speakers.size < 2 && last.reason === null
      ? []
      : step.words.slice(0, -1).map((word) => `      before: ${stateWords[word.state]}, ${sayingOf(word, told)}`);
  return [`  ${visible(id)}: ${state}, ${sayingOf(last, told)}`, ...outputs, ...earlier];
}

function sayingOf({ at, by, run, reason }: Word, { zone, now }: Told): string {
  const through = run === null ? `on ${visible(by.host)}` : `by run ${run}`;
  const why = reason === null ? '' : `: what was recorded is struck out (${visible(reason)})`;
  return `${clockTime(at, zone, now)} ${visible(personName(by))} ${through}${why}`;
}

const stateWords = {
  started: 'begun',
  done: 'done',
  failed: 'failed',
  'taken-back': 'taken back',
  left: 'left as it is',
  struck: 'struck out',
} as const;

function backoutLines({
  change,
  backout,
  asks,
  ledger,
  runEnd,
  takenBackBy,
  backoutEnd,
}: ChangeStatus): readonly string[] {
  const ask = asks ? ' --irreversible ask' : '';
  const open = backoutEnd === 'open' ? takenBackBy : runEnd === 'open' ? ledger.run : null;
  if (backout === null) return [];
  if (backout.length === 0)
    return backoutEnd === 'badly'
      ? [`Nothing of it is left to take back, but run ${takenBackBy} ended badly: backout status ${takenBackBy}`]
      : ['There is nothing to take back.'];
  return [
    'A backout would do, in this order:',
    ...backout.map((id, index) => `${String(index + 1).padStart(4)}. ${visible(id)}`),
    `See it: backout derive ${shellWord(change)} --ledger${ask}`,
    open === null
      ? `Do it:  backout run --change ${shellWord(change)}${ask}`
      : `Do it when run ${open} has ended (backout resume ${open}, or backout stop ${open}): backout run --change ${shellWord(change)}${ask}`,
  ];
}
