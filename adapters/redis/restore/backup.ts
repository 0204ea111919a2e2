/** Read-only: is the backup there, whole and young enough? By redis-check-rdb and redis-check-aof, and their words. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { digestOf } from '../../support/digest.ts';
import { lastLines, reasonOf } from '../../support/reason.ts';
import { inWords } from '../../support/space.ts';
import type { Order } from './input.ts';

export interface Backup {
  /** Of an append-only file: the name of its manifest. */
  readonly manifest: string | null;
  readonly bytes: number;
  /** Version of the server that wrote it; null where it is not said. */
  readonly version: string | null;
  /** As counted by redis-check-rdb, those that have expired left out; null for an append-only file. */
  readonly keys: number | null;
  /** For people. */
  readonly detail: string;
}

const another = 'Take another backup; nothing was changed.';

export async function examineBackup(order: Order, signal?: AbortSignal): Promise<Result<Backup, Trouble>> {
  const { backup } = order;
  try {
    const there = await stat(backup);
    return there.isDirectory() ? await examineFolder(order, signal) : await examineFile(order, there.size, signal);
  } catch (error) {
    return trouble(`Backup ${backup}: ${reasonOf(error)}`, 'Correct `backup`, or bring it back; nothing was changed.');
  }
}

async function examineFile(order: Order, bytes: number, signal?: AbortSignal): Promise<Result<Backup, Trouble>> {
  const { backup, checksum } = order;
  if (checksum !== null) {
    const actual = await digestOf(backup, signal);
    if (actual !== checksum) return trouble(`Backup ${backup} has the SHA-256 ${actual}, not ${checksum}`, another);
  }
  const said = await check('redis-check-rdb', backup, signal);
  if (!said.ok) return said;
  const field = (name: RegExp) => name.exec(said.value)?.[1];
  const keys = Number(field(/\[info\] (\d+) keys read/) ?? 0) - Number(field(/\[info\] (\d+) already expired/) ?? 0);
  if (keys <= 0) return trouble(`Backup ${backup} holds no key`, another);
  const madeAt = field(/AUX FIELD ctime = '(\d+)'/);
  const old = tooOld(order, madeAt === undefined ? (await stat(backup)).mtimeMs : Number(madeAt) * 1_000);
  if (old !== undefined) return old;
  const version = field(/AUX FIELD redis-ver = '([^']+)'/) ?? null;
  const detail = `${backup} is whole: ${keys} keys, ${inWords(bytes)}, written by Redis ${version ?? '(not said)'}`;
  return ok({ manifest: null, bytes, version, keys, detail });
}

async function examineFolder(order: Order, signal?: AbortSignal): Promise<Result<Backup, Trouble>> {
  const { backup, checksum } = order;
  if (checksum !== null) return trouble('`checksum` is for an RDB file', 'Leave it out for a folder.');
  const names = await readdir(backup);
  const manifest = names.find((name) => name.endsWith('.manifest'));
  if (manifest === undefined)
    return trouble(
      `Backup ${backup} holds no append-only file: there is no manifest in it`,
      'Name an RDB file, or the folder appendonlydir.',
    );
  const said = await check('redis-check-aof', join(backup, manifest), signal);
  if (!said.ok) return said;
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(backup, name))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const times = await Promise.all(names.map(async (name) => (await stat(join(backup, name))).mtimeMs));
  const old = tooOld(order, Math.max(...times));
  return old ?? ok({ manifest, bytes, version: null, keys: null, detail: `${backup} is whole: ${inWords(bytes)}` });
}

function tooOld({ backup, maxAgeMs }: Order, madeAt: number): { readonly ok: false; error: Trouble } | undefined {
  const age = Date.now() - madeAt;
  if (maxAgeMs === null || age <= maxAgeMs) return undefined;
  return trouble(
    `Backup ${backup} was made ${formatDuration(age)} ago, and may be ${formatDuration(maxAgeMs)} old`,
    'Take a newer one, or raise `newerThan`; nothing was changed.',
  );
}

async function check(program: string, file: string, signal?: AbortSignal): Promise<Result<string, Trouble>> {
  const { execa } = await import('execa');
  const options = {
    reject: false,
    stdin: 'ignore',
    all: true,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  } as const;
  const { failed, all, code } = await execa(program, [file], options);
  if (code === 'ENOENT') return trouble(`The program ${program} is missing`, 'Install it: apt-get install redis-tools');
  if (!failed && !/ERROR|not valid/.test(all)) return ok(all);
  const why = /^(?:\[offset \d+\] )?((?:Unexpected|Wrong|RDB CRC|Can't|Invalid|Unknown|Bad).*)$/m.exec(all)?.[1];
  return trouble(`Backup ${file} is damaged or truncated: ${why ?? lastLines(all, 1)}`, another, lastLines(all));
}
