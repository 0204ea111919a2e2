/**
 * The one machine that every backout runs through, whatever its plan: the six phases in their order, and beside them
 * paused, stopping, escalating, owing, settling and ended. The plan is in the context. It performs nothing and knows no clock: each
 * entered state and each event only adds commands (the action `issue`, whose parameters are the command itself).
 *
 * Owns: in which order phases follow each other, and what may interrupt them (P1, P2).
 * Does not own: what an event makes of a step (absorb.ts), which steps are due (start.ts).
 */
import { setup } from 'xstate';
import { type Phase, type Place, phases } from '../plan/plan.ts';
import { absorb, accepts } from './absorb.ts';
import { Draft } from './draft.ts';
import { closing, leaving } from './ending.ts';
import { failRun } from './failure.ts';
import { gateOpen, lapsedChecks, maxLapses, someLapsed } from './gate.ts';
import { forgetSuccesses } from './hosts.ts';
import { activeUpdates, isAllTold, isEscalated, isOwing, isPlaceOver, isQuiet } from './place-over.ts';
import type { Command, RunEvent } from './protocol.ts';
import { dueOf, roomIn, startDue } from './start.ts';
import type { Context } from './state.ts';
import { endUpdates } from './updates.ts';

const types = {} as { context: Context; events: RunEvent };
/** Evaluated at every transition by XState, so it is as small as can be; the driver starts from `contextOf(plan)`. */
const blank = {} as Context;
const notifyHoldMs = 10_000;

const engine = setup({
  types,
  /** The command stands in the action's parameters; whoever called `transition` performs it. */
  actions: { issue: (_, _command: Command) => {} },
  guards: {
    heard: ({ context, event }) => accepts(context, event),
    isOver: ({ context }, place: Phase) => isPlaceOver(context, place) && !isInterrupted(context),
    gateOpens: ({ context }) =>
      isPlaceOver(context, 'health-checks') && !isInterrupted(context) && (gateOpen(context) || !opensAccess(context)),
    healthLapsed: ({ context }) => !isInterrupted(context) && isHealthStale(context) && isOpeningDue(context),
    reopensEarlier: ({ context }, place: Phase) => !isPlaceOver(context, place) && !isInterrupted(context),
    allTold: ({ context }) => isAllTold(context) && !isInterrupted(context),
    interrupted: ({ context }) => isInterrupted(context),
    paused: ({ context }) => context.paused,
    resumed: ({ context }) => !context.paused,
    quiet: ({ context }) => isQuiet(context),
    escalated: ({ context }) => isEscalated(context),
    owing: ({ context }) => isEscalated(context) && isOwing(context),
    calledAgain: ({ context }) => !isOwing(context),
    updatesEnded: ({ context }) => activeUpdates(context).length === 0,
    closed: ({ context }) => context.end !== null,
    reopened: ({ context }) => context.end === null,
  },
});

/** Work on the context; then what changed is assigned and what is to be done is issued. */
const enact = (work: (draft: Draft, event: RunEvent) => void) =>
  engine.enqueueActions(({ context, event, enqueue }) => {
    const draft = new Draft(context);
    work(draft, event);
    enqueue.assign(draft.context);
    for (const command of draft.commands) enqueue({ type: 'issue', params: command });
  });

const enter = (place: Place) =>
  enact((draft) => {
    draft.set({ place });
    if (place === 'notify') holdForNotify(draft);
    startDue(draft);
  });

/** P2: telling holds the next phase for a moment, not longer; neither a pause nor another engine makes it longer. */
function holdForNotify(draft: Draft): void {
  const { notifyHold, notifyReleased, now } = draft.context;
  if (notifyReleased || draft.phase('notify').steps.length === 0) return;
  const due = notifyHold ?? now + notifyHoldMs;
  draft.set({ notifyHold: due });
  draft.issue({ do: 'arm', timer: 'notify-hold', due });
}

function endHold(draft: Draft): void {
  if (draft.context.notifyHold !== null) draft.issue({ do: 'disarm', timer: 'notify-hold' });
}

/** The checks whose pass has lapsed run again; checks that can never be fresh together end the run. */
function lapse(draft: Draft): void {
  for (const id of lapsedChecks(draft.context)) {
    const lapses = draft.step(id).lapses + 1;
    if (lapses > maxLapses) {
      return failRun(draft, id, `${id} has lapsed ${maxLapses} times: the checks take longer than validFor allows`);
    }
    const step = draft.planned(id);
    if (step !== undefined) forgetSuccesses(draft, step);
    draft.patch(id, { status: 'pending', tries: 0, lapses, reason: 'its pass has lapsed' });
  }
}

function settle(draft: Draft): void {
  draft.set({ settledAt: draft.context.now });
  endUpdates(draft);
}

const hear = { guard: 'heard', actions: enact(absorb) } as const;

export const machine = engine.createMachine({
  id: 'backout',
  context: blank,
  initial: 'planned',
  states: {
    planned: { on: { 'run.began': { target: 'backingOut', ...hear } } },
    backingOut: {
      initial: 'notify',
      on: { '*': hear },
      always: [
        { guard: 'interrupted', target: 'stopping' },
        { guard: 'paused', target: 'paused' },
      ],
      states: {
        notify: {
          entry: enter('notify'),
          exit: enact(endHold),
          always: { guard: { type: 'isOver', params: 'notify' }, target: 'disable-access' },
        },
        'disable-access': {
          entry: enter('disable-access'),
          always: { guard: { type: 'isOver', params: 'disable-access' }, target: 'restore' },
        },
        restore: {
          entry: enter('restore'),
          always: [...earlier('restore'), { guard: { type: 'isOver', params: 'restore' }, target: 'health-checks' }],
        },
        'health-checks': {
          entry: [enact(lapse), enter('health-checks')],
          always: [
            ...earlier('health-checks'),
            { guard: 'healthLapsed', target: 'health-checks', reenter: true },
            { guard: 'gateOpens', target: 'enable-access' },
          ],
        },
        'enable-access': {
          entry: enter('enable-access'),
          always: [
            ...earlier('enable-access'),
            { guard: 'healthLapsed', target: 'health-checks' },
            { guard: { type: 'isOver', params: 'enable-access' }, target: 'announce' },
          ],
        },
        announce: {
          entry: enter('announce'),
          always: [...earlier('announce'), { guard: 'allTold', target: '#backout.settling' }],
        },
        latest: { type: 'history' },
      },
    },
    paused: {
      on: { '*': hear },
      always: [
        { guard: 'interrupted', target: 'stopping' },
        { guard: 'resumed', target: 'backingOut.latest' },
      ],
    },
    stopping: { on: { '*': hear }, always: { guard: 'quiet', target: 'escalating' } },
    escalating: {
      entry: enter('escalate'),
      on: { '*': hear },
      always: [
        { guard: 'owing', target: 'owing' },
        { guard: 'escalated', target: 'settling' },
      ],
    },
    // P2, P7: the run is not closed while somebody is still to hear of it, or something of it may still run on a host;
    // the engine goes, and the next one tells, and ends it.
    owing: {
      entry: enact((draft) => draft.issue(leaving(draft.context))),
      on: { '*': hear },
      always: [
        { guard: 'closed', target: 'ended' },
        { guard: 'calledAgain', target: 'escalating' },
      ],
    },
    // Nothing is said any more but that it has ended: an update on its way is ended, and that is waited for.
    settling: {
      entry: enact(settle),
      on: { 'step.*': hear, 'engine.attached': hear, 'engine.left': hear },
      always: { guard: 'updatesEnded', target: 'closing' },
    },
    closing: {
      entry: enact((draft) => draft.issue(closing(draft.context))),
      on: { 'run.ended': hear, 'engine.attached': hear, 'engine.left': hear },
      always: { guard: 'closed', target: 'ended' },
    },
    ended: { on: { '*': hear }, always: { guard: 'reopened', target: 'backingOut.latest' } },
  },
});

/** A person may have a step of an earlier phase done again (`retry`): the run goes back to it. `notify` runs beside. */
function earlier(place: Phase) {
  return phases
    .slice(phases.indexOf('disable-access'), phases.indexOf(place))
    .map((target) => ({ guard: { type: 'reopensEarlier', params: target }, target }) as const);
}

function isInterrupted(context: Context): boolean {
  return context.stop !== null || context.failure !== null;
}

/** While checks still run, none of them is done again for its age: that is asked when all are over. */
function isHealthStale(context: Context): boolean {
  return isPlaceOver(context, 'health-checks') && someLapsed(context);
}

/** Only the start of an opening step, or of what takes its place, asks for fresh proof; not while there is no room for it. */
function isOpeningDue(context: Context): boolean {
  if (roomIn(context, 'enable-access') <= 0) return false;
  return context.plan.phases['enable-access'].steps.some((step) => dueOf(context, step) !== undefined);
}

function opensAccess(context: Context): boolean {
  return !isPlaceOver(context, 'enable-access');
}
