/** The words that all texts share: what is true, how an attempt ended. Never ends with a full stop. */
import type { FailureClass, HostEnd, Truth } from '../engine/protocol.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { AttemptOutcome } from './attempt-record.ts';
import { visible } from './visible.ts';

const accessWords = { open: 'access is open', closed: 'access is closed', unknown: 'access is not known' } as const;
const dataWords = {
  untouched: 'data is untouched',
  restoring: 'data is being restored',
  restored: 'data is restored',
  unknown: 'the state of the data is not known',
} as const;
const healthWords = {
  proven: 'health is proven',
  failing: 'health checks fail',
  unknown: 'health is not proven',
} as const;

/** `access is closed, data is being restored, health is not proven`. */
export function truthWords(truth: Truth): string {
  return `${accessWords[truth.access]}, ${dataWords[truth.data]}, ${healthWords[truth.health]}`;
}

/** `web03 failed: exit code 3`. */
export function hostWords({ host, outcome, reason }: Pick<HostEnd, 'host' | 'outcome' | 'reason'>): string {
  const told = { succeeded: 'succeeded', failed: 'failed', 'timed-out': 'timed out', unknown: 'is not known' };
  const verb = told[outcome as keyof typeof told] ?? `is ${outcome}`;
  return `${visible(host)} ${verb}${reason === null ? '' : `: ${visible(reason)}`}`;
}

export interface Ended {
  readonly outcome: AttemptOutcome;
  readonly class: FailureClass | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly reason: string | null;
  readonly durationMs: number | null;
  readonly survivors: readonly string[];
  readonly uncovered: string | null;
  readonly late: boolean;
}

/** `failed: exit code 3 after 12.4 s`. */
export function outcomeWords(ended: Ended): string {
  const after = ended.durationMs === null ? '' : ` after ${formatDuration(ended.durationMs)}`;
  return `${verdict(ended, after)}${ended.late ? ' (while no engine ran)' : ''}`;
}

function verdict(ended: Ended, after: string): string {
  const reason = ended.reason === null ? null : visible(ended.reason);
  switch (ended.outcome) {
    case 'succeeded':
      return `succeeded${after}`;
    case 'failed':
      return failureVerdict(ended, reason, after);
    case 'timed-out':
      return `timed out${after}`;
    case 'cancelled':
      return `cancelled${after}${because(reason)}`;
    case 'unknown':
      return `its end is not known${because(reason)}${stillAlive(ended.survivors)}`;
    case 'simulated':
      return ['simulated', ...simulatedNotes(ended)].join('; ');
  }
}

/** What a dry run measured of a step, and what it could not check. */
export function simulatedNotes({ reason, uncovered }: Pick<Ended, 'reason' | 'uncovered'>): readonly string[] {
  return [
    ...(reason === null ? [] : [visible(reason)]),
    ...(uncovered === null ? [] : [`not checked: ${visible(uncovered)}`]),
  ];
}

/** Short facts before the time, free text after it, so that the two are never read as one. */
function failureVerdict(ended: Ended, reason: string | null, after: string): string {
  if (ended.class === 'exit' && ended.exitCode !== null)
    return `failed: exit code ${ended.exitCode}${after}${seriesWords(reason)}`;
  if (ended.class === 'signal' && ended.signal !== null) return `failed: ended by ${ended.signal}${after}`;
  if (ended.class === 'untouched') return untouchedVerdict(ended, reason, after);
  const kind = ended.class === 'error' || ended.class === 'inconclusive' ? ` (${ended.class})` : '';
  return `failed${kind}${after}: ${failureWords(ended, reason)}`;
}

/** A process says why in its own words, which follow; what is done inside the engine says it in the reason. */
function untouchedVerdict({ exitCode }: Ended, reason: string | null, after: string): string {
  return `failed${after}, before it changed anything${exitCode === null ? because(reason) : ''}`;
}

/** What a repeated command's end says beyond its last exit code. */
function seriesWords(reason: string | null): string {
  return reason === null || reason.startsWith('exit code') ? '' : `: ${reason}`;
}

function because(reason: string | null): string {
  return reason === null ? '' : `: ${reason}`;
}

function stillAlive(survivors: readonly string[]): string {
  return survivors.length === 0 ? '' : `; still alive: ${survivors.map(visible).join(', ')}`;
}

const classWords: Readonly<Record<FailureClass, string>> = {
  exit: 'ended badly',
  signal: 'ended by a signal',
  verify: 'done, but its verification failed',
  check: 'measured, and bad',
  error: 'it could not be done or measured',
  inconclusive: 'measured, and it says nothing',
  untouched: 'it failed before it changed anything',
  spawn: 'the program could not be started',
  preparation: 'it could not be prepared',
  rejected: 'a person said no',
  unanswered: 'nobody answered in time',
  output: 'an output value is not acceptable',
};

/** Classes whose reason says it all. */
const speaking: ReadonlySet<FailureClass | null> = new Set(['check', 'error', 'inconclusive']);

function failureWords(ended: Ended, reason: string | null): string {
  const words = ended.class === null ? null : classWords[ended.class];
  if (reason === null) return words ?? 'no reason given';
  if (words === null || speaking.has(ended.class)) return reason;
  return reason.startsWith(words) ? reason : `${words}: ${reason}`;
}

/** `attempt 2 of 3`; null where there is nothing to count. `tries` starts anew when a person says retry. */
export function attemptWords(attempt: number, tries: number, of: number): string | null {
  if (of <= 1) return attempt > 1 ? `attempt ${attempt}` : null;
  return attempt === tries ? `attempt ${attempt} of ${of}` : `attempt ${attempt}, try ${tries} of ${of}`;
}
