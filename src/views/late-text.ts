/** What whoever begins a late backout should know first. */
import type { Plan } from '../plan/plan.ts';
import type { TimeRecord } from '../ports/time-record.ts';
import { bothZones } from './deadline-text.ts';
import { spanWords } from './span.ts';
import { visible } from './visible.ts';

/** Instants: ms since the epoch. */
export interface Lateness {
  /** Null: no window is known, and the change is hours old. */
  readonly windowEnded: number | null;
  /** When the change was last worked on; null where nobody recorded that. */
  readonly changedAt: number | null;
  /** Changes that stand carried out on the system, and came after this one. */
  readonly later: readonly LaterChange[];
}

export interface LaterChange {
  readonly change: string;
  readonly at: number;
}

/** What a restore step tells of the ground that it stands on. */
export interface Drift {
  readonly step: string;
  readonly said: readonly string[];
  /** Why it tells nothing, or what it cannot tell; null where it tells all. */
  readonly unknown: string | null;
}

export interface LateFacts {
  readonly plan: Plan;
  readonly lateness: Lateness;
  readonly drift: readonly Drift[];
  /** When the playbook was last edited; null where it is not there any more. */
  readonly editedAt: number | null;
  /** The last run or rehearsal that went well. */
  readonly lastRun: TimeRecord | null;
  readonly now: number;
  readonly zone: string;
}

/** `the window ended 3 h 10 min ago`. */
export function lateWords(lateness: Lateness, now: number): string {
  const since = lateness.later.map(({ change, at }) => `${visible(change)} was carried out since, ${ago(at, now)}`);
  return [...timeWords(lateness, now), ...since].join('; ');
}

function timeWords({ windowEnded, changedAt, later }: Lateness, now: number): readonly string[] {
  if (windowEnded !== null) return [`the window ended ${ago(windowEnded, now)}`];
  return later.length > 0 ? [] : [`the change was carried out ${ago(changedAt ?? now, now)}`];
}

export function lateLines({ plan, lateness, drift, editedAt, lastRun, now, zone }: LateFacts): readonly string[] {
  const { windowEnded, changedAt, later } = lateness;
  const more = plan.phases.restore.steps.filter(({ condition }) => condition !== false).length - drift.length;
  return [
    `This backout of ${visible(plan.system)} comes LATE: ${lateWords(lateness, now)}.`,
    ...(windowEnded === null ? [] : [row('Window ended', bothZones(windowEnded, zone))]),
    ...(changedAt === null ? [] : [row('Change made', `${bothZones(changedAt, zone)}, ${ago(changedAt, now)}`)]),
    ...later.map(({ change, at }) => row('Later change', `${visible(change)}, ${bothZones(at, zone)}`)),
    ...(later.length > 0 ? ['What they changed is lost too where a backup from before them is put back.'] : []),
    row('Plan edited', editedAt === null ? 'unknown' : `${bothZones(editedAt, zone)}, ${ago(editedAt, now)}`),
    row('Last done', lastRun === null ? 'never, as far as is known here' : doneWords(lastRun, now)),
    'What has been written since the backups were made is lost where they are put back:',
    ...drift.flatMap(driftLines),
    ...(more > 0 ? [`  and ${more} more restore steps, which were not asked`] : []),
  ];
}

const row = (label: string, text: string): string => `  ${label.padEnd(14)}${text}`;

function doneWords({ at, mode, run }: TimeRecord, now: number): string {
  return `${mode === 'rehearsal' ? 'rehearsed' : 'run'} ${ago(at, now)} (${run})`;
}

function driftLines({ step, said, unknown }: Drift): readonly string[] {
  const all = [...said, ...(unknown === null ? [] : [unknown])];
  return [`  ${visible(step)}:`, ...all.map((text) => `    ${visible(text)}`)];
}

export const ago = (at: number, now: number): string => `${spanWords(now - at)} ago`;
