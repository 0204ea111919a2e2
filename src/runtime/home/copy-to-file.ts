/** A journal's copy in a file: appended to, never rewritten. What it holds already must be the journal's beginning. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CopySink } from './copy-sink.ts';

const comparedBytes = 4_096;
const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

export function copyToFile(target: string, journal: string): CopySink {
  const path = resolve(target);
  let file: FileHandle | undefined;
  return {
    async open() {
      file = await open(path, flags, 0o600);
      return beginning(file, journal);
    },
    async write(bytes) {
      await file?.appendFile(bytes);
    },
    async close() {
      await file?.datasync();
    },
    abandon() {
      file?.close().catch(() => {});
      file = undefined;
    },
  };
}

/** How much of the journal the copy has. Compared at its end only: it is a copy, and the chain proves the rest. */
async function beginning(copy: FileHandle, journal: string): Promise<number> {
  const stat = await copy.stat();
  if (!stat.isFile()) return 0;
  const length = Math.min(comparedBytes, stat.size);
  const source = await open(journal, 'r');
  try {
    if ((await source.stat()).size < stat.size) throw new Error('it is longer than the journal: the journal was cut');
    const [theirs, ours] = await Promise.all([copy, source].map((file) => readPart(file, stat.size - length, length)));
    if (theirs !== undefined && ours !== undefined && theirs.equals(ours)) return stat.size;
  } finally {
    await source.close();
  }
  throw new Error('it holds something else than the beginning of this journal');
}

async function readPart(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
