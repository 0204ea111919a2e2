/** What a what-if page says before its table: of which plan, on which assumptions. */
import { formatDuration } from '../kernel/duration.ts';
import { visible } from './visible.ts';
import type { WhatIfDocument } from './whatif.ts';
import { endWords, shortTruth } from './whatif-words.ts';

export function untroubledWords({ untroubled }: WhatIfDocument): string {
  return `If nothing goes wrong: ${endWords(untroubled)} after ${formatDuration(untroubled.elapsed)}; ${shortTruth(untroubled)}.`;
}

/** One sentence each. */
export function assumptionWords({ assumed }: WhatIfDocument): readonly string[] {
  const values = Object.entries(assumed).map(([name, value]) => `${name}=${visible(value)}`);
  return [
    'Times are assumed where none were measured: a tenth of the timeout, one minute where there is none.',
    'A person who is asked what to do is taken to stop the run after five minutes, the careful answer; an engine that dies is followed by another after one minute: if nobody resumes the run, it waits.',
    ...(values.length === 0 ? [] : [`Values that stand in for parameters that were not given: ${values.join(', ')}.`]),
  ];
}

export function countWords({ rows, findings }: WhatIfDocument): string {
  const found =
    findings.length === 0 ? 'nothing found' : `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`;
  return `${rows.length.toLocaleString('en-US')} failures walked through; ${found}.`;
}
