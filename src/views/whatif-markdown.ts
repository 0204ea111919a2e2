/** A what-if examination as Markdown, for a change record. */
import type { WhatIfDocument } from './whatif.ts';
import { type GroupWords, groupWords } from './whatif-group.ts';
import { assumptionWords, conditionWords, countWords, untroubledWords } from './whatif-head.ts';
import { grouped } from './whatif-rows.ts';

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
    table(grouped(rows).map((group) => cells(groupWords(group)))),
    '## Assumptions',
    assumptionWords(document)
      .map((words) => `- ${escaped(words)}`)
      .join('\n'),
    `${countWords(document)} Plan digest \`${document.digest}\`.`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function cells(words: GroupWords): readonly string[] {
  const { leftOut, end, duties } = words;
  return [
    `\`${words.step}\``,
    escaped(words.what),
    leftOut === '' ? end : `${end}; ${escaped(leftOut)}`,
    words.truth,
    `of the beginning: ${escaped(words.ofBeginning)}<br>of the end: ${escaped(words.ofEnd)}`,
    duties.map(escaped).join('<br>') || 'nobody',
    words.span,
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
