/**
 * What the worker of a step on many hosts is told, on its standard input: secrets may stand in it, so it is never an
 * argument and never a file (P9).
 */
import type { Host, PlannedHosts } from '../../plan/plan.ts';

export interface HostOrder extends Host {
  /** Names what was begun there: the same as long as it may still be found there (P4). */
  readonly key: string;
}

export interface RemoteCommand {
  /** Null stands for the path of the script on the host. */
  readonly argv: readonly (string | null)[];
  readonly script: string;
  readonly env: { readonly [name: string]: string };
  readonly stdin: string | null;
  /** On the host; null: where a login begins. */
  readonly cwd: string | null;
}

export interface HostsOrder extends Omit<PlannedHosts, 'list'> {
  /** `check`: only look whether they can be reached; `end`: begin nothing, end what an earlier attempt left there. */
  readonly kind: 'run' | 'check' | 'end';
  /** Between TERM and KILL on the hosts, where they are only ended. */
  readonly graceMs: number;
  /** The attempt's folder: what has become of each host is written there, and the wish to stop is read from there. */
  readonly folder: string;
  /** Those that have not succeeded yet. */
  readonly hosts: readonly HostOrder[];
  readonly command: RemoteCommand;
  /** Replaced by `***` in all that is kept (P9). */
  readonly redact: readonly string[];
  /** How much of each host's output is kept, bytes. */
  readonly keepBytes: number;
}

/** Why it is to end, and how long that may take. */
export interface StopOrder {
  readonly why: 'timed-out' | 'cancelled';
  /** Between TERM and KILL on the hosts. */
  readonly graceMs: number;
  /** A host that has not said that it is done by then is unknown. */
  readonly withinMs: number;
}

export const stopFile = 'stop';

/** This process was started by the engine with its own text; a cast beside a parse. */
export function parseOrder(text: string): HostsOrder {
  return JSON.parse(text) as HostsOrder;
}
