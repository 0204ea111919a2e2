/**
 * `backout status` for people. The first three lines answer, each in one line that stands alone: what is true of the
 * system; what the run is doing or waiting for; the exact command to type next. Everything else comes below.
 */
import { formatDuration } from '../kernel/duration.ts';
import { clockTime } from './clock-time.ts';
import { doingWords } from './doing.ts';
import { expectedEndWords } from './estimate-text.ts';
import { modeMark } from './mode-words.ts';
import { personName } from './person-name.ts';
import type { PhaseView, StepView } from './phase-view.ts';
import type { RunView } from './run-view.ts';
import { shellWord } from './shell-word.ts';
import { idWidth, phaseLine, stepLine, type TextOptions, troubleOf } from './step-line.ts';
import { updateLines } from './updates-text.ts';
import { programLines, visible } from './visible.ts';
import { wrap } from './width.ts';
import { truthWords } from './words.ts';

export function statusText(view: RunView, options: TextOptions): string {
  const lines = [
    ...firstLines(view, options),
    ...otherCommands(view),
    '',
    ...headLines(view, options),
    '',
    ...phaseLines(view, options),
    ...list('Regular updates', updateLines(view, options), options),
    ...list('Left to people', view.tasks.map(taskLine), options),
    ...list('Owed', view.owed.map(owedLine), options),
    ...list('Exceptions', view.exceptions.map(visible), options),
    ...list(
      'Notes',
      view.notes.map(({ at, text }) => `${clockTime(at, options.zone)} ${visible(text)}`),
      options,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

export function firstLines(view: RunView, options: TextOptions): readonly [string, string, string] {
  const doing = doingWords(view, options);
  return [options.paint('strong', trueLine(view)), `${doing.charAt(0).toUpperCase()}${doing.slice(1)}`, nextLine(view)];
}

/** P10: a dry run or a rehearsal says so before anything else. */
export function trueLine(view: RunView): string {
  if (view.mode === 'dry-run') return `DRY RUN of ${visible(view.system)}: nothing of it is changed.`;
  if (view.kind === 'change') return `${visible(view.system)}: ${changeWords(view)}.`;
  const mark = modeMark(view.mode, view.rehearsal?.environment ?? null);
  const what = mark === null ? visible(view.system) : `${visible(mark)} of ${visible(view.system)}`;
  return `${what}: ${truthWords(view.truth)}.`;
}

/** What a change leaves true of a system only its steps know: how many of them are done. */
export function changeWords({ phases, change, playbook, takenBackBy }: RunView): string {
  if (takenBackBy !== undefined)
    return `run ${takenBackBy} takes change ${visible(String(change.id))} back since, or has; below is how it stood before`;
  const steps = phases.flatMap((phase) => phase.steps).filter(({ contingencyFor }) => contingencyFor === null);
  const done = steps.filter(({ status }) => status === 'succeeded').length;
  const name = typeof change.id === 'string' ? change.id : playbook;
  return `${done} of ${steps.length} steps of change ${visible(name)} are done`;
}

function nextLine(view: RunView): string {
  const [first] = view.next;
  if (first !== undefined) return `Next, ${first.when}: ${first.command}`;
  if (view.mode === 'dry-run') return 'Next: nothing to type, it goes on by itself.';
  if (view.stop !== null || view.failure !== null) return 'Next: nothing to type, it ends by itself.';
  return `Next: nothing to type, it goes on by itself. To stop it: backout stop ${view.run}`;
}

export function otherCommands(view: RunView): readonly string[] {
  return view.next.slice(1).map(({ command, when }) => `  or, ${when}: ${command}`);
}

function headLines(view: RunView, options: TextOptions): readonly string[] {
  const change = view.change.id;
  const parts = [
    `${{ 'dry-run': 'Dry run', rehearsal: 'Rehearsal', real: 'Run' }[view.mode]} ${view.run} of ${visible(view.playbook)}`,
    typeof change === 'string' ? `change ${visible(change)}` : null,
    view.startedAt === null ? null : `began ${clockTime(view.startedAt, options.zone, options.now)}`,
    view.by === null ? null : `by ${visible(personName(view.by))} on ${visible(view.by.host)}`,
  ];
  return [
    ...wrap(parts.filter((part) => part !== null).join(', '), options.columns),
    ...wishLine(view, options),
    ...budgetLine(view),
    ...expectedLine(view, options),
  ];
}

function wishLine(view: RunView, options: TextOptions): readonly string[] {
  if (view.backoutOnFailure === undefined) return [];
  if (view.status === 'stopped') return notTakenBack(view, options);
  return wrap('The change is taken back at once when it fails (--backout-on-failure).', options.columns);
}

/** A change that was to be taken back on failure, and was stopped: whoever stopped it decides. */
export function notTakenBack(view: RunView, options: TextOptions): readonly string[] {
  const { backoutOnFailure, status, change, takenBackBy } = view;
  if (backoutOnFailure === undefined || status !== 'stopped' || takenBackBy !== undefined) return [];
  const told =
    'The change was stopped and has not failed: it is not taken back by itself, and nobody of its frame is told.';
  return [
    ...wrap(told, options.columns),
    `To take it back: backout run --change ${shellWord(visible(String(change.id)))}`,
  ];
}

export function expectedLine({ expectedEnd }: RunView, options: TextOptions): readonly string[] {
  const words = expectedEnd === null ? null : expectedEndWords(expectedEnd, options);
  return words === null ? [] : wrap(`${words.charAt(0).toUpperCase()}${words.slice(1)}.`, options.columns);
}

function budgetLine({ timeBudget, endedAt }: RunView): readonly string[] {
  if (timeBudget === null) return [];
  const { ms, spentMs } = timeBudget;
  if (endedAt !== null) return [`Time budget ${formatDuration(ms)}: ${formatDuration(spentMs)} taken`];
  const left = spentMs > ms ? `SPENT ${formatDuration(spentMs - ms)} ago` : `${formatDuration(ms - spentMs)} left`;
  return [`Time budget ${formatDuration(ms)}: ${left}`];
}

function phaseLines(view: RunView, options: TextOptions): readonly string[] {
  const width = idWidth(view, options.columns);
  return view.phases.flatMap((phase) => [phaseLine(phase, width, options), ...stepsOf(phase, width, options)]);
}

function stepsOf(phase: PhaseView, width: number, options: TextOptions): readonly string[] {
  return phase.steps.flatMap((step) => [stepLine(step, width, options), ...underStep(step, options)]);
}

function underStep(step: StepView, options: TextOptions): readonly string[] {
  const trouble = troubleOf(step) ?? askedOf(step);
  const said = trouble === null ? [] : wrap(trouble, options.columns - 6).map((line) => `      ${line}`);
  const last = step.status === 'pending' ? undefined : step.attempts.at(-1);
  const words = last?.outcome === 'succeeded' ? null : (last?.lastWords ?? null);
  return [...said, ...quoted(words)];
}

/** What a person is asked to do. */
function askedOf(step: StepView): string | null {
  const does = step.status === 'waiting' ? (step.attempts.at(-1)?.does ?? []) : [];
  return does.length === 0 ? null : visible(does.join(' '));
}

/** The end of a program's words, marked as its own. */
export function quoted(words: string | null, most = 8): readonly string[] {
  return words === null
    ? []
    : programLines(words)
        .slice(-most)
        .map((line) => `      | ${line}`);
}

function list(title: string, items: readonly string[], options: TextOptions): readonly string[] {
  if (items.length === 0) return [];
  return ['', `${title}:`, ...bullets(items, options.columns)];
}

export function bullets(items: readonly string[], columns: number): readonly string[] {
  return items.flatMap((item) =>
    wrap(item, columns - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`),
  );
}

export function taskLine({ step, owner, person, instruction }: RunView['tasks'][number]): string {
  const who = [owner, person].filter((part) => part !== null).map(visible);
  const by = who.length === 0 ? '' : ` (${who.join(': ')})`;
  return `${step}${by}: ${visible(instruction ?? 'no instruction')}`;
}

export function owedLine({ step, what }: RunView['owed'][number]): string {
  return step === null ? visible(what) : `${step} ${visible(what)}`;
}
