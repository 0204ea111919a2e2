/**
 * A journal's copy in a file: appended to, never rewritten. Several runs may write into one file, also at once: each
 * write is one call with whole lines, and each run finds its own part by its chain (copy-own-part.ts).
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { OwnPart } from './copy-own-part.ts';
import type { CopySink } from './copy-sink.ts';

const chunkBytes = 1 << 20;
const newline = 0x0a;
const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

export function copyToFile(target: string, journal: string): CopySink {
  const path = resolve(target);
  let file: FileHandle | undefined;
  let isRegular = true;
  /** The file's length where it ended within the line that is due; undefined once that was written. */
  let cutAt: number | undefined;
  return {
    async open() {
      file = await open(path, flags, 0o600);
      isRegular = (await file.stat()).isFile();
      cutAt = undefined;
      if (!isRegular) return 0;
      const part = new OwnPart(await readFile(journal));
      const { tail, length } = await eachLine(file, (line) => part.push(line));
      const { offset, withinLine } = part.finish(tail);
      if (withinLine) cutAt = length;
      return offset;
    },
    async write(bytes) {
      if (file === undefined) return;
      if (!isRegular) return file.appendFile(bytes);
      const expected = cutAt;
      cutAt = undefined;
      await appendOnce(
        file,
        expected === undefined ? await onOwnLine(file, bytes) : await goingOn(file, expected, bytes),
      );
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

/** In one call, so that what others append at the same time stands before or behind it. */
async function appendOnce(file: FileHandle, bytes: Uint8Array): Promise<void> {
  const { bytesWritten } = await file.write(bytes);
  if (bytesWritten < bytes.length) throw new Error('it took only a part of what was written');
}

async function goingOn(file: FileHandle, expected: number, bytes: Uint8Array): Promise<Uint8Array> {
  if ((await file.stat()).size === expected) return bytes;
  throw new Error('somebody else wrote behind half a line in it');
}

/** Another run's engine may have been killed within its line. */
async function onOwnLine(file: FileHandle, bytes: Uint8Array): Promise<Uint8Array> {
  const { size } = await file.stat();
  if (size === 0) return bytes;
  const last = await readPart(file, size - 1, 1);
  return last[0] === newline ? bytes : Buffer.concat([Buffer.of(newline), bytes]);
}

/** Gives each whole line; answers what stands behind the last one, and how long the file is. */
async function eachLine(
  file: FileHandle,
  push: (line: Buffer) => void,
): Promise<{ readonly tail: Buffer; readonly length: number }> {
  let kept: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = await readPart(file, length, chunkBytes);
    if (chunk.length === 0) return { tail: Buffer.concat(kept), length };
    length += chunk.length;
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      push(Buffer.concat([...kept, chunk.subarray(start, end)]));
      kept = [];
      start = end + 1;
    }
    kept.push(chunk.subarray(start));
  }
}

async function readPart(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
