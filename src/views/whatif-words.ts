/** The words of a what-if table, shared by its texts and pages. */
import { formatDuration } from '../kernel/duration.ts';
import type { FailureKind } from '../whatif/failure.ts';
import type { MustAct, Row, Told } from '../whatif/row.ts';
import { visible } from './visible.ts';

export const failureWords: Readonly<Record<FailureKind, string>> = {
  fails: 'it fails for good',
  'fails-nobody-answers': 'it fails, and nobody answers',
  'times-out': 'it times out every time',
  hangs: 'it hangs, and has no timeout',
  unknown: 'its end is not known',
  'unknown-nobody-answers': 'its end is not known, and nobody answers',
  'nobody-answers': 'nobody does it or answers',
  'engine-dies-before': 'the engine dies before it begins',
  'engine-dies-during': 'the engine dies while it runs',
  'engine-dies-after': 'the engine dies before its result is recorded',
};

const endWordsOf: Readonly<Record<Row['end'], string>> = {
  succeeded: 'backed out',
  'succeeded-with-exceptions': 'backed out, with exceptions',
  failed: 'failed',
  stopped: 'stopped by the person who is asked',
  simulated: 'simulated',
  'simulated-failed': 'simulated',
  waits: 'waits without end',
};

/** `failed (exit 1)`; after the engine's death the exit code is that of whoever took the run up. */
export function endWords({ end, exitCode, mustAct }: Row): string {
  const resumed = mustAct.some(({ duty }) => duty === 'resume');
  const code = exitCode === null ? '' : ` (exit ${exitCode}${resumed ? ' of resume' : ''})`;
  return `${resumed ? 'taken up again: ' : ''}${endWordsOf[end]}${code}`;
}

/** `access closed, data unknown, health unknown`. */
export function shortTruth({ truth }: Row): string {
  return `access ${truth.access}, data ${truth.data}, health ${truth.health}`;
}

/** ` (restore-db: it fails for good)`: what goes wrong besides. */
export function alsoWords({ also }: Row): string {
  return also.length === 0 ? '' : ` (and ${also.map(({ step, kind }) => `${step}: ${failureWords[kind]}`).join('; ')})`;
}

/** `8 min 30 s to 35 min 30 s`, of rows that are shown as one. */
export function spanWords(rows: readonly Row[]): string {
  const times = rows.map(({ elapsed }) => elapsed);
  const [least, most] = [Math.min(...times), Math.max(...times)].map(formatDuration);
  return least === most ? `${most}` : `${least} to ${most}`;
}

/** Who heard that it began is not who heard how it ended. */
export function toldWords(told: readonly Told[]): { readonly ofBeginning: string; readonly ofEnd: string } {
  const words = (some: readonly Told[]): string =>
    some.length === 0 ? 'nobody' : some.map(({ step, to }) => `${step} (${visible(to)})`).join('; ');
  const begins = ({ place }: Told): boolean => place === 'notify';
  return { ofBeginning: words(told.filter(begins)), ofEnd: words(told.filter((each) => !begins(each))) };
}

/** `left out: tell-web`, of steps that an `if` left out during the run; empty where there are none. */
export function leftOutWords({ leftOut }: Row): string {
  return leftOut.length === 0 ? '' : `left out by its \`if\`: ${leftOut.join(', ')}`;
}

/** `dba (Ana Duarte, ana@example.com) decides about restore-db within 30 min 00 s: retry, skip or stop`. */
export function dutyWords(duty: MustAct): string {
  return `${whoWords(duty)} ${taskWords(duty)}`;
}

function whoWords({ owner, person, contact, step }: MustAct): string {
  if (owner === null) return step === null ? 'whoever runs it' : 'NOBODY IS NAMED who';
  const who = [person, contact].filter((each) => each !== null).map(visible);
  return `${visible(owner)}${who.length === 0 ? '' : ` (${who.join(', ')})`}`;
}

function taskWords({ duty, step, withinMs }: MustAct): string {
  const within = withinMs === null ? '' : ` within ${formatDuration(withinMs)}`;
  switch (duty) {
    case 'resume':
      return 'takes the run up: backout resume (taken as 1 min after the engine died)';
    case 'confirm':
      return `does ${step} and confirms it${within}`;
    case 'decide-failed':
      return `decides about ${step}${within}: retry, skip or stop`;
    case 'decide-unknown':
      return `finds out what became of ${step} and says so${within}: confirm, retry, skip or stop`;
    case 'repair':
      return `removes the cause of ${step}'s failure, then: backout retry`;
    case 'find-out':
      return `finds out what became of ${step}: backout confirm or retry`;
    case 'tell':
      return `tells by hand what ${step} did not deliver`;
    case 'task':
      return `does what ${step} hands over`;
    case 'end-it':
      return `notices that ${step} hangs, and ends it or stops the run`;
  }
}
