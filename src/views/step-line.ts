/** One step, and one phase, on one line each: in `status`, in the live view, always the same columns. */
import { badNow } from '../engine/measured.ts';
import { formatDuration } from '../kernel/duration.ts';
import { clockTime } from './clock-time.ts';
import type { Paint, Style } from './colour.ts';
import { againIn, elapsedMs, lastEnded, type Moment, tryWords } from './doing.ts';
import { hostsDone } from './hosts-view.ts';
import type { PhaseStatus, PhaseView, ShownStatus, StepView } from './phase-view.ts';
import type { RunView } from './run-view.ts';
import { visible } from './visible.ts';
import { cut, displayWidth, fit } from './width.ts';
import { outcomeWords, simulatedNotes } from './words.ts';

export interface TextOptions extends Moment {
  readonly columns: number;
  /** Where what a step does is cut; off a terminal nowhere, for then it is kept and reviewed. Default: `columns`. */
  readonly cutAt?: number;
  readonly paint: Paint;
}

const styles: Readonly<Record<ShownStatus, Style>> = {
  pending: 'dim',
  running: 'busy',
  retrying: 'warn',
  waiting: 'warn',
  succeeded: 'good',
  failed: 'bad',
  skipped: 'warn',
  cancelled: 'warn',
  unknown: 'bad',
  simulated: 'good',
};
const statusWidth = 10;
const durationWidth = 12;

export function styleOf(status: ShownStatus | PhaseStatus): Style {
  return styles[status];
}

/** Wide enough for the longest id, narrow enough for the rest of the line. */
export function idWidth(view: Pick<RunView, 'phases'>, columns: number): number {
  const ids = view.phases.flatMap(({ name, steps }) => [name.length - 2, ...steps.map(indentedWidth)]);
  return Math.max(12, Math.min(Math.max(...ids), columns - 52));
}

function indentedWidth({ id, contingencyFor }: StepView): number {
  return displayWidth(id) + (contingencyFor === null ? 0 : 2);
}

export function phaseLine(phase: PhaseView, width: number, { paint }: TextOptions): string {
  const none = phase.steps.length === 0 ? 'no steps' : phase.status;
  return `${paint('strong', fit(phase.title ?? phase.name, width + 2))}  ${paint(styleOf(phase.status), none)}`;
}

/** `  restore-db   running     14:01:47  1 min 20 s    attempt 2 of 3`, cut at the width. */
export function stepLine(step: StepView, width: number, options: TextOptions): string {
  const indent = step.contingencyFor === null ? '  ' : '    ';
  const id = fit(visible(step.id), width + 2 - indent.length);
  // Pending again after a reopen: what it did before is history.
  const last = step.status === 'pending' ? undefined : step.attempts.at(-1);
  const began = last === undefined ? ''.padEnd(8) : clockTime(last.startedAt, options.zone);
  const head = `${indent}${id}  `;
  const tail =
    `  ${began}  ${fit(durationOf(step, options.now), durationWidth)}  ${noteOf(step, options.now)}`.trimEnd();
  const room = options.columns - displayWidth(head) - statusWidth;
  const status = fit(step.status, statusWidth);
  return `${head}${options.paint(styleOf(step.status), tail === '' ? step.status : status)}${cut(tail, room)}`;
}

function durationOf(step: StepView, now: number): string {
  const idle = isTask(step) || step.status === 'pending';
  const elapsed = idle ? null : (elapsedMs(step, now) ?? step.attempts.at(-1)?.durationMs ?? null);
  return elapsed === null ? '' : formatDuration(elapsed);
}

/** What is left to people has no time of its own: nobody tells when it was done. */
export function isTask({ status, question }: Pick<StepView, 'status' | 'question'>): boolean {
  return status === 'waiting' && question === null;
}

function noteOf(step: StepView, now: number): string {
  if (isTask(step)) return 'left to a person';
  if (step.status === 'pending') return '';
  if (step.status === 'retrying') return againIn(step, now);
  if (step.status === 'running') return tryWords(step) ?? '';
  if (step.accepted === 'contingency') return 'done by its contingency';
  if (step.accepted === 'continue') return 'went on without it';
  if (step.accepted === 'owed') return 'owed: the next engine sends it';
  if (step.contingencyFor !== null) return `in place of ${step.contingencyFor}`;
  const hosts = hostsDone(step.hosts);
  if (hosts !== null) return hosts;
  const tries = step.attempts.length;
  return tries > 1 ? `${tries} attempts` : '';
}

/** What a person needs to know beside the line; null when the line says it all. */
export function troubleOf(step: StepView): string | null {
  const ended = lastEnded(step);
  if (step.status === 'pending') return null;
  if (step.status === 'skipped') return step.reason === null ? null : visible(step.reason);
  if (ended === null || ended.outcome === 'succeeded') return null;
  if (ended.outcome === 'simulated') {
    const reason = badNow(ended.reason) === null ? null : ended.reason;
    return simulatedNotes({ ...ended, reason }).join('; ') || null;
  }
  return outcomeWords(ended);
}
