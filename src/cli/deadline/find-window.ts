/** A change's window: as the playbook or the caller has it, moved by what was decided since. */
import type { WindowDecision } from '../../journal/window-decision.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasWindowDecisions, type KnownDecisions, readWindowDecisions } from '../../runtime/home/window-decisions.ts';
import { type Window, windowOf } from '../../views/deadline.ts';
import { givenInstant } from './instant.ts';

export interface FoundWindow {
  /** Undefined: nobody has said when it ends. */
  readonly window: Window | undefined;
  readonly decisions: readonly WindowDecision[];
  /** What is not whole of the record of the decisions, in sentences. */
  readonly notes?: readonly string[];
}

export function findWindow(home: Home, { change }: Pick<Plan, 'change'>, told?: string): FoundWindow {
  const { decisions, isTorn } = decisionsAbout(home, change.id);
  const notes = isTorn ? [torn] : [];
  const planned = told ?? change.windowEnds;
  if (typeof planned !== 'string') return { window: undefined, decisions, notes };
  return { window: windowOf(givenInstant(planned, 'windowEnds'), decisions), decisions, notes };
}

const torn =
  'A crash cut the last decision about the window short: it was never told to be recorded, and does not count.';

function decisionsAbout(home: Home, id: unknown): KnownDecisions {
  const none = { decisions: [], isTorn: false };
  return typeof id === 'string' && hasWindowDecisions(home, id) ? readWindowDecisions(home, id) : none;
}
