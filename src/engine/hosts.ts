/**
 * What has become of a step's hosts over all its attempts. A host that has succeeded is not asked again (P4); one that
 * perhaps holds a command is followed there under the claim that began it, by whichever attempt comes next.
 */
import type { PlannedHosts, PlannedStep } from '../plan/plan.ts';
import type { Draft } from './draft.ts';
import type { HostOutcome, RunEvent } from './protocol.ts';
import type { Context } from './state.ts';
import type { StepState } from './step-state.ts';

export interface HostState {
  /** `again`: it had succeeded, and must be done again all the same (a lapsed check, a verification that failed). */
  readonly outcome: HostOutcome | 'again';
  /** The number of the attempt under whose claim something may be found there; null: nothing. */
  readonly claim: number | null;
  /** The attempt that told the outcome. */
  readonly attempt: number;
}

export type HostStates = ReadonlyMap<string, HostState>;

export const noHosts: HostStates = new Map();

/** Of which nothing was ever told may hold the first attempt's command: so it is asked for that one. */
export function claimOf({ hosts }: Pick<StepState, 'hosts'>, host: string, attempt: number): number {
  const known = hosts.get(host);
  return known === undefined ? 1 : (known.claim ?? attempt);
}

export function hasSucceeded({ hosts }: Pick<StepState, 'hosts'>, host: string): boolean {
  return hosts.get(host)?.outcome === 'succeeded';
}

/** The run is coming to its end: an attempt on hosts that begins now begins nothing there, it ends what is left (P6). */
export function endsOnly({ stop, failure }: Pick<Context, 'stop' | 'failure'>, step: PlannedStep): boolean {
  return step.hosts !== undefined && step.place !== 'escalate' && (stop !== null || failure !== null);
}

/**
 * The hosts on which something of the step may still run: those whose end is unknown and that may hold a command; where
 * the worker was lost before it told of any, all that it may have begun on.
 */
export function heldHosts({ hosts: planned }: PlannedStep, state: Pick<StepState, 'hosts'>): readonly string[] {
  const names = (planned?.list ?? []).map(({ name }) => name);
  const unknown = names.filter((name) => isHeldUnknown(state.hosts.get(name)));
  if (unknown.length > 0) return unknown;
  return names.filter((name) => {
    const known = state.hosts.get(name);
    return known === undefined || (known.outcome !== 'succeeded' && known.claim !== null);
  });
}

function isHeldUnknown(host: HostState | undefined): boolean {
  return host?.outcome === 'unknown' && host.claim !== null;
}

export interface LeftOnHosts {
  readonly step: string;
  readonly hosts: readonly string[];
}

const isActionUnknown = ({ status, stage }: StepState): boolean => status === 'unknown' && stage === 'action';

/** What a run that ends has not ended on hosts: it is not closed beside that (P7), unless somebody gave it up. */
export function leftOnHosts(context: Context): readonly LeftOnHosts[] {
  if (context.mode === 'dry-run' || context.stop?.abandoned === true) return [];
  const left: LeftOnHosts[] = [];
  for (const [id, state] of context.steps.where(isActionUnknown)) {
    const step = context.index.get(id);
    if (step === undefined || !endsOnly(context, step) || !mayHold(state)) continue;
    const hosts = heldHosts(step, state);
    if (hosts.length > 0) left.push({ step: id, hosts });
  }
  return left;
}

/** Not where the last attempt has told of every doubtful host that nothing is there any more. */
function mayHold({ hosts, attempt }: StepState): boolean {
  const doubtful = [...hosts.values()].filter((host) => host.outcome === 'unknown' && host.attempt === attempt);
  return doubtful.length === 0 || doubtful.some(({ claim }) => claim !== null);
}

/** The attempt begins: from now on its claims may stand on the hosts that it is to do. */
export function claimHosts(draft: Draft, step: PlannedStep, attempt: number): void {
  if (endsOnly(draft.context, step)) return;
  change(draft, step, (state) =>
    state.outcome === 'succeeded' || state.claim !== null ? state : { ...state, claim: attempt },
  );
}

/** All of it is to be done again, but for what may still be under way. */
export function forgetSuccesses(draft: Draft, step: PlannedStep): void {
  change(draft, step, (state) => (state.outcome === 'succeeded' ? { ...state, outcome: 'again' } : state));
}

function change(draft: Draft, step: PlannedStep, each: (state: HostState) => HostState): void {
  const { hosts } = draft.step(step.id);
  if (hosts.size === 0) return;
  draft.patch(step.id, { hosts: new Map([...hosts].map(([name, state]) => [name, each(state)])) });
}

type HostsEnded = Extract<RunEvent, { readonly type: 'step.hosts-ended' }>;

export function hostsEnded(draft: Draft, step: PlannedStep, { attempt, hosts: ended }: HostsEnded): void {
  const state = draft.step(step.id);
  const hosts = new Map(state.hosts);
  for (const { host, outcome, held } of ended)
    hosts.set(host, { outcome, claim: held ? claimOf(state, host, attempt) : null, attempt });
  draft.patch(step.id, { hosts });
}

/**
 * Its worker was lost, and nothing else is in doubt: the next attempt finds on the hosts what was begun there, so it may
 * be made without anybody's word.
 */
export function canReattach(step: PlannedStep, state: StepState, survivors: readonly string[]): boolean {
  if (step.hosts === undefined || survivors.length > 0) return false;
  return [...state.hosts.values()].every(({ outcome, attempt }) => outcome !== 'unknown' || attempt !== state.attempt);
}

/**
 * P1: access is closed and health is proven on every host, or not at all. A playbook that allows failures there is
 * refused; a plan of an earlier release may allow them.
 */
export function boundHosts({ place }: PlannedStep, hosts: PlannedHosts): PlannedHosts {
  const isGate = place === 'disable-access' || place === 'health-checks';
  return isGate ? { ...hosts, maxFailures: { count: 0 } } : hosts;
}

/**
 * It counts as succeeded because its plan allows failures. Not where the end on a host is unknown: then a person or a
 * probe has said that it succeeded.
 */
export function isPartial({ status, hosts }: StepState): boolean {
  if (status !== 'succeeded' || hosts.size === 0) return false;
  const outcomes = [...hosts.values()].map(({ outcome }) => outcome);
  return !outcomes.includes('unknown') && outcomes.some((outcome) => outcome !== 'succeeded' && outcome !== 'again');
}

/** Hosts that did not succeed, with what became of them. */
export function failedHosts({ hosts }: Pick<StepState, 'hosts'>): readonly string[] {
  return [...hosts].flatMap(([name, { outcome }]) =>
    outcome === 'succeeded' || outcome === 'again' ? [] : [`${name} (${outcome})`],
  );
}
