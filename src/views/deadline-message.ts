/** What people are told as the last moment to begin a backout nears: in UTC, as whoever reads it may sit anywhere. */
import { formatDuration } from '../kernel/duration.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Plan } from '../plan/plan.ts';
import type { Deadline } from './deadline.ts';
import { leftWords } from './span.ts';

const minuteMs = 60_000;
/** How long before the moment word is given. */
export const tellingAt: readonly number[] = [30 * minuteMs, 10 * minuteMs, 0];

/** The latest of them that has come; undefined: it is too early for any. */
export function dueTelling(leftMs: number): number | undefined {
  return tellingAt.findLast((before) => leftMs <= before);
}

export interface DeadlineMessage {
  readonly summary: string;
  readonly text: string;
  readonly next: string;
}

export function deadlineMessage(
  { system, change, playbookFile }: Plan,
  deadline: Deadline,
  now: number,
): DeadlineMessage {
  const { at, window, need } = deadline;
  const left = at - now;
  const name = typeof change.id === 'string' ? `${change.id} (${system})` : system;
  const moment =
    left > 0 ? `${leftWords(left)} left to begin its backout` : 'the last moment to begin its backout has come';
  const times = [
    `Last moment to begin: ${utc(at)}.`,
    `Window ends: ${utc(window.ends)}.`,
    `The backout takes ${formatDuration(need.ms)}.`,
  ];
  return {
    summary: `${name}: ${moment}`,
    text: times.join('\n'),
    next: `Back out, go on, or extend the window; record it: backout deadline ${playbookFile} --decide back-out|go-on|extend --reason …`,
  };
}

const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** About a run that there is not yet. */
const ofRun: ReadonlySet<string> = new Set(['access', 'data', 'health', 'nextUpdate']);

/** The input of an audience's channel with this message in place of an update; undefined: it cannot carry one. */
export function withMessage(input: JsonObject, { summary, text, next }: DeadlineMessage): JsonObject | undefined {
  const kept = Object.fromEntries(Object.entries(input).filter(([key]) => !ofRun.has(key)));
  if ('stage' in input && 'text' in input) return { ...kept, summary, text, next };
  if ('subject' in input && 'text' in input) return { ...kept, subject: summary, text: `${text}\n${next}\n` };
  return 'json' in input ? { ...kept, json: { subject: summary, text, next } } : undefined;
}
