/** The dump as a file: which kind it is, and its content as a stream. Names lie, so the first bytes decide. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { reasonOf } from '../../support/reason.ts';

export type Packing = 'none' | 'gzip' | 'zstd';

export interface DumpFile {
  readonly path: string;
  readonly kind: 'custom' | 'directory' | 'sql';
  readonly packing: Packing;
  /** On disk; of a folder, all files together. */
  readonly bytes: number;
  /** When the file was last written; of a folder, its table of contents. */
  readonly writtenAt: Date;
}

export async function dumpFileAt(path: string): Promise<Result<DumpFile, string>> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return await directoryAt(path);
    if (found.size === 0) return err('it is empty');
    const kind = await kindOf(path);
    return kind.ok ? ok({ path, ...kind.value, bytes: found.size, writtenAt: found.mtime }) : kind;
  } catch (error) {
    return err(reasonOf(error));
  }
}

async function directoryAt(path: string): Promise<Result<DumpFile, string>> {
  const { readdir } = await import('node:fs/promises');
  const names = await readdir(path);
  if (!names.includes('toc.dat')) return err('it is a folder without toc.dat, so it is no dump of pg_dump -Fd');
  const stats = await Promise.all(names.map((name) => stat(join(path, name))));
  const bytes = stats.reduce((sum, { size }) => sum + size, 0);
  const { mtime } = await stat(join(path, 'toc.dat'));
  return ok({ path, kind: 'directory', packing: 'none', bytes, writtenAt: mtime });
}

type Kind = Pick<DumpFile, 'kind' | 'packing'>;

async function kindOf(path: string): Promise<Result<Kind, string>> {
  const head = await headOf(path);
  if (head.toString('latin1', 0, 5) === 'PGDMP') return ok({ kind: 'custom', packing: 'none' });
  if (head.toString('latin1', 257, 262) === 'ustar')
    return err('it is a tar; a truncated one cannot be told from a whole one: make dumps with pg_dump -Fc or -Fd');
  const packing = packingOf(head);
  const unpacked = packing === 'none' ? ok(head) : await unpackedHead(path, packing);
  if (!unpacked.ok) return unpacked;
  const start = unpacked.value.toString('latin1');
  if (start.startsWith('PGDMP')) return err(`it is a dump of pg_dump -Fc packed again with ${packing}: unpack it`);
  if (start.includes('-- PostgreSQL database cluster dump'))
    return err('it is a dump of a whole server (pg_dumpall): make one of the database with pg_dump');
  if (start.includes('-- PostgreSQL database dump')) return ok({ kind: 'sql', packing });
  return err('it is no dump of pg_dump: neither -Fc, -Fd nor SQL');
}

function packingOf(head: Buffer): Packing {
  if (head.length >= 2 && head.readUInt16BE(0) === 0x1f8b) return 'gzip';
  return head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'none';
}

async function headOf(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function unpackedHead(path: string, packing: Packing): Promise<Result<Buffer, string>> {
  try {
    for await (const part of contentOf({ path, packing }) as AsyncIterable<Buffer>) return ok(part.subarray(0, 512));
    return err(`there is nothing in its ${packing}`);
  } catch (error) {
    return err(`it is damaged or truncated: ${reasonOf(error)}`);
  }
}

/** The SQL of it. Fails where it is truncated. */
export function contentOf({ path, packing }: Pick<DumpFile, 'path' | 'packing'>, signal?: AbortSignal): Readable {
  const file = createReadStream(path, { highWaterMark: 1_048_576, ...(signal === undefined ? {} : { signal }) });
  if (packing === 'none') return file;
  const unpack =
    packing === 'gzip' ? createGunzip({ chunkSize: 262_144 }) : createZstdDecompress({ chunkSize: 262_144 });
  return pipeline(file, unpack, () => undefined);
}

/** Uncompressed data files end as pg_dump ends them; pg_restore itself takes a cut one for a whole one. */
export async function cutDataFile({ path }: Pick<DumpFile, 'path'>): Promise<string | undefined> {
  const { readdir } = await import('node:fs/promises');
  for (const name of await readdir(path)) {
    if (/^\d+\.dat$/.test(name) && !(await endsAsDataDoes(join(path, name)))) return name;
  }
  return undefined;
}

async function endsAsDataDoes(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, Math.max(0, size - 8));
    return /(?:(?:^|\n)\\\.|;)\n\n+$/.test(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await handle.close();
  }
}
