/** A change's window: as the playbook or the caller has it, moved by what was decided since. */
import type { WindowDecision } from '../../journal/window-decision.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasWindowDecisions, readWindowDecisions } from '../../runtime/home/window-decisions.ts';
import { type Window, windowOf } from '../../views/deadline.ts';
import { parseInstant } from './instant.ts';

export interface FoundWindow {
  /** Undefined: nobody has said when it ends. */
  readonly window: Window | undefined;
  readonly decisions: readonly WindowDecision[];
}

export function findWindow(home: Home, { change }: Pick<Plan, 'change'>, told?: string): FoundWindow {
  const decisions = decisionsAbout(home, change.id);
  const planned = told ?? change.windowEnds;
  if (typeof planned !== 'string') return { window: undefined, decisions };
  return { window: windowOf(parseInstant(planned, 'windowEnds'), decisions), decisions };
}

function decisionsAbout(home: Home, id: unknown): readonly WindowDecision[] {
  return typeof id === 'string' && hasWindowDecisions(home, id) ? readWindowDecisions(home, id) : [];
}
