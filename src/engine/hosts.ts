/**
 * What has become of a step's hosts over all its attempts. A host that has succeeded is not asked again (P4); one that
 * perhaps holds a command is followed there under the claim that began it, by whichever attempt comes next.
 */
import type { PlannedStep } from '../plan/plan.ts';
import type { Draft } from './draft.ts';
import type { HostOutcome, RunEvent } from './protocol.ts';
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

/** The attempt begins: from now on its claims may stand on the hosts that it is to do. */
export function claimHosts(draft: Draft, step: PlannedStep, attempt: number): void {
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

/** Hosts that did not succeed, with what became of them. */
export function failedHosts({ hosts }: Pick<StepState, 'hosts'>): readonly string[] {
  return [...hosts].flatMap(([name, { outcome }]) =>
    outcome === 'succeeded' || outcome === 'again' ? [] : [`${name} (${outcome})`],
  );
}
