/** What the ends on the hosts make of the attempt. Pure. */
import type { AttemptEnd, FailureClass, HostEnd } from '../../engine/protocol.ts';
import type { PlannedHosts } from '../../plan/plan.ts';
import { limitOf } from './schedule.ts';

export type Judgement =
  | { readonly outcome: 'succeeded'; readonly outputs: AttemptEnd['outputs'] }
  | {
      readonly outcome: 'failed';
      readonly class: FailureClass;
      readonly exitCode: number | null;
      readonly reason: string;
      readonly lastWords: string | null;
    }
  | { readonly outcome: 'unknown'; readonly reason: string; readonly lastWords: string | null };

/** So many hosts are named in one line. */
const namedAtMost = 5;

export function judge(
  hosts: PlannedHosts,
  ends: readonly HostEnd[],
  /** Hosts that succeeded in earlier attempts. */
  before: number,
): Judgement {
  const total = hosts.list.length;
  const bad = ends.filter(({ outcome }) => outcome !== 'succeeded');
  const doubtful = bad.filter(({ outcome }) => outcome === 'unknown');
  const idle = total - before - ends.length;
  if (doubtful.length > 0) {
    const reason = `its end is not known on ${named(doubtful, total)}${alsoBad(bad, doubtful, idle)}`;
    return { outcome: 'unknown', reason, lastWords: lastWordsOf(doubtful) };
  }
  if (bad.length <= limitOf(hosts.maxFailures, total) && idle === 0) {
    const failed = bad.map(({ host }) => host).join(' ');
    return { outcome: 'succeeded', outputs: { succeeded: String(total - bad.length), failed } };
  }
  const reason = `it failed on ${named(bad, total)}${notBegun(idle)}`;
  return { outcome: 'failed', class: classOf(bad), exitCode: commonCode(bad), reason, lastWords: lastWordsOf(bad) };
}

export function named(bad: readonly HostEnd[], total: number): string {
  const words = bad
    .slice(0, namedAtMost)
    .map(
      ({ host, reason, outcome }) =>
        `${host} (${outcome === 'unreachable' ? 'unreachable: ' : ''}${reason ?? outcome})`,
    );
  const more = bad.length > namedAtMost ? `, and ${bad.length - namedAtMost} more` : '';
  return `${bad.length} of ${total} hosts: ${words.join(', ')}${more}`;
}

function alsoBad(bad: readonly HostEnd[], doubtful: readonly HostEnd[], idle: number): string {
  const others = bad.length - doubtful.length;
  return `${others === 0 ? '' : `; ${others} failed`}${notBegun(idle)}`;
}

function notBegun(idle: number): string {
  return idle === 0 ? '' : `; ${idle} ${idle === 1 ? 'was' : 'were'} not begun`;
}

/** Nobody could be reached: nothing was measured, and nothing was done. */
function classOf(bad: readonly HostEnd[]): FailureClass {
  return bad.every(({ outcome }) => outcome === 'unreachable') ? 'error' : 'exit';
}

/** `onExitCodes` speaks of one code: that of all of them. */
function commonCode(bad: readonly HostEnd[]): number | null {
  const [first, ...others] = new Set(bad.map(({ exitCode }) => exitCode));
  return others.length === 0 ? (first ?? null) : null;
}

function lastWordsOf(bad: readonly HostEnd[]): string | null {
  const first = bad.find(({ lastWords }) => lastWords !== null);
  return first === undefined ? null : `[${first.host}] ${first.lastWords}`;
}
