/** What one line of a what-if table says, before it is Markdown, HTML or text. */
import type { RowGroup } from './whatif-rows.ts';
import {
  alsoWords,
  dutyWords,
  endWords,
  failureWords,
  leftOutWords,
  shortTruth,
  spanWords,
  toldWords,
} from './whatif-words.ts';

export interface GroupWords {
  readonly step: string | null;
  /** Which failures: `it fails for good, or it times out every time`. */
  readonly what: string;
  readonly end: string;
  readonly tone: 'good' | 'warn' | 'bad';
  /** Empty: no message is left out. */
  readonly leftOut: string;
  readonly truth: string;
  readonly ofBeginning: string;
  readonly ofEnd: string;
  /** Empty: nobody must act. */
  readonly duties: readonly string[];
  readonly span: string;
}

export function groupWords({ rows }: RowGroup): GroupWords {
  const [first] = rows;
  const failures = rows.map(({ failure }) => (failure === null ? '' : failureWords[failure])).join(', or ');
  return {
    step: first.step,
    what: `${failures}${alsoWords(first)}`,
    end: endWords(first),
    tone: first.exitCode === 0 ? 'good' : first.end === 'succeeded-with-exceptions' ? 'warn' : 'bad',
    leftOut: leftOutWords(first),
    truth: shortTruth(first),
    ...toldWords(first.told),
    duties: first.mustAct.map(dutyWords),
    span: spanWords(rows),
  };
}
