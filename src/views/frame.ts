/**
 * One picture of a running backout for a terminal: pure, every line at most `columns` wide and at most `rows - 1` lines,
 * so that it can be redrawn in place. Too high: phases that are over become one line, then what is pending, then the
 * window onto a phase's steps narrows to what is under way.
 */
import { formatDuration } from '../kernel/duration.ts';
import { doingWords } from './doing.ts';
import type { PhaseView, StepView } from './phase-view.ts';
import type { RunView } from './run-view.ts';
import { expectedLine, otherCommands, trueLine } from './status-text.ts';
import { idWidth, phaseLine, stepLine, styleOf, type TextOptions } from './step-line.ts';
import { updateSummary } from './updates-text.ts';
import { cut, fit, hardWrap } from './width.ts';

export interface FrameOptions extends TextOptions {
  readonly rows: number;
}

const least = { columns: 40, rows: 8 };
/** From here on there is room for when it will end. */
const roomy = 14;

export function renderFrame(view: RunView, options: FrameOptions): readonly string[] {
  const { columns, rows, paint } = options;
  const doing = doingWords(view, options);
  if (columns < least.columns || rows < least.rows) return [cut(doing, columns)];
  const expected = rows < roomy ? [] : expectedLine(view, options).slice(0, 2);
  const updates = rows < roomy ? null : updateSummary(view, options);
  const told = updates === null ? [] : [cut(updates, columns)];
  const head = [paint('strong', cut(trueLine(view), columns)), ...hardWrap(doing, columns).slice(0, 2)];
  const top = [...head, ...expected, ...told];
  const foot = commands(view, columns).slice(0, Math.max(1, Math.floor(rows / 4)));
  const room = rows - 1 - top.length - foot.length;
  return [...top, ...body(view, room, options), ...foot];
}

/** Never cut: a command is there to be copied. */
function commands(view: RunView, columns: number): readonly string[] {
  const [first] = view.next;
  if (first === undefined)
    return view.mode === 'dry-run' ? [] : hardWrap(`To stop it: backout stop ${view.run}`, columns);
  // This terminal shows the picture: what is typed here is not heard.
  return [`From another terminal, ${first.when}: ${first.command}`, ...otherCommands(view)].flatMap((line) =>
    hardWrap(line, columns),
  );
}

function body(view: RunView, room: number, options: TextOptions): readonly string[] {
  const width = idWidth(view, options.columns);
  const whole = view.phases.flatMap((phase) => open(phase, phase.steps, width, options));
  if (whole.length <= room) return whole;
  const begun = view.phases.filter(({ status }) => status !== 'pending');
  const running = begun.filter(isUnderWay);
  const pending = view.phases.filter(({ status }) => status === 'pending').map(({ name, title = name }) => title);
  const then = pending.length === 0 ? [] : [cut(`then ${pending.join(', ')}`, options.columns)];
  const share = Math.floor((room - begun.length - then.length) / Math.max(1, running.length));
  const lines = begun.flatMap((phase) =>
    isUnderWay(phase) ? windowed(phase, share, width, options) : [closed(phase, width, options)],
  );
  return [...lines, ...then].slice(-Math.max(0, room));
}

function isUnderWay({ status }: PhaseView): boolean {
  return status === 'running';
}

function open(phase: PhaseView, steps: readonly StepView[], width: number, options: TextOptions): readonly string[] {
  return [phaseLine(phase, width, options), ...steps.map((step) => stepLine(step, width, options))];
}

function closed(phase: PhaseView, width: number, options: TextOptions): string {
  const { paint } = options;
  const name = paint('strong', fit(phase.title ?? phase.name, width + 2));
  const status = paint(styleOf(phase.status), fit(phase.status, 10));
  const size = `${phase.steps.length} ${phase.steps.length === 1 ? 'step' : 'steps'}${tookWords(phase)}`;
  return `${name}  ${status}  ${cut(size, Math.max(1, options.columns - width - 16))}`;
}

/** From the first attempt's start to the last one's end. */
function tookWords({ steps }: PhaseView): string {
  const attempts = steps.flatMap((step) => step.attempts);
  const starts = attempts.map(({ startedAt }) => Date.parse(startedAt));
  const ends = attempts.flatMap(({ endedAt }) => (endedAt === null ? [] : [Date.parse(endedAt)]));
  if (ends.length === 0) return '';
  return `, ${formatDuration(Math.max(...ends) - Math.min(...starts))}`;
}

const urgency: Readonly<Record<StepView['status'], number>> = {
  waiting: 0,
  running: 1,
  retrying: 1,
  unknown: 2,
  failed: 2,
  cancelled: 3,
  pending: 4,
  skipped: 5,
  simulated: 6,
  succeeded: 6,
};

/** The most urgent steps that fit, in the plan's order, and how many are not shown. */
function windowed(phase: PhaseView, share: number, width: number, options: TextOptions): readonly string[] {
  if (phase.steps.length <= share) return open(phase, phase.steps, width, options);
  const ranked = phase.steps.toSorted((one, other) => urgency[one.status] - urgency[other.status]);
  const kept = new Set(ranked.slice(0, Math.max(0, share - 1)));
  const hidden = phase.steps.filter((step) => !kept.has(step));
  const shown = phase.steps.filter((step) => kept.has(step));
  const lines = open(phase, shown, width, options);
  return share < 1 ? lines : [...lines, cut(`  … ${hiddenWords(hidden)}`, options.columns)];
}

function hiddenWords(steps: readonly StepView[]): string {
  const counts = new Map<string, number>();
  for (const { status } of steps) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
}
