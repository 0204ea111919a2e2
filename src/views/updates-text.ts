/** The regular updates in words: in `status`, `plan`, the live picture and the plain lines of a run. */
import type { RunEvent } from '../engine/protocol.ts';
import type { Context } from '../engine/state.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { clockTime, type Zone } from './clock-time.ts';
import type { RunView } from './run-view.ts';
import { channelOf, type UpdateView } from './updates-view.ts';
import { visible } from './visible.ts';

interface Moment {
  readonly now: number;
  readonly zone: Zone;
}

/** A line for each audience, and one that says what keeps them from coming. */
export function updateLines(
  view: Pick<RunView, 'updates' | 'engine' | 'mode' | 'run'>,
  moment: Moment,
): readonly string[] {
  const { updates = [], engine, mode } = view;
  if (mode === 'dry-run') return [];
  const shown = updates.filter(({ everyMs, deliveries }) => everyMs !== null || deliveries.length > 0);
  const silent = engine === 'gone' ? [noEngine(view.run)] : engine === 'stopped' ? [frozen] : [];
  return updates.length === 0 ? [] : [...shown.map((update) => updateLine(update, moment, engine)), ...silent];
}

const noEngine = (run: string): string => `No updates are sent while no engine runs: backout resume ${run} --wait`;
const frozen = 'No updates are sent while the engine is stopped.';

function updateLine(update: UpdateView, moment: Moment, engine: RunView['engine']): string {
  const every = update.everyMs === null ? '' : ` (${update.channel}, every ${formatDuration(update.everyMs)})`;
  const parts = [lastWords(update, moment), ...nextWords(update, moment, engine), ...troubleWords(update, moment)];
  return `${visible(update.name)}${every}: ${parts.join('; ')}`;
}

function lastWords({ lastSentAt, sent, everyMs }: UpdateView, { zone, now }: Moment): string {
  if (lastSentAt === null) return everyMs === null ? 'not told' : 'none sent yet';
  const times = sent === 1 ? 'once' : `${sent} times`;
  return `told ${times}, last at ${clockTime(lastSentAt, zone, now)}`;
}

function nextWords(update: UpdateView, { zone, now }: Moment, engine: RunView['engine']): readonly string[] {
  if (update.sending) return [engine === 'gone' ? 'one was on its way' : 'one is on its way'];
  if (update.nextDueAt === null || update.everyMs === null || engine !== 'alive') return [];
  return [`next at ${clockTime(update.nextDueAt, zone, now)}`];
}

function troubleWords(update: UpdateView, { zone, now }: Moment): readonly string[] {
  const { missed, missedInARow, byFallback, trouble, contact, fallback } = update;
  const last = trouble === null ? '' : `, the last at ${clockTime(trouble.at, zone, now)}: ${visible(trouble.reason)}`;
  const call = contact === null ? '' : ` (reach them: ${visible(contact)})`;
  if (missedInARow > 0) return [`NOT REACHED, ${missed} missed${call}${last}`];
  if (missed > 0) return [`${missed} missed${last}`];
  return byFallback === 0 ? [] : [`${byFallback} by the fallback (${fallback ?? ''})${last}`];
}

/** In the live picture: the next word, and who was not reached. Empty where the plan has no updates. */
export function updateSummary(view: Pick<RunView, 'updates' | 'mode'>, { zone, now }: Moment): string | null {
  const { updates = [], mode } = view;
  if (mode === 'dry-run') return null;
  const unreached = updates.filter(({ missedInARow }) => missedInARow > 0).map(({ name }) => visible(name));
  const dues = updates.flatMap(({ nextDueAt, everyMs }) => (nextDueAt === null || everyMs === null ? [] : [nextDueAt]));
  const next = dues.toSorted()[0];
  const parts = [
    ...(unreached.length === 0 ? [] : [`NOT REACHED: ${unreached.join(', ')}`]),
    ...(next === undefined ? [] : [`the next at ${clockTime(next, zone, now)}`]),
  ];
  return parts.length === 0 ? null : `Updates: ${parts.join('; ')}`;
}

type AttemptEvent = Extract<RunEvent, { readonly attempt: number }>;

/** One line where an audience was told or missed, or its channel failed; the rest tells a reader nothing. */
export function updateSentence(event: AttemptEvent, context: Context): string | null | undefined {
  const step = context.index.get(event.step);
  if (step?.place !== 'updates' || context.mode === 'dry-run') return undefined;
  if (event.type === 'step.started') return null;
  const parent = context.parents.get(event.step);
  const head = context.index.get(parent ?? event.step);
  const who = visible(head?.audience?.name ?? 'the speaker');
  if (event.type === 'step.cancelled') return `the update to ${who} by ${channelOf(step)} is given up: the run ends`;
  if (event.type !== 'step.succeeded') return 'end' in event ? failedWords(step, who, event.end.reason) : undefined;
  return `${who} told by ${channelOf(step)}${parent === undefined ? '' : ', the fallback'}`;
}

/** The next is due, and the last is still on its way: once for each, as it counts as missed. */
export function overdueSentence(timer: string, context: Context): string | null {
  const step = timer.startsWith('overdue:') ? context.index.get(timer.slice('overdue:'.length)) : undefined;
  if (step?.audience === undefined) return null;
  return `the update to ${visible(step.audience.name)} is missed: the one before is still on its way by ${channelOf(step)}`;
}

function failedWords(step: PlannedStep, who: string, reason: string | null): string {
  return `${who} not told by ${channelOf(step)}: ${visible(reason ?? 'it failed')}`;
}

/** In `backout plan`. Empty where the plan has no updates. */
export function communicationLines({ updates, roles }: Plan): readonly string[] {
  if (updates === undefined) return [];
  const role = updates.speaker === null ? undefined : roles[updates.speaker];
  const person = [role?.name, role?.contact].filter((part) => part != null).join(', ');
  const speaker =
    updates.speaker === null ? 'no speaker named' : `${updates.speaker} speaks${person === '' ? '' : ` (${person})`}`;
  return [visible(`Impact ${updates.impact}; ${speaker}.`), ...updates.steps.map(channelLine)];
}

function channelLine({ audience, contingency, action }: PlannedStep): string {
  const channel = action.kind === 'adapter' ? action.adapter : action.kind;
  const [fallback] = contingency;
  const other = fallback === undefined ? 'no fallback' : `else by ${channelOf(fallback)}`;
  if (audience === undefined) return `When an update was not delivered: the speaker, by ${channel}`;
  const contact = audience.contact === null ? '' : `, ${audience.contact}`;
  return visible(
    `${audience.name}${contact}: every ${formatDuration(audience.everyMs)} by ${channel}, ${other}; first after that time`,
  );
}
