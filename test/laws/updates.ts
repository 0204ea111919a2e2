/** The laws of the regular updates: they are beside everything (P2), and each that is due is tried. */
import type { RunEvent } from '../../src/engine/protocol.ts';
import { type Plan, type PlannedStep, updateSteps } from '../../src/plan/plan.ts';
import { tell } from './model-world.ts';
import type { Scenario } from './scenario.ts';

/** Whether the event is about a regular update and nothing else. */
export function isOfUpdate(plan: Plan, event: RunEvent): boolean {
  const ids = new Set(updateSteps(plan).map(({ id }) => id));
  if (event.type === 'timer.fired') {
    const [kind, id] = event.timer.split(':');
    return kind === 'update' || ids.has(id ?? '');
  }
  return 'step' in event && ids.has(event.step);
}

/** Without crashes, full disks and stops, which change what a law could compare with. */
export function undisturbed(scenario: Scenario): Scenario {
  const words = scenario.words.filter(({ say, when }) => (say === 'pause' || say === 'resume') && 'atMs' in when);
  return { ...scenario, words, crashes: [], fullAtAppend: 0, mode: 'real' };
}

export function heldUpByUpdates(scenario: Scenario): string | undefined {
  const { updates, ...silent } = scenario.plan;
  if (updates === undefined) return undefined;
  const [told, without] = [scenario.plan, silent].map((plan) =>
    tell({ ...scenario, plan }).entries.flatMap(({ event }) => (isOfUpdate(scenario.plan, event) ? [] : [event])),
  );
  for (const [n, event] of (without ?? []).entries()) {
    const [mine, theirs] = [told?.[n], event].map(comparable);
    const later = (told?.[n]?.at ?? event.at) - event.at;
    if (later > endingMs) return `with updates ${event.type} comes ${later} ms later`;
    if (mine !== theirs) return `with updates there is ${mine ?? 'nothing'}, without ${theirs}`;
  }
  return undefined;
}

/** An update that is ended may make the end some milliseconds later, and stands among its exceptions. */
function comparable(event: RunEvent | undefined): string {
  if (event?.type !== 'run.ended') return JSON.stringify(event);
  return JSON.stringify({
    ...event,
    at: 0,
    end: event.end.replace('-with-exceptions', ''),
    exitCode: 0,
    exceptions: [],
  });
}

export function untriedUpdates(scenario: Scenario): string | undefined {
  const { entries } = tell(scenario);
  const all = entries.map(({ event }) => event);
  const end = all.findIndex(({ type }) => type === 'run.ended');
  // A run that a late answer reopens begins to tell anew.
  const events = end === -1 ? all : all.slice(0, end + 1);
  const began = events[0]?.at ?? 0;
  const endedAt = events.at(-1)?.at ?? 0;
  for (const step of scenario.plan.updates?.steps ?? []) {
    if (step.audience === undefined) continue;
    const wrong = untriedOf(step, step.audience.everyMs, { began, endedAt, events });
    if (wrong !== undefined) return `${step.id}: ${wrong}`;
  }
  return undefined;
}

interface Told {
  readonly began: number;
  readonly endedAt: number;
  readonly events: readonly RunEvent[];
}

/** The world stops its clock for an audience that has heard so often. */
const enoughUpdates = 40;
/** Between the moment when nothing is begun any more and the end: an update is ended. */
const endingMs = 5;

function untriedOf(step: PlannedStep, every: number, { began, endedAt, events }: Told): string | undefined {
  const parts = new Set([step.id, ...step.contingency.map(({ id }) => id)]);
  let free = began;
  let fired = 0;
  const due = (): number => began + (Math.floor((free - began) / every) + 1) * every;
  for (const [n, event] of events.entries()) {
    if ('step' in event && parts.has(event.step)) free = event.at;
    if (event.type !== 'timer.fired' || event.timer !== `update:${step.id}`) continue;
    fired += 1;
    if (event.at !== due()) return `an update is sent at ${event.at - began} ms, and was due at ${due() - began} ms`;
    const tried = events.slice(n + 1).find((other) => 'step' in other && other.step === step.id);
    if (tried?.at !== event.at) return `the update that is due at ${event.at - began} ms is not tried`;
    free = event.at;
  }
  const isOnItsWay = events.findLast((event) => 'step' in event && parts.has(event.step))?.type === 'step.started';
  const waits = isOnItsWay || fired >= enoughUpdates;
  return waits || due() >= endedAt - endingMs ? undefined : `none is sent at ${due() - began} ms`;
}
