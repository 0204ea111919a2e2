/** Whom the run waits for, what was handed to people, and what is still owed to somebody. */
import type { Question } from '../engine/protocol.ts';
import type { Context, StepState } from '../engine/state.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { rfc3339 } from './clock-time.ts';
import type { History } from './history.ts';
import { endedOf } from './phase-view.ts';
import { outcomeWords } from './words.ts';

export interface WaitView {
  readonly step: string;
  readonly question: Question;
  readonly owner: string | null;
  /** The owner's name and contact, as far as the plan's roles tell. */
  readonly person: string | null;
  readonly since: string;
  /** After this instant it counts as a failure; null without an engine's clock. */
  readonly answerBy: string | null;
  /** What is to be done, or what has gone wrong. */
  readonly about: string | null;
}

export interface TaskView {
  readonly step: string;
  readonly owner: string | null;
  readonly person: string | null;
  readonly instruction: string | null;
  readonly since: string;
}

export interface Owed {
  /** Null where it is not one step's. */
  readonly step: string | null;
  readonly what: string;
}

/** Ids of steps that wait for a person while nothing else is under way. */
export function heldBy(context: Context): readonly string[] {
  if (context.active.length > 0) return [];
  return idsWith(context, 'waiting');
}

export function waitsOf(context: Context, history: History): readonly WaitView[] {
  return idsWith(context, 'waiting').map((id) => {
    const step = context.index.get(id);
    const state = context.steps.get(id);
    const question = state?.question ?? 'confirm';
    return {
      step: id,
      question,
      owner: step?.owner ?? null,
      person: personOf(context, step),
      since: rfc3339(lastTouched(history, id, step)),
      answerBy: state?.answerBy == null ? null : rfc3339(state.answerBy),
      about: question === 'confirm' ? instructionOf(history, id, step) : troubleOf(history, id, state),
    };
  });
}

export function tasksOf(context: Context, history: History): readonly TaskView[] {
  return idsWith(context, 'task').map((id) => {
    const step = context.index.get(id);
    return {
      step: id,
      owner: step?.owner ?? null,
      person: personOf(context, step),
      instruction: instructionOf(history, id, step),
      since: rfc3339(history.touched.get(id) ?? history.lastAt),
    };
  });
}

/** P2: what somebody should have heard and has not, and what the engine left for the next one. */
export function owedOf(context: Context, history: History): readonly Owed[] {
  const left = (history.left?.owed ?? []).map((what) => ({ step: null, what }));
  const untold: Owed[] = [];
  for (const [id, step] of context.index) {
    if (!isMessage(step) || context.parents.has(id)) continue;
    const state = context.steps.get(id);
    const settled = state?.accepted === 'continue' || (context.end !== null && state?.accepted === null);
    const bad = state?.status === 'failed' && settled;
    if (bad || state?.status === 'unknown' || state?.status === 'cancelled') {
      untold.push({ step: id, what: troubleOf(history, id, state) ?? state.status });
    }
  }
  return [...left, ...untold];
}

function isMessage(step: PlannedStep): boolean {
  return ['notify', 'announce', 'escalate'].includes(step.place) && step.action.kind !== 'manual';
}

function idsWith(context: Context, status: StepState['status']): readonly string[] {
  const ids: string[] = [];
  for (const id of context.index.keys()) if (context.steps.get(id)?.status === status) ids.push(id);
  return ids;
}

/** A step whose contingencies failed waits since the last of them. */
function lastTouched(history: History, id: string, step: PlannedStep | undefined): number {
  const family = [id, ...(step?.contingency ?? []).map((other) => other.id)];
  const touched = family.flatMap((member) => history.touched.get(member) ?? []);
  return touched.length === 0 ? history.lastAt : Math.max(...touched);
}

function instructionOf(history: History, id: string, step: PlannedStep | undefined): string | null {
  const done = history.attempts.get(id)?.at(-1)?.does ?? [];
  if (done.length > 0) return done.join(' ');
  return step?.action.kind === 'manual' ? step.action.instruction : null;
}

function troubleOf(history: History, id: string, state: StepState | undefined): string | null {
  const ended = endedOf(history.attempts.get(id)?.at(-1));
  return ended === null ? (state?.reason ?? null) : outcomeWords(ended);
}

export function personOf(context: Pick<Context, 'plan'>, step: Pick<PlannedStep, 'owner'> | undefined): string | null {
  const role = step?.owner == null ? undefined : context.plan.roles[step.owner];
  if (role === undefined) return null;
  const parts = [role.name, role.contact].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}
