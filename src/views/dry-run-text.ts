/** The end of a dry run: for each step whether it could be checked, and at the end what is missing and what is not known. */
import { badNow } from '../engine/measured.ts';
import { doingWords, lastEnded } from './doing.ts';
import type { StepView } from './phase-view.ts';
import type { RunView } from './run-view.ts';
import { bullets, otherCommands, quoted, trueLine } from './status-text.ts';
import { idWidth, type TextOptions } from './step-line.ts';
import { visible } from './visible.ts';
import { cut, fit } from './width.ts';
import { outcomeWords } from './words.ts';

type Verdict = 'checked' | 'uncovered' | 'failed' | 'left out' | 'not reached';

export function dryRunText(view: RunView, options: TextOptions): string {
  const steps = view.phases.flatMap((phase) => phase.steps);
  const width = idWidth(view, options.columns);
  const [first] = view.next;
  const lines = [
    options.paint('strong', trueLine(view)),
    doingWords(view, options),
    '',
    ...view.phases
      .filter((phase) => phase.steps.length > 0)
      .flatMap(({ name, title = name, steps: own }) => [
        title,
        ...own.flatMap((step) => stepLines(step, width, options)),
      ]),
    ...section('Missing', of(steps, 'failed'), options),
    ...section('Could not be checked', of(steps, 'uncovered'), options),
    ...section('Not good now (measured, and no failure of a dry run)', badNowLines(steps), options),
    ...section('Not reached', of(steps, 'not reached'), options),
    '',
    summary(steps),
    ...(first === undefined ? [] : [`Next, ${first.when}: ${first.command}`, ...otherCommands(view)]),
  ];
  return `${lines.join('\n')}\n`;
}

function stepLines(step: StepView, width: number, { columns, cutAt = columns, paint }: TextOptions): readonly string[] {
  const verdict = verdictOf(step);
  const style = ({ checked: 'good', failed: 'bad' } as const)[String(verdict)] ?? 'warn';
  const indent = step.contingencyFor === null ? '  ' : '    ';
  const head = `${indent}${fit(visible(step.id), width + 2 - indent.length)}  `;
  const last = step.attempts.at(-1);
  const does = last?.does ?? [];
  const measured = last?.outcome === 'simulated' ? last.reason : null;
  return [
    `${head}${paint(style, verdict)}`,
    ...does.map((line) => cut(`      would do: ${visible(line)}`, cutAt)),
    ...(measured === null ? [] : [`      ${visible(measured)}`]),
    ...(verdict === 'failed' ? quoted(last?.lastWords ?? null) : []),
  ];
}

function verdictOf(step: StepView): Verdict {
  const last = step.attempts.at(-1);
  if (step.status === 'skipped') return 'left out';
  if (last === undefined || last.outcome === null) return 'not reached';
  if (last.outcome !== 'simulated' && last.outcome !== 'succeeded') return 'failed';
  return last.uncovered === null ? 'checked' : 'uncovered';
}

function of(steps: readonly StepView[], verdict: Verdict): readonly string[] {
  return steps.filter((step) => verdictOf(step) === verdict).map(lineOf);
}

function lineOf(step: StepView): string {
  const ended = lastEnded(step);
  if (ended === null) return step.id;
  if (ended.outcome === 'simulated') return `${step.id}: ${visible(ended.uncovered ?? '')}`;
  return `${step.id}: ${outcomeWords({ ...ended, durationMs: null })}`;
}

function badNowLines(steps: readonly StepView[]): readonly string[] {
  return steps.flatMap((step) => {
    const last = step.attempts.at(-1);
    const bad = last?.outcome === 'simulated' ? badNow(last.reason) : null;
    return bad === null ? [] : [`${step.id}: ${visible(bad)}`];
  });
}

function section(title: string, items: readonly string[], { columns }: TextOptions): readonly string[] {
  return items.length === 0 ? [] : ['', `${title}:`, ...bullets(items, columns)];
}

function summary(steps: readonly StepView[]): string {
  const count = (verdict: Verdict) => of(steps, verdict).length;
  const parts = [
    `${count('checked')} of ${steps.length} steps checked`,
    `${count('uncovered')} could not be checked`,
    `${count('failed')} failed`,
  ];
  return `${parts.join(', ')}.`;
}
