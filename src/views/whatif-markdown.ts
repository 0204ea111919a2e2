/** A what-if examination as Markdown, for a change record. */
import type { WhatIfDocument } from './whatif.ts';
import { assumptionWords, conditionWords, countWords, untroubledWords } from './whatif-head.ts';
import { grouped, type RowGroup } from './whatif-rows.ts';
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

const headings = ['Step', 'If', 'The run', 'True then', 'Told', 'Who must act', 'After'];

export function whatIfMarkdown(document: WhatIfDocument): string {
  const { plan, rows, findings } = document;
  const blocks = [
    `# What if: ${escaped(plan.name)}`,
    escaped(untroubledWords(document)),
    ...conditionWords(document).map(escaped),
    '## Findings',
    findings.length === 0
      ? 'None.'
      : findings
          .map(
            ({ rule, step, why, remedy }) =>
              `- **${rule}**${step === null ? '' : ` \`${step}\``}: ${escaped(why)}. ${remedy}`,
          )
          .join('\n'),
    '## Failures',
    table(grouped(rows).map(cells)),
    '## Assumptions',
    assumptionWords(document)
      .map((words) => `- ${escaped(words)}`)
      .join('\n'),
    `${countWords(document)} Plan digest \`${document.digest}\`.`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function cells({ rows }: RowGroup): readonly string[] {
  const [first] = rows;
  const what = rows.map(({ failure }) => (failure === null ? '' : failureWords[failure])).join(', or ');
  const { ofBeginning, ofEnd } = toldWords(first.told);
  const leftOut = leftOutWords(first);
  return [
    `\`${first.step}\``,
    escaped(`${what}${alsoWords(first)}`),
    leftOut === '' ? endWords(first) : `${endWords(first)}; ${escaped(leftOut)}`,
    shortTruth(first),
    `of the beginning: ${escaped(ofBeginning)}<br>of the end: ${escaped(ofEnd)}`,
    first.mustAct.map((duty) => escaped(dutyWords(duty))).join('<br>') || 'nobody',
    spanWords(rows),
  ];
}

function table(rows: readonly (readonly string[])[]): string {
  const line = (each: readonly string[]) => `| ${each.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text of the playbook must neither end a cell nor become markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|]/g, (character) => `\\${character}`).replaceAll('\n', ' ');
}
