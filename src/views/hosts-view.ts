/** The hosts of a step as the run view shows them. */
import type { HostEnd, HostOutcome } from '../engine/protocol.ts';
import type { Host, PlannedHosts, PlannedStep } from '../plan/plan.ts';
import { rfc3339 } from './clock-time.ts';
import { visible } from './visible.ts';

/** What the journal says of one host: the last word counts. */
export interface HostRecord extends HostEnd {
  readonly attempt: number;
  readonly at: number;
}

export interface HostView {
  readonly name: string;
  /** Null: not begun, or under way. */
  readonly outcome: HostOutcome | null;
  readonly exitCode: number | null;
  readonly reason: string | null;
  readonly lastWords: string | null;
  /** The attempt that told the outcome. */
  readonly attempt: number | null;
  readonly endedAt: string | null;
  readonly durationMs: number | null;
  /** What was begun there may still run, under its claim: the next attempt follows it, and the run owes its end. */
  readonly held: boolean;
}

type HostRecords = ReadonlyMap<string, HostRecord>;

/** Nothing for a step that is done here. */
export function hostViews(
  step: PlannedStep,
  records: HostRecords | undefined,
): { readonly hosts?: readonly HostView[] } {
  if (step.hosts === undefined) return {};
  return { hosts: step.hosts.list.map(({ name }) => hostView(name, records?.get(name))) };
}

function hostView(name: string, record: HostRecord | undefined): HostView {
  return {
    name,
    outcome: record?.outcome ?? null,
    exitCode: record?.exitCode ?? null,
    reason: record?.reason ?? null,
    lastWords: record?.lastWords ?? null,
    attempt: record?.attempt ?? null,
    endedAt: record === undefined ? null : rfc3339(record.at),
    durationMs: record?.durationMs ?? null,
    held: record?.held ?? false,
  };
}

/** `47 of 50 hosts`; with those that failed. Null for a step that is done here. */
export function hostsDone(hosts: readonly HostView[] | undefined): string | null {
  if (hosts === undefined) return null;
  const good = hosts.filter(({ outcome }) => outcome === 'succeeded').length;
  const bad = hosts.filter(({ outcome }) => outcome !== null && outcome !== 'succeeded').length;
  return `${good} of ${hosts.length} hosts${bad === 0 ? '' : `, ${bad} without success`}`;
}

/** `on 50 hosts (web01 … web50), 20 at once; batches of 1, 5, 44; 2 may fail`. */
export function hostsLine(hosts: PlannedHosts): string {
  const names = hosts.list.map(({ name }) => visible(name));
  const named = names.length > 4 ? `${names[0]} … ${names.at(-1)}` : names.join(', ');
  const batches = (hosts.batches[0] ?? 0) >= names.length ? '' : `; batches of ${hosts.batches.join(', ')}`;
  const { maxFailures } = hosts;
  const most = 'count' in maxFailures ? maxFailures.count : `${maxFailures.percent} %`;
  const may = most === 0 ? '' : `; ${most} may fail`;
  return `on ${names.length} hosts (${named}), ${hosts.concurrency} at once${batches}${may}`;
}

/** `web01 is deploy@10.0.0.1:2222, web02 is web02:2222`: what is frozen beside the names; null where that is nothing. */
export function addressesLine(hosts: PlannedHosts): string | null {
  const lines = hosts.list.flatMap((host) => {
    const words = addressOf(host);
    return words === null ? [] : [`${visible(host.name)} is ${words}`];
  });
  return lines.length === 0 ? null : lines.join(', ');
}

function addressOf({ name, address, port, user, identityFile }: Host): string | null {
  if (address === null && port === null && user === null && identityFile === null) return null;
  const at = address ?? name;
  const login = `${user === null ? '' : `${user}@`}${at.includes(':') && port !== null ? `[${at}]` : at}`;
  return visible(`${login}${port === null ? '' : `:${port}`}${identityFile === null ? '' : ` (key ${identityFile})`}`);
}
