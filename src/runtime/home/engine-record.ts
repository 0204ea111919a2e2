/**
 * Which engine drives: who started it, and the process by an identity that is not a pid alone (start time and boot).
 * Says whether it is alive, stopped (SIGSTOP: it holds everything and does nothing) or gone.
 */
import { readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Person } from '../../engine/protocol.ts';
import { readIfThere, replaceFile } from './durable-file.ts';

export interface EngineRecord {
  readonly run: string;
  readonly pid: number;
  /** Clock ticks since boot, as /proc/PID/stat has it. */
  readonly startTime: string;
  readonly boot: string;
  readonly login: string;
  readonly sudoUser: string | null;
  readonly host: string;
  /** RFC 3339 UTC: when it began to drive. */
  readonly since: string;
}

/** `elsewhere`: on another host or in another boot's memory of a shared folder; nothing can be said of it here. */
export type EngineSight = 'alive' | 'stopped' | 'gone' | 'elsewhere';

/** The record of this process. */
export function thisEngine(run: string, by: Person, nowMs: number): EngineRecord {
  const self = processStat(process.pid);
  return {
    run,
    pid: process.pid,
    startTime: self?.startTime ?? '',
    boot: bootId(),
    login: by.login,
    sudoUser: by.sudoUser,
    host: hostname(),
    since: new Date(nowMs).toISOString(),
  };
}

export function sightOf(record: EngineRecord): EngineSight {
  if (record.host !== hostname()) return 'elsewhere';
  if (record.boot !== bootId()) return 'gone';
  const stat = processStat(record.pid);
  if (stat === undefined || stat.startTime !== record.startTime || stat.state === 'Z') return 'gone';
  return stat.state === 'T' || stat.state === 't' ? 'stopped' : 'alive';
}

/** Not synced: after a power cut nobody drives anyway. */
export function writeRecord(path: string, record: EngineRecord, mode: number): void {
  replaceFile(path, `${JSON.stringify(record, null, 2)}\n`, mode);
}

/**
 * `writeRecord` where a full disk must not stand in the way: the note tells people who drives, the lock alone decides.
 * The note of an engine before is then removed, so that it does not speak for this one.
 */
export function noteRecord(path: string, record: EngineRecord, mode: number): void {
  try {
    writeRecord(path, record, mode);
  } catch {
    rmSync(path, { force: true });
  }
}

/** `undefined` where there is none, or none that can be read. */
export function readRecord(path: string): EngineRecord | undefined {
  try {
    const value: unknown = JSON.parse(readIfThere(path) ?? 'null');
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const texts = ['run', 'startTime', 'boot', 'login', 'host', 'since'] as const;

function isRecord(value: unknown): value is EngineRecord {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as { readonly [name: string]: unknown };
  return texts.every((name) => typeof fields[name] === 'string') && Number.isSafeInteger(fields.pid);
}

let boot: string | undefined;

/** This boot of this machine; empty where the system does not say. */
export function bootId(): string {
  boot ??= readOrEmpty('/proc/sys/kernel/random/boot_id').trim();
  return boot;
}

interface ProcessStat {
  /** One letter, e.g. `S`, `T` (stopped), `Z` (ended, not yet waited for). */
  readonly state: string;
  readonly startTime: string;
}

/** The name in brackets may hold anything, so the fields are counted from the last bracket. */
function processStat(pid: number): ProcessStat | undefined {
  const text = readOrEmpty(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
