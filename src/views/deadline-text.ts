/** The last moment to begin, in words. An instant is shown in the reader's zone and in UTC: a change has people in both. */
import type { WindowDecision } from '../journal/window-decision.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { Deadline, Need } from './deadline.ts';
import type { Outlook } from './estimate-outlook.ts';
import { basisLines } from './estimate-text.ts';
import { personName } from './person-name.ts';
import { leftWords, spanWords } from './span.ts';
import { visible } from './visible.ts';

/** `zone`: name of the zone that the process is in, e.g. `Europe/Zurich`. */
export function bothZones(at: number, zone: string): string {
  const utc = `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const offset = -new Date(at).getTimezoneOffset();
  if (offset === 0) return utc;
  const local = new Date(at + offset * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  return `${local} ${offsetWords(offset)} ${zone}, ${utc}`;
}

function offsetWords(minutes: number): string {
  const [sign, size] = [minutes < 0 ? '-' : '+', Math.abs(minutes)];
  return `${sign}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
}

export interface DeadlineFacts {
  readonly system: string;
  readonly deadline: Deadline;
  readonly outlook: Outlook;
  readonly decisions: readonly WindowDecision[];
  readonly now: number;
  readonly zone: string;
}

/** What counts first, then what it rests on. Lines longer than `columns` are for the caller to wrap. */
export function deadlineLines(facts: DeadlineFacts): readonly string[] {
  const { system, deadline, outlook, decisions, now, zone } = facts;
  const { at, window, need, marginMs } = deadline;
  const left = at - now;
  const name = visible(system);
  const head =
    left > 0
      ? `Begin the backout of ${name} within ${leftWords(left)}, or it may end after its window.`
      : `TOO LATE to begin the backout of ${name}: the last moment was ${spanWords(-left)} ago. ${lateWords(deadline, now)}`;
  return [
    head,
    '',
    row('Last moment', bothZones(at, zone)),
    row('Window ends', `${bothZones(window.ends, zone)}${window.extended === null ? '' : ' (extended)'}`),
    ...(window.extended === null ? [] : [row('as planned', bothZones(window.planned, zone))]),
    row('Takes', `${formatDuration(need.ms)}: ${basisWords(need)}`),
    row('Margin', formatDuration(marginMs)),
    '',
    ...(need.basis === 'measured' || need.basis === 'partly-measured' ? basisLines(outlook) : [rehearseWords]),
    ...decisions.map((decision) => decisionWords(decision, zone)),
  ];
}

/** Timeouts are generous, and all attempts and contingencies are in them. */
const rehearseWords = 'A rehearsal tells how long it really takes, which is usually far less: backout rehearse.';

const row = (label: string, text: string): string => `  ${label.padEnd(13)}${text}`;

function lateWords({ window, need }: Deadline, now: number): string {
  if (now >= window.ends) return 'The window has ended.';
  const over = now + need.ms - window.ends;
  if (over <= 0) return 'Begun now it would end within the window, but without the margin.';
  return `Begun now it would end ${formatDuration(over)} after the window.`;
}

function basisWords({ basis }: Need): string {
  const words = {
    measured: 'by the 90th percentile of each step on the critical path',
    'partly-measured': 'by 90th percentiles, and by timeouts where nothing was measured',
    timeouts: 'by all timeouts, as nothing was ever measured',
    'time-budget': "by the plan's time budget, as a step was never measured and has no timeout",
  } as const;
  return words[basis];
}

export function decisionWords({ at, by, choice, reason, until }: WindowDecision, zone: string): string {
  const what = {
    'back-out': 'to back out',
    'go-on': 'to go on without backing out',
    extend: `to extend the window until ${until === null ? '' : bothZones(until, zone)}`,
  }[choice];
  return `Decided by ${visible(personName(by))} at ${bothZones(at, zone)}: ${what}. Reason: ${visible(reason)}`;
}

/** One line of the countdown. */
export function countdownLine(system: string, deadline: Deadline, now: number): string {
  const left = deadline.at - now;
  const name = visible(system);
  if (left <= 0) return `Too late to begin the backout of ${name}: the last moment was ${formatDuration(-left)} ago.`;
  return `${leftWords(left)} left to begin the backout of ${name}.`;
}
