/** What a regular update says of the run, in plain words; and what is said of updates that were not delivered. Pure. */
import { formatDuration } from '../kernel/duration.ts';
import { type Phase, type PlannedStep, phases } from '../plan/plan.ts';
import { activeSteps } from './place-over.ts';
import { type Context, isOver, stepState } from './state.ts';
import type { UpdateState } from './update-state.ts';

/** `04:30 UTC`; with the day where that is not the day of `now`. */
export function instantWords(at: number, now: number): string {
  const [day, time] = new Date(at).toISOString().split('T');
  const sameDay = new Date(now).toISOString().startsWith(`${day}T`);
  return `${sameDay ? '' : `${day} `}${time?.slice(0, 5)} UTC`;
}

const doings: Readonly<Record<Phase, string>> = {
  notify: 'telling that it has begun',
  'disable-access': 'closing access',
  restore: 'restoring',
  'health-checks': 'health checks',
  'enable-access': 'opening access',
  announce: 'telling how it ended',
};

/** What is going on now: who is awaited, or which steps run since when. */
export function doingNow(context: Context): string {
  const running = activeSteps(context).map((id) => activeWords(context, id));
  const waiting = [...context.steps.entries()].flatMap(([id, { status }]) =>
    status === 'waiting' ? [waitingWords(context, id)] : [],
  );
  const parts = [...endingWords(context), ...(context.paused ? ['paused by a person'] : []), ...waiting, ...running];
  return parts.length === 0 ? 'between two steps' : parts.join('; ');
}

function endingWords({ failure, stop }: Context): readonly string[] {
  if (stop !== null) return ['a person has stopped the backout'];
  if (failure === null) return [];
  return [`the backout has failed${failure.step === null ? '' : ` (${failure.step})`}: ${failure.reason}`];
}

function activeWords(context: Context, id: string): string {
  const { status, begunAt, reason } = stepState(context, id);
  const name = nameOf(context, id);
  if (status === 'retrying') return `${name} failed and is tried again${reason === null ? '' : ` (${reason})`}`;
  if (begunAt === null || status === 'starting') return `${name} begins`;
  const since = instantWords(begunAt, context.now);
  return `${name} has been running since ${since}, for ${formatDuration(context.now - begunAt)}`;
}

function waitingWords(context: Context, id: string): string {
  const step = context.index.get(id);
  const { answerBy, begunAt, question, reason } = stepState(context, id);
  // Each engine gives a wait its full time again; who is only asked has been so since it was begun.
  const asked = question === 'confirm' ? begunAt : (answerBy ?? 0) - (step?.answerWithinMs ?? 0);
  const since = asked === null || answerBy === null ? '' : ` since ${instantWords(asked, context.now)}`;
  const why =
    question === 'confirm' ? 'is for a person to do' : `needs a decision${reason === null ? '' : ` (${reason})`}`;
  return `waiting for ${whoOf(context, step)}${since}: ${nameOf(context, id)} ${why}`;
}

function whoOf({ plan }: Context, step: PlannedStep | undefined): string {
  const owner = step?.owner ?? null;
  if (owner === null) return 'a person';
  const { name, contact } = plan.roles[owner] ?? { name: null, contact: null };
  const known = [name, contact].filter((part) => part !== null);
  return known.length === 0 ? owner : `${owner} (${known.join(', ')})`;
}

/** `restore-db`, or `restore-db (Restore the database)`. */
function nameOf({ index }: Context, id: string): string {
  const name = index.get(id)?.name ?? id;
  return name === id ? id : `${id} (${name})`;
}

/** What is done, in a line: `closing access 2 of 2, restoring 1 of 3`. */
export function doneSoFar(context: Context): string {
  const parts = phases.flatMap((phase) => {
    const steps = stepsIn(context, phase);
    const done = steps.filter((id) => hasWorked(context, id)).length;
    return done === 0 ? [] : [`${doings[phase]} ${done} of ${steps.length}`];
  });
  return parts.length === 0 ? 'nothing yet' : parts.join(', ');
}

function stepsIn(context: Context, phase: Phase): readonly string[] {
  const ids = context.plan.phases[phase].steps.map(({ id }) => id);
  return ids.filter((id) => stepState(context, id).status !== 'excluded');
}

function hasWorked(context: Context, id: string): boolean {
  const { status, accepted } = stepState(context, id);
  return status === 'succeeded' || status === 'task' || status === 'simulated' || accepted === 'contingency';
}

/** What comes next, as the plan has it. */
export function nextAfterThis(context: Context): string {
  if (context.failure !== null || context.stop !== null)
    return 'nothing more is done by itself; access stays as it is until people decide';
  const upcoming = phases.flatMap((phase) => phaseAhead(context, phase));
  const path = upcoming.length === 0 ? 'it ends' : upcoming.join(', then ');
  if (context.paused) return `when it is resumed: ${path}`;
  const waits = context.steps.values().some(({ status }) => status === 'waiting');
  return waits ? `when that is answered: ${path}` : path;
}

function phaseAhead(context: Context, phase: Phase): readonly string[] {
  const pending = stepsIn(context, phase).filter((id) => stepState(context, id).status === 'pending');
  const [first] = pending;
  if (first === undefined) return [];
  const begun = stepsIn(context, phase).some((id) => isOver(stepState(context, id)));
  return [phase === context.place && begun ? nameOf(context, first) : doings[phase]];
}

/** The updates that were missed of late, for the word to the speaker; empty where there are none. */
export function missedNow(context: Context): string {
  const lines = [...context.updates].flatMap(([id, update]) =>
    update.missedInARow === 0 ? [] : [`${audienceName(context, id)}: not reached${troubleOf(context, update)}`],
  );
  return lines.join('\n');
}

function troubleOf({ now }: Context, { trouble }: UpdateState): string {
  return trouble === null ? '' : ` at ${instantWords(trouble.at, now)}: ${trouble.reason}`;
}

export function audienceName({ index }: Context, id: string): string {
  return index.get(id)?.audience?.name ?? 'the speaker';
}

/** Lines for the end of the run: what audiences did not hear, or only by their fallback. */
export function updateExceptions(context: Context): readonly string[] {
  return [...context.updates].flatMap(([id, update]) => {
    const { sent, missed, byFallback } = update;
    const tried = sent + missed;
    const which = context.index.get(id)?.audience === undefined ? 'alerts of a missed update' : 'updates';
    const last = troubleOf(context, update);
    if (missed > 0) return [`${id}: ${missed} of ${tried} ${which} not delivered, the last${last}`];
    return byFallback > 0 ? [`${id}: ${byFallback} of ${tried} ${which} went by the fallback, the last${last}`] : [];
  });
}
