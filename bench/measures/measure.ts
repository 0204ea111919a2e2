/** One measure: a name to pick it by, and what it found out as rows of the table. */
import type { Contenders } from '../contenders.ts';
import type { Limits } from '../rounds.ts';
import type { Spread } from '../statistics.ts';
import type { Scratch } from '../stopwatch.ts';

export const measureNames = [
  'one-step',
  'six-steps',
  'sequential',
  'parallel',
  'memory',
  'audit',
  'files-restore',
  'postgres-restore',
  'hosts',
  'before',
] as const;
export type MeasureName = (typeof measureNames)[number];

export interface Bench {
  readonly scratch: Scratch;
  readonly contenders: Contenders;
  readonly quick: boolean;
  readonly limits: (rounds: number) => Limits;
}

export type Unit = 'ms' | 'MiB' | 'MB/s';

export interface Target {
  readonly of: 'ratio' | 'ours';
  readonly bound: 'at most' | 'at least';
  readonly value: number;
}

export interface Row {
  readonly measure: MeasureName;
  /** The work, in words: rows with the same work stand under it. */
  readonly work: string;
  readonly against: string;
  /** Medians; null where there is no such number. */
  readonly ours: number | null;
  readonly theirs: number | null;
  readonly unit: Unit;
  /** Ours divided by theirs, of pairs. */
  readonly ratio: Spread | null;
  readonly target: Target | null;
  /** Why there is no number, or what must be known to read it. */
  readonly note?: string;
}

export const ratioAtMost = (value: number): Target => ({ of: 'ratio', bound: 'at most', value });
export const oursAtMost = (value: number): Target => ({ of: 'ours', bound: 'at most', value });
export const oursAtLeast = (value: number): Target => ({ of: 'ours', bound: 'at least', value });

/** Undefined where the row has no target or no number. */
export function isReached({ target, ratio, ours }: Row): boolean | undefined {
  if (target === null) return undefined;
  const value = target.of === 'ours' ? ours : (ratio?.median ?? null);
  if (value === null) return undefined;
  return target.bound === 'at most' ? value <= target.value : value >= target.value;
}
