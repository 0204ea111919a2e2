/** The regular updates as the run view shows them: who heard when, who hears next, who was not reached. */
import type { Context } from '../engine/state.ts';
import { idle } from '../engine/update-state.ts';
import { nextUpdateOf } from '../engine/updates.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { AttemptOutcome } from './attempt-record.ts';
import { rfc3339 } from './clock-time.ts';
import type { History } from './history.ts';

export interface UpdateView {
  /** Of the step that sends it. */
  readonly id: string;
  /** The audience, for people. */
  readonly name: string;
  readonly contact: string | null;
  /** Null for the word to the speaker, which is sent when an update was missed. */
  readonly everyMs: number | null;
  readonly channel: string;
  readonly fallback: string | null;
  readonly sent: number;
  readonly byFallback: number;
  readonly missed: number;
  /** Since the last one that was sent. */
  readonly missedInARow: number;
  readonly lastSentAt: string | null;
  /** Null where none is to come: the run has ended. While no engine runs it is not sent. */
  readonly nextDueAt: string | null;
  /** One is on its way. */
  readonly sending: boolean;
  /** The last that was missed, or went by the fallback. */
  readonly trouble: { readonly at: string; readonly reason: string } | null;
  readonly deliveries: readonly Delivery[];
}

/** One try. */
export interface Delivery {
  readonly attempt: number;
  readonly fallback: boolean;
  readonly startedAt: string;
  /** Null while it is on its way. */
  readonly outcome: AttemptOutcome | null;
  readonly reason: string | null;
}

/** Undefined where the plan has none. */
export function updateViews(context: Context, history: History): readonly UpdateView[] | undefined {
  return context.plan.updates?.steps.map((step) => updateView(step, context, history));
}

function updateView(step: PlannedStep, context: Context, history: History): UpdateView {
  const state = context.updates.get(step.id) ?? idle;
  const { sent, byFallback, missed, missedInARow, sending } = state;
  const [fallback] = step.contingency;
  const isOver = context.end !== null || context.updatesOver;
  return {
    id: step.id,
    name: step.audience?.name ?? 'the speaker',
    contact: step.audience?.contact ?? null,
    everyMs: step.audience?.everyMs ?? null,
    channel: channelOf(step),
    fallback: fallback === undefined ? null : channelOf(fallback),
    ...{ sent, byFallback, missed, missedInARow },
    lastSentAt: instant(state.lastSent),
    nextDueAt: isOver ? null : instant(nextOf(step, context)),
    sending,
    trouble: state.trouble === null ? null : { ...state.trouble, at: rfc3339(state.trouble.at) },
    deliveries: deliveriesOf(step, history),
  };
}

/** While one is on its way, the one after it. */
function nextOf({ id, audience }: PlannedStep, context: Context): number | null {
  const { sending, due } = context.updates.get(id) ?? idle;
  return sending && audience !== undefined ? nextUpdateOf(context, id) : due;
}

function deliveriesOf(step: PlannedStep, history: History): readonly Delivery[] {
  return [step, ...step.contingency]
    .flatMap((part) =>
      (history.attempts.get(part.id) ?? []).map(({ n, startedAt, outcome, end }) => ({
        attempt: n,
        fallback: part !== step,
        startedAt: rfc3339(startedAt),
        outcome,
        reason: end?.reason ?? null,
      })),
    )
    .toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

export function channelOf({ action }: PlannedStep): string {
  return action.kind === 'adapter' ? action.adapter : action.kind;
}

function instant(at: number | null): string | null {
  return at === null ? null : rfc3339(at);
}
