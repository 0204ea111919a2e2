/** The report as Markdown: tables for people who sign it, the programs' own words below. */
import { formatDuration } from '../kernel/duration.ts';
import type { Plan } from '../plan/plan.ts';
import { lasted } from './doing.ts';
import type { HostView } from './hosts-view.ts';
import { modeMark } from './mode-words.ts';
import { personName } from './person-name.ts';
import { type AttemptView, endedView, type StepView } from './phase-view.ts';
import type { RunView } from './run-view.ts';
import { owedLine, taskLine } from './status-text.ts';
import { verifyCommand } from './verify-command.ts';
import { programLines, visible } from './visible.ts';
import { outcomeWords, truthWords } from './words.ts';

export function reportMarkdown(view: RunView, plan: Plan): string {
  const blocks = [
    `# ${{ 'dry-run': 'Dry run', rehearsal: 'Rehearsal', real: view.kind === 'change' ? 'Change' : 'Backout' }[view.mode]} of ${escaped(view.system)}: ${view.status}`,
    ...(plan.summary === null ? [] : [escaped(plan.summary)]),
    table(['', ''], facts(view)),
    ...(plan.scope === null ? [] : [`**Scope:** ${escaped(plan.scope)}`]),
    ...(plan.goals.length === 0 ? [] : [`**Goals:**\n\n${bulletList(plan.goals)}`]),
    '## Steps',
    table(['Phase', 'Step', 'Owner', 'Attempt', 'Outcome', 'Began (UTC)', 'Ended (UTC)', 'Took'], stepRows(view)),
    ...section('Hosts', hostTable(view)),
    ...section('Regular updates', updateTable(view)),
    ...section('Decisions', decisionTable(view)),
    ...section('Not as planned', bulletList(view.exceptions)),
    ...section('Left to people', bulletList(view.tasks.map(taskLine))),
    ...section('Owed', bulletList(view.owed.map(owedLine))),
    ...section('Notes', bulletList(view.notes.map(({ at, text }) => `${at} ${text}`))),
    '## What was done',
    ...view.phases.flatMap(({ steps }) => steps.flatMap(evidence)),
    '## Verification',
    `The journal has ${view.entries} entries; its head is \`${view.head}\`. To hold this report against it:`,
    fenced([verifyCommand(view)]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function facts(view: RunView): readonly (readonly string[])[] {
  const end = view.endedAt === null ? 'not ended' : `${view.endedAt}${lasted(view)}`;
  const environment = view.rehearsal?.environment ?? null;
  const rows: [string, string | null][] = [
    ['Run', view.run],
    ['Playbook', view.kind === 'change' ? null : view.playbook],
    ['Mode', view.mode === 'dry-run' ? 'DRY RUN: nothing was changed' : (modeMark(view.mode, environment) ?? 'real')],
    ['Outcome', `${view.status}${view.exitCode === null ? '' : ` (exit code ${view.exitCode})`}`],
    ['Cause', view.failure === null ? null : `${view.failure.step ?? 'run'}: ${view.failure.reason}`],
    ['True at the end', view.mode === 'dry-run' || view.kind === 'change' ? null : truthWords(view.truth)],
    ['Change', changeWords(view)],
    ['Taken back, or being, by run', view.takenBackBy ?? null],
    ['Started by', view.by === null ? null : `${personName(view.by)} on ${view.by.host}`],
    ['Reason', view.reason],
    ['Stopped by', view.stop === null ? null : personName(view.stop.by)],
    ['Began', view.startedAt],
    ['Ended', end],
    ['Time budget', budgetWords(view)],
    ['Plan digest', view.planDigest],
    ['Journal head', view.head],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}

function changeWords({ change }: RunView): string | null {
  const words = Object.entries(change).map(([key, value]) => `${key} ${String(value)}`);
  return words.length === 0 ? null : words.join(', ');
}

function budgetWords({ timeBudget }: RunView): string | null {
  if (timeBudget === null) return null;
  return `${formatDuration(timeBudget.spentMs)} of ${formatDuration(timeBudget.ms)}`;
}

function stepRows(view: RunView): readonly (readonly string[])[] {
  return view.phases.flatMap(({ name, title = name, steps }) =>
    steps.flatMap((step) => {
      if (step.attempts.length === 0) return [[title, step.id, step.owner ?? '', '', statusWords(step), '', '', '']];
      return step.attempts.map((attempt) => [title, step.id, step.owner ?? '', ...attemptCells(attempt, step)]);
    }),
  );
}

function statusWords({ status, reason }: StepView): string {
  return reason === null ? status : `${status}: ${reason}`;
}

/** What became of the step after its last attempt is said where it differs: confirmed, skipped, taken over. */
function attemptCells(attempt: AttemptView, step: StepView): readonly string[] {
  const ended = endedView(attempt);
  const handed = step.status === 'waiting' && step.question === null;
  const outcome =
    ended === null ? (handed ? 'left to a person' : 'in flight') : outcomeWords({ ...ended, durationMs: null });
  const last = step.attempts.at(-1) === attempt;
  const differs =
    last && attempt.outcome !== null && attempt.outcome !== step.status && attempt.outcome !== 'timed-out';
  const took = attempt.durationMs === null ? '' : formatDuration(attempt.durationMs);
  const became = differs ? `; then ${step.status}` : '';
  return [String(attempt.n), `${outcome}${became}`, attempt.startedAt, attempt.endedAt ?? '', took];
}

function hostTable({ phases }: RunView): string {
  const rows = phases.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.hosts ?? []).map((host) => hostCells(step, host))),
  );
  return rows.length === 0 ? '' : table(['Step', 'Host', 'Attempt', 'Outcome', 'Ended (UTC)', 'Took'], rows);
}

function hostCells(
  { id }: StepView,
  { name, outcome, reason, attempt, endedAt, durationMs }: HostView,
): readonly string[] {
  const told = `${outcome ?? 'no end known'}${reason === null ? '' : `: ${reason}`}`;
  return [id, name, String(attempt ?? ''), told, endedAt ?? '', durationMs === null ? '' : formatDuration(durationMs)];
}

function updateTable({ updates = [] }: RunView): string {
  const rows = updates.flatMap(({ name, channel, fallback: other, deliveries }) =>
    deliveries.map(({ fallback, startedAt, outcome, reason }) => {
      const told = `${outcome ?? 'on its way'}${reason === null ? '' : `: ${reason}`}`;
      return [startedAt, name, fallback ? `${other ?? ''} (fallback)` : channel, told];
    }),
  );
  return rows.length === 0 ? '' : table(['When (UTC)', 'Audience', 'Channel', 'Outcome'], rows);
}

function decisionTable({ decisions }: RunView): string {
  if (decisions.length === 0) return '';
  const rows = decisions.map(({ at, verb, step, by, reason }) => [at, personName(by), verb, step ?? '', reason ?? '']);
  return table(['When (UTC)', 'Who', 'Said', 'Step', 'Reason'], rows);
}

function evidence(step: StepView): readonly string[] {
  const lines = step.attempts.flatMap((attempt) => [
    ...attempt.does.map((line) => `attempt ${attempt.n}: ${visible(line)}`),
    ...(attempt.lastWords === null ? [] : programLines(attempt.lastWords).map((line) => `  | ${line}`)),
  ]);
  if (lines.length === 0) return [];
  const name = step.name === step.id ? '' : `: ${step.name}`;
  return [`### ${escaped(step.id + name)}`, fenced(lines)];
}

function section(title: string, body: string): readonly string[] {
  return body === '' ? [] : [`## ${title}`, body];
}

function bulletList(items: readonly string[]): string {
  return items.map((item) => `- ${escaped(item)}`).join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Text that means nothing to Markdown or to the HTML that it may become. */
function escaped(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]|~]/g, '\\$&');
}

/** A fence that nothing inside can close. */
function fenced(lines: readonly string[]): string {
  const runs = lines.join('\n').match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return [`${fence}text`, ...lines, fence].join('\n');
}
