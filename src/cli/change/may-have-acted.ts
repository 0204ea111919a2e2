/**
 * Which steps of a run that failed may have done something all the same: `atomic` is a promise of the action, and is
 * believed only where the action's own failure was seen. Whatever was cut off, ended unseen, was done and then found
 * bad, was done on one of its hosts, or handed over to a contingency, may have acted.
 */
import type { FailureClass, HostEnd, RunEvent } from '../../engine/protocol.ts';
import { allSteps, type Plan } from '../../plan/plan.ts';

/** Ids of steps. `events`: all of the run. */
export function mayHaveActed(plan: Plan, events: readonly RunEvent[]): ReadonlySet<string> {
  const heads = new Map<string, string>();
  const measured = new Set<string>();
  for (const step of allSteps(plan)) {
    if (step.until !== null) measured.add(step.id);
    for (const { id } of step.contingency) heads.set(id, step.id);
  }
  const found = new Set<string>();
  for (const event of events) {
    if (!('attempt' in event)) continue;
    const head = heads.get(event.step);
    if (head !== undefined && event.type === 'step.started') found.add(head);
    if (acted(event, measured.has(event.step))) found.add(event.step);
  }
  return found;
}

type AttemptEvent = Extract<RunEvent, { readonly attempt: number }>;

/** `isMeasured`: it is asked until it succeeds, and may have succeeded in between. */
function acted(event: AttemptEvent, isMeasured: boolean): boolean {
  switch (event.type) {
    case 'step.failed':
      return !(isMeasured ? neverBegan : ownFailures).has(event.class);
    case 'step.hosts-ended':
      return event.hosts.some(actedOn);
    case 'step.performed':
    case 'step.succeeded':
    case 'step.timed-out':
    case 'step.cancelled':
    case 'step.unknown':
      return true;
    default:
      return false;
  }
}

const neverBegan: ReadonlySet<FailureClass> = new Set<FailureClass>(['spawn', 'preparation', 'untouched']);
const ownFailures: ReadonlySet<FailureClass> = new Set<FailureClass>([...neverBegan, 'exit', 'rejected']);

/** Of a host that was not reached nothing was begun, unless it may hold a command. */
function actedOn({ outcome, exitCode, held }: HostEnd): boolean {
  if (held) return true;
  return outcome === 'failed' ? exitCode === null : outcome !== 'unreachable';
}
