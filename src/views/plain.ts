/**
 * A run off a terminal: one plain line an event, to be read in a CI log; the program's last words under a failure, and
 * under a question the commands that answer it. Pure: text from an event and the state that it led to.
 */
import type { AttemptEnd, Decision, HostEnd, RunEnd, RunEvent } from '../engine/protocol.ts';
import type { Context } from '../engine/state.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { Observer } from '../ports/effects.ts';
import { clockTime, type Zone } from './clock-time.ts';
import { modeMark } from './mode-words.ts';
import { personName } from './person-name.ts';
import { unclosedWords } from './unclosed.ts';
import { overdueSentence, updateSentence } from './updates-text.ts';
import { programLines, visible } from './visible.ts';
import { displayWidth } from './width.ts';
import { attemptWords, type Ended, hostWords, outcomeWords, truthWords } from './words.ts';

export interface PlainOptions {
  readonly zone: Zone;
}

/** Writes each batch of entries as soon as it is recorded. */
export function createPlain(write: (text: string) => void, options: PlainOptions): Observer {
  return {
    recorded(entries, context) {
      const lines = plainLines(
        entries.map(({ event }) => event),
        context,
        options,
      );
      if (lines.length > 0) write(`${lines.join('\n')}\n`);
    },
  };
}

/** Lines for events that were recorded together; `context` is the state after the last of them. */
export function plainLines(events: readonly RunEvent[], context: Context, options: PlainOptions): readonly string[] {
  return events.flatMap((event, index) => {
    const later = events.slice(index + 1).flatMap((other) => concerned(other, context));
    const ids = concerned(event, context).filter((id) => !later.includes(id));
    return [...eventLines(event, context, options), ...ids.flatMap((id) => question(id, context))];
  });
}

/** The step that an event is about, and the one that it stands in for. */
function concerned(event: RunEvent, context: Context): readonly string[] {
  if (!('step' in event)) return [];
  const parent = context.parents.get(event.step);
  return parent === undefined ? [event.step] : [event.step, parent];
}

/** The event's line, and the program's last words under it. Empty for events that tell a reader nothing. */
export function eventLines(event: RunEvent, context: Context, { zone }: PlainOptions): readonly string[] {
  const sentence = eventSentence(event, context);
  if (sentence === null) return [];
  const mode = modeMark(context.mode, null);
  const mark = mode === null ? '' : ` ${mode}`;
  const subject = 'step' in event ? event.step : 'run';
  const head = `${clockTime(event.at, zone)}${mark} ${subject}${' '.repeat(Math.max(0, 11 - displayWidth(subject)))}`;
  return [`${head}  ${sentence}`, ...lastWords(event)];
}

function lastWords(event: RunEvent): readonly string[] {
  const bad = ['step.failed', 'step.timed-out', 'step.unknown', 'step.cancelled'].includes(event.type);
  if (!bad || !('end' in event) || typeof event.end === 'string' || event.end.lastWords === null) return [];
  return programLines(event.end.lastWords).map((line) => `           | ${line}`);
}

function beganSentence(event: Extract<RunEvent, { readonly type: 'run.began' }>, { plan }: Context): string {
  const where = plan.rehearsal === undefined ? '' : `, rehearsed in ${visible(plan.rehearsal.environment)},`;
  const who = `by ${visible(personName(event.by))}`;
  const unclosed = unclosedWords(plan);
  const so = unclosed === undefined ? '' : `; ${visible(unclosed)}`;
  return `${visible(event.playbook)} on ${visible(event.system)}${where} began: run ${event.run}, ${who}${so}`;
}

/** One sentence, without the step's name and without a full stop; null where there is nothing to say. */
export function eventSentence(event: RunEvent, context: Context): string | null {
  if ('attempt' in event) return attemptSentence(event, context);
  if (isDecision(event)) return decisionSentence(event);
  switch (event.type) {
    case 'run.began':
      return beganSentence(event, context);
    case 'engine.attached':
      return [`taken up again by ${personName(event.by)}`, ...event.notes].map(visible).join('; ');
    case 'engine.left':
      return leftSentence(event);
    case 'step.excluded':
      return `left out: ${visible(event.because)}`;
    case 'deadline.extended':
      return `given more time by ${visible(personName(event.by))}: until ${new Date(event.deadline).toISOString()}`;
    case 'budget.spent':
      return `${event.percent} % of the time budget is spent`;
    case 'disk.filled':
      return visible(event.detail);
    case 'run.ended':
      return `ended: ${endWords(event.end, context)} (exit code ${event.exitCode})${trueAtEnd(event, context)}`;
    case 'timer.fired':
      return event.timer === 'notify-hold' ? notHeldWords : overdueSentence(event.timer, context);
  }
}

/** P10: a rehearsal backs nothing out. */
function endWords(end: RunEnd, { mode }: Pick<Context, 'mode'>): string {
  return mode === 'rehearsal' ? end.replace('succeeded', 'rehearsed') : end;
}

const notHeldWords = 'goes on; messages are still being sent beside it';

/** A change does not know what a backout proves. */
function trueAtEnd({ truth }: Extract<RunEvent, { type: 'run.ended' }>, { plan }: Context): string {
  return plan.kind === 'change' ? '' : `; ${truthWords(truth)}`;
}

function isDecision(event: RunEvent): event is RunEvent & Decision {
  return event.type.startsWith('decision.');
}

function decisionSentence(event: RunEvent & Decision): string {
  const reason = event.reason === null ? '' : `: ${visible(event.reason)}`;
  return `${visible(personName(event.by))} said ${event.type.slice('decision.'.length)}${reason}`;
}

function leftSentence({ reason, owed }: Extract<RunEvent, { type: 'engine.left' }>): string {
  const why = {
    waiting: 'left waiting for a person',
    signal: 'left by a signal',
    fault: 'left after a fault of our own',
  };
  return `${why[reason]}${owed.length === 0 ? '' : `; owed: ${owed.map(visible).join('; ')}`}`;
}

function attemptSentence(event: Extract<RunEvent, { attempt: number }>, context: Context): string | null {
  const update = updateSentence(event, context);
  if (update !== undefined) return update;
  const counted = countWords(event, context);
  switch (event.type) {
    case 'step.started':
      return context.mode === 'dry-run' ? wouldDo(event.does) : `started${counted}${doesWords(event.does)}`;
    case 'step.performed':
      return `done after ${formatDuration(event.end.durationMs)}; being verified`;
    case 'step.hosts-ended':
      return hostsSentence(event.hosts);
    case 'step.probed':
      return `probed: ${event.answer}: ${visible(event.detail)}`;
    default:
      return `${outcomeWords(endedEvent(event))}${counted}${again(event, context)}`;
  }
}

const doesWords = (does: readonly string[]): string => (does.length === 0 ? '' : `: ${visible(does.join('; '))}`);

/** P10: in a dry run nothing is started, and nothing tried more than once. */
const wouldDo = (does: readonly string[]): string =>
  does.length === 0 ? 'being checked' : `would do${doesWords(does)}`;

/** Those that succeeded are counted; every other one is named. */
function hostsSentence(hosts: readonly HostEnd[]): string {
  const good = hosts.filter(({ outcome }) => outcome === 'succeeded').map(({ host }) => visible(host));
  const named = good.length > 3 ? `${good.length} hosts succeeded` : `succeeded on ${good.join(', ')}`;
  const bad = hosts.filter(({ outcome }) => outcome !== 'succeeded');
  return [...(good.length === 0 ? [] : [named]), ...bad.map(hostWords)].join('; ');
}

type EndEvent = Extract<RunEvent, { end: AttemptEnd; attempt: number }>;

function endedEvent(event: Exclude<EndEvent, { type: 'step.performed' }>): Ended {
  return {
    ...event.end,
    outcome: outcomeOf(event.type),
    class: event.type === 'step.failed' ? event.class : null,
    survivors: event.type === 'step.unknown' ? event.survivors : [],
    uncovered: event.type === 'step.simulated' ? event.uncovered : null,
  };
}

function outcomeOf(type: Exclude<EndEvent['type'], 'step.performed'>): Ended['outcome'] {
  const outcomes = {
    'step.succeeded': 'succeeded',
    'step.failed': 'failed',
    'step.timed-out': 'timed-out',
    'step.cancelled': 'cancelled',
    'step.unknown': 'unknown',
    'step.simulated': 'simulated',
  } as const;
  return outcomes[type];
}

function countWords(event: Extract<RunEvent, { attempt: number }>, context: Context): string {
  if (event.type === 'step.succeeded' && event.attempt === 1) return '';
  const tries = context.steps.get(event.step)?.tries ?? event.attempt;
  const words = attemptWords(event.attempt, tries, context.index.get(event.step)?.retry.attempts ?? 1);
  return words === null ? '' : ` (${words})`;
}

function again(event: RunEvent & { readonly step: string }, context: Context): string {
  const state = context.steps.get(event.step);
  if (state?.status !== 'retrying' || state.retryAt === null || !('attempt' in event)) return '';
  if (state.attempt !== event.attempt) return '';
  return `; again in ${formatDuration(Math.max(0, state.retryAt - event.at))}`;
}

function question(id: string, context: Context): readonly string[] {
  const state = context.steps.get(id);
  if (state?.status !== 'waiting' || state.question === null) return [];
  const owner = context.index.get(id)?.owner ?? 'a person';
  const retry = `backout retry ${context.run} ${id}`;
  const confirm = `backout confirm ${context.run} ${id}`;
  const answers = { confirm, failed: retry, unknown: `${confirm} (it is done), or ${retry} (do it again)` };
  return [`           waits for ${visible(owner)}: ${answers[state.question]}`];
}
