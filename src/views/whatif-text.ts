/** A what-if table on a terminal: step by step what each failure comes to, the findings last, where they are seen. */
import type { PlannedStep } from '../plan/plan.ts';
import { allSteps } from '../plan/plan.ts';
import type { Finding } from '../whatif/finding.ts';
import type { Row } from '../whatif/row.ts';
import type { TextOptions } from './step-line.ts';
import { visible } from './visible.ts';
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
  return ['', head, ...grouped(rows).flatMap((group) => groupLines(group, options))];
}

function groupLines({ rows }: RowGroup, options: TextOptions): readonly string[] {
  const [first] = rows;
  const when = alsoWords(first);
  const leftOut = leftOutWords(first);
  const { ofBeginning, ofEnd } = toldWords(first.told);
  const paint = first.exitCode === 0 ? 'good' : first.end === 'succeeded-with-exceptions' ? 'warn' : 'bad';
  const end = `${options.paint(paint, endWords(first))} after ${spanWords(rows)}; ${shortTruth(first)}`;
  const what = rows.map(({ failure }) => (failure === null ? '' : failureWords[failure])).join(', or ');
  return [
    ...hanging(`${what}${when}:`, '  If ', options),
    ...hanging(end, '    ', options),
    ...(leftOut === '' ? [] : hanging(leftOut, '    ', options)),
    ...hanging(`told of the beginning: ${ofBeginning}`, '    ', options),
    ...hanging(`told of the end: ${ofEnd}`, '    ', options),
    ...first.mustAct.flatMap((duty) => hanging(`must act: ${dutyWords(duty)}`, '    ', options)),
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
