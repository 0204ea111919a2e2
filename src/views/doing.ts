/** What a run is doing, or for whom it waits, in one sentence that says the most pressing thing first. */

import { formatDuration } from '../kernel/duration.ts';
import { clockTime, type Zone } from './clock-time.ts';
import { hostsDone } from './hosts-view.ts';
import { personName } from './person-name.ts';
import { endedView, type StepView } from './phase-view.ts';
import type { RunView, Situation } from './run-view.ts';
import { visible } from './visible.ts';
import type { WaitView } from './waiting.ts';
import { attemptWords, outcomeWords } from './words.ts';

export interface Moment {
  /** Ms since the epoch. */
  readonly now: number;
  readonly zone: Zone;
}

export function doingWords(view: Situation, moment: Moment): string {
  const words = unstopped(view, moment);
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}

function unstopped(view: Situation, moment: Moment): string {
  if (view.exitCode !== null) return endWords(view, moment);
  if (view.engine === 'gone') return goneWords(view, moment);
  if (view.engine === 'stopped') return frozenWords(view);
  if (view.paused) return `${pausedWords(view, moment)}${alsoActive(view, moment)}`;
  const [wait] = view.waitingFor;
  if (wait !== undefined) return `${waitWords(wait, moment)}${others(view.waitingFor.length - 1)}`;
  const active = activeSteps(view);
  const purpose = endingWords(view);
  if (active.length === 0) return purpose ?? 'Between two steps';
  return `${purpose === null ? '' : `${purpose}. `}${activeWords(active, moment)}`;
}

function endWords(view: Situation, moment: Moment): string {
  const at = view.endedAt === null ? '' : ` at ${clockTime(view.endedAt, moment.zone, moment.now)}`;
  return `${endName(view)}${at}${lasted(view)} (exit code ${view.exitCode})${cause(view)}`;
}

function endName(view: Situation): string {
  if (view.mode === 'dry-run') return view.exitCode === 0 ? 'Dry run ended' : 'Dry run ended, something is missing,';
  if (view.rehearsal !== null) return rehearsalEnd(view);
  if (view.abandoned) return 'Abandoned';
  const done = view.kind === 'change' ? 'Carried out' : 'Backed out';
  const names: Readonly<Record<string, string>> = {
    succeeded: done,
    'succeeded-with-exceptions': `${done} with exceptions`,
    failed: 'FAILED',
    stopped: 'STOPPED',
  };
  return names[view.status] ?? view.status;
}

function rehearsalEnd({ rehearsal, status, abandoned, exitCode }: Situation): string {
  const what = `Rehearsal in ${visible(rehearsal?.environment ?? '')}`;
  if (abandoned) return `${what} abandoned`;
  if (status !== 'rehearsed') return `${what} ${status === 'rehearsal-failed' ? 'FAILED' : 'STOPPED'}`;
  return exitCode === 0 ? `${what} ended well` : `${what} ended well, with exceptions`;
}

/** ` after 3 min 05 s`; empty while open. */
export function lasted({ startedAt, endedAt }: Pick<RunView, 'startedAt' | 'endedAt'>): string {
  if (startedAt === null || endedAt === null) return '';
  return ` after ${formatDuration(Date.parse(endedAt) - Date.parse(startedAt))}`;
}

function cause({ failure, stop, status }: Situation): string {
  if ((status === 'failed' || status === 'rehearsal-failed') && failure !== null) {
    return failure.step === null ? `: ${visible(failure.reason)}` : `: ${failure.step}: ${visible(failure.reason)}`;
  }
  if ((status !== 'stopped' && status !== 'rehearsal-stopped') || stop === null) return '';
  return ` by ${visible(personName(stop.by))}${stop.reason === null ? '' : `: ${visible(stop.reason)}`}`;
}

function goneWords(view: Situation, moment: Moment): string {
  const [wait] = view.waitingFor;
  const active = activeSteps(view);
  if (wait !== undefined && active.length === 0 && !view.paused) {
    return `Engine gone. ${waitWords({ ...wait, answerBy: null }, moment)}${others(view.waitingFor.length - 1)}`;
  }
  const living = leftOnHosts(view);
  if (living !== null && active.length === 0) {
    const why = view.stop === null ? 'Failed' : `Stopped, as ${visible(personName(view.stop.by))} asked`;
    return `${why}, and not closed: ${living}`;
  }
  const unsent = view.owed.length;
  if (view.stop !== null && unsent > 0 && active.length === 0) {
    const messages = unsent === 1 ? 'one message is' : `${unsent} messages are`;
    return `Stopped, as ${visible(personName(view.stop.by))} asked, and not closed: ${messages} still to be sent`;
  }
  const since = view.lastAt === null ? '' : ` since ${clockTime(view.lastAt, moment.zone, moment.now)} or later`;
  const paused = view.paused ? ', paused' : '';
  return `Engine gone${paused}: nothing drives this run${since}; ${leftWords(active)}`;
}

/** `deploy may still run on web02`, as the engine that left said it; null where nothing is left on a host. */
function leftOnHosts({ owed }: Situation): string | null {
  const named = owed.flatMap(({ what }) => /^\S+ may still run on [^:]+/.exec(what)?.[0] ?? []);
  return named.length === 0 ? null : named.map(visible).join('; ');
}

/** A step that was between two attempts had no process: nothing of it goes on by itself. */
function leftWords(active: readonly StepView[]): string {
  const named = (status: StepView['status']) => active.filter((step) => step.status === status).map(({ id }) => id);
  const [running, retrying] = [named('running'), named('retrying')];
  const parts = [
    ...(running.length === 0 ? [] : [`${running.join(', ')} may still be running by itself`]),
    ...(retrying.length === 0 ? [] : [`${retrying.join(', ')} had failed and was to be tried again`]),
  ];
  return parts.length === 0 ? 'nothing was in flight' : parts.join('; ');
}

function frozenWords(view: Situation): string {
  const active = activeSteps(view)
    .filter(({ status }) => status === 'running')
    .map(({ id }) => id);
  const beside = active.length === 0 ? '' : `; ${active.join(', ')} may go on by itself`;
  return `Engine stopped (SIGSTOP): process ${view.enginePid ?? 'unknown'} holds this run and does not move${beside}`;
}

function pausedWords(view: Situation, { now, zone }: Moment): string {
  const pause = view.decisions.findLast(({ verb }) => verb === 'pause');
  if (pause === undefined) return 'Paused';
  return `Paused since ${clockTime(pause.at, zone, now)} by ${visible(personName(pause.by))}`;
}

function alsoActive(view: Situation, moment: Moment): string {
  const active = activeSteps(view);
  return active.length === 0 ? '' : `. ${activeWords(active, moment)}`;
}

/** `Waiting since 14:03:20 (until 14:33:20) for dba (Maria Keller, +41 …): restore-db failed: exit code 3 after 12.4 s`. */
export function waitWords(wait: WaitView, { now, zone }: Moment): string {
  const who = wait.owner === null ? 'a person' : visible(wait.owner);
  const person = wait.person === null ? '' : ` (${visible(wait.person)})`;
  const about = wait.about === null ? '' : wait.question === 'confirm' ? `: ${visible(wait.about)}` : aboutStep(wait);
  const until = wait.answerBy === null ? '' : ` (until ${clockTime(wait.answerBy, zone, now)})`;
  return `Waiting since ${clockTime(wait.since, zone, now)}${until} for ${who}${person}: ${wait.step}${about}`;
}

function aboutStep({ about }: WaitView): string {
  if (about === null) return '';
  return about.startsWith('its end') ? `: ${visible(about)}` : ` ${visible(about)}`;
}

function others(count: number): string {
  return count <= 0 ? '' : `; and for ${count} more`;
}

function endingWords(view: Situation): string | null {
  if (view.stop !== null) return `Stopping, as ${visible(personName(view.stop.by))} asked`;
  if (view.failure === null) return null;
  return `Ending as failed${view.failure.step === null ? '' : ` (${view.failure.step})`}`;
}

export function activeSteps(view: Pick<RunView, 'phases'>): readonly StepView[] {
  return view.phases.flatMap(({ steps }) =>
    steps.filter(({ status }) => status === 'running' || status === 'retrying'),
  );
}

function activeWords(active: readonly StepView[], moment: Moment): string {
  const [first] = active;
  if (first === undefined) return '';
  const more = active.length === 1 ? '' : `; beside it ${beside(active.slice(1))}`;
  if (first.status === 'retrying') return `${retryWords(first, moment)}${more}`;
  const details = [first.owner === null ? null : `owner ${visible(first.owner)}`, tryWords(first)].filter(
    (detail) => detail !== null,
  );
  const shown = details.length === 0 ? '' : ` (${details.join(', ')})`;
  const elapsed = elapsedMs(first, moment.now);
  return `Running ${first.id}${shown}${elapsed === null ? '' : ` for ${formatDuration(elapsed)}`}${more}`;
}

function beside(steps: readonly StepView[]): string {
  const named = steps
    .slice(0, 3)
    .map(({ id }) => id)
    .join(', ');
  return steps.length > 3 ? `${named} and ${steps.length - 3} more` : named;
}

function retryWords(step: StepView, { now }: Moment): string {
  const ended = lastEnded(step);
  const trouble = ended === null ? '' : ` (${outcomeWords(ended)})`;
  return `Retrying ${step.id}${trouble}: ${againIn(step, now)}`;
}

/** `attempt 3 of 3 in 5.0 s`. */
export function againIn(step: StepView, now: number): string {
  const { used, of } = step.tries;
  const next = attemptWords((step.attempts.at(-1)?.n ?? 0) + 1, used + 1, of) ?? 'next attempt';
  const wait = step.retryAt === null ? 0 : Date.parse(step.retryAt) - now;
  return wait <= 0 ? `${next} is due` : `${next} in ${formatDuration(wait)}`;
}

export function tryWords(step: StepView): string | null {
  const tries = attemptWords(step.attempts.at(-1)?.n ?? 1, Math.max(1, step.tries.used), step.tries.of);
  const words = [hostsDone(step.hosts), tries].filter((word) => word !== null);
  return words.length === 0 ? null : words.join(', ');
}

/** How long the attempt in flight has taken; null when none is. */
export function elapsedMs(step: StepView, now: number): number | null {
  const last = step.attempts.at(-1);
  return last === undefined || last.outcome !== null ? null : Math.max(0, now - Date.parse(last.startedAt));
}

export function lastEnded(step: StepView) {
  const last = step.attempts.at(-1);
  return last === undefined ? null : endedView(last);
}
