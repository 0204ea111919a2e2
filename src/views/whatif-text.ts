/** A what-if table on a terminal: step by step what each failure comes to, the findings last, where they are seen. */
import type { PlannedStep } from '../plan/plan.ts';
import { allSteps } from '../plan/plan.ts';
import type { Finding } from '../whatif/finding.ts';
import type { Row } from '../whatif/row.ts';
import type { TextOptions } from './step-line.ts';
import { visible } from './visible.ts';
import type { WhatIfDocument } from './whatif.ts';
import { type GroupWords, groupWords } from './whatif-group.ts';
import { assumptionWords, conditionWords, countWords, untroubledWords } from './whatif-head.ts';
import { grouped } from './whatif-rows.ts';
import { hardWrap } from './width.ts';

export function whatIfText(document: WhatIfDocument, options: TextOptions): string {
  const { plan, rows, findings } = document;
  const byStep = Map.groupBy(rows, ({ step }) => step);
  const lines = [
    `What if: ${options.paint('strong', visible(plan.name))}, system ${visible(plan.system)}`,
    ...[untroubledWords(document), ...conditionWords(document), ...assumptionWords(document)].flatMap((words) =>
      hanging(words, '', options),
    ),
    ...[...allSteps(plan)].flatMap((step) => stepLines(step, byStep.get(step.id) ?? [], options)),
    '',
    ...findingLines(findings, options),
    countWords(document),
  ];
  return `${lines.join('\n')}\n`;
}

function stepLines(step: PlannedStep, rows: readonly Row[], options: TextOptions): readonly string[] {
  if (rows.length === 0) return [];
  const name = step.name === step.id ? '' : `: ${visible(step.name)}`;
  const head = `${options.paint('strong', step.id)}${name} (${step.place})`;
  return ['', head, ...grouped(rows).flatMap((group) => groupLines(groupWords(group), options))];
}

function groupLines(words: GroupWords, options: TextOptions): readonly string[] {
  const { tone, leftOut, duties } = words;
  const end = `${options.paint(tone, words.end)} after ${words.span}; ${words.truth}`;
  return [
    ...hanging(`${words.what}:`, '  If ', options),
    ...hanging(end, '    ', options),
    ...(leftOut === '' ? [] : hanging(leftOut, '    ', options)),
    ...hanging(`told of the beginning: ${words.ofBeginning}`, '    ', options),
    ...hanging(`told of the end: ${words.ofEnd}`, '    ', options),
    ...duties.flatMap((duty) => hanging(`must act: ${duty}`, '    ', options)),
  ];
}

function findingLines(findings: readonly Finding[], options: TextOptions): readonly string[] {
  return findings.flatMap(({ rule, step, why, remedy }) => [
    ...hanging(`${options.paint('bad', rule)}${step === null ? '' : ` ${step}`}: ${visible(why)}`, '', options),
    ...hanging(remedy, '  ', options),
  ]);
}

/** What does not fit into the first line stands further in. */
function hanging(text: string, mark: string, { columns }: TextOptions): readonly string[] {
  const rest = ' '.repeat(mark.length - mark.trimStart().length + 2);
  const lines = hardWrap(text, columns - Math.max(mark.length, rest.length));
  return lines.map((line, index) => `${index === 0 ? mark : rest}${line}`);
}
