/**
 * What an archive holds, found by reading all of it once: so a truncated or damaged one is found before anything is
 * touched. GNU tar does the reading, gzip or zstd the unpacking.
 */
import { open } from 'node:fs/promises';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { firstLine, oneLine, reasonOf } from '../../support/reason.ts';
import { placeOf } from './member.ts';

export type Packing = 'tar' | 'gzip' | 'zstd';

/** The programs that reading it takes. */
export const programsFor: Readonly<Record<Packing, readonly string[]>> = {
  tar: ['tar'],
  gzip: ['tar', 'gzip'],
  zstd: ['tar', 'zstd'],
};

/** `--long=31`: archives packed with a long window are read too. */
export const unpackWith: Readonly<Record<Packing, readonly string[]>> = {
  tar: [],
  gzip: ['--gzip'],
  zstd: ['--use-compress-program=zstd --long=31'],
};

/** By what the file begins with; names lie. */
export async function packingOf(archive: string): Promise<Result<Packing, string>> {
  let head: Buffer;
  try {
    head = await readAt(archive, 0, 512);
  } catch (error) {
    return err(reasonOf(error));
  }
  if (head.length === 0) return err('it is empty');
  if (head.readUInt16BE(0) === 0x1f8b) return ok('gzip');
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return ok('zstd');
  if (head.toString('latin1', 257, 262) === 'ustar') return ok('tar');
  return err('it is neither tar nor tar.gz nor tar.zst');
}

export interface Contents {
  /** Names of members as they will stand in the tree; folders end with `/`. */
  readonly names: ReadonlySet<string>;
  /** Members that are not folders. */
  readonly files: number;
  /** Bytes of the archive when unpacked, headers included. */
  readonly bytes: number;
  /** The archive says itself which owner and mode the folder that it is unpacked into has. */
  readonly hasRoot: boolean;
}

export interface Reading {
  readonly archive: string;
  readonly packing: Packing;
  readonly strip: number;
  readonly signal?: AbortSignal;
}

export async function contentsOf(reading: Reading): Promise<Result<Contents, string>> {
  const { archive, packing, signal } = reading;
  if (packing === 'tar' && !(await endsAsTarDoes(archive))) return err('it is truncated: its end is missing');
  const { execa } = await import('execa');
  const listing = execa(
    'tar',
    [
      '--list',
      '--totals',
      '--absolute-names',
      '--quoting-style=escape',
      '--force-local',
      ...unpackWith[packing],
      '--file',
      archive,
    ],
    {
      env: { LC_ALL: 'C' },
      stdin: 'ignore',
      reject: false,
      buffer: { stdout: false },
      encoding: 'buffer',
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    },
  );
  const names = new Set<string>();
  const seen = { files: 0, hasRoot: false, outside: undefined as string | undefined };
  for await (const lines of linesOf(listing.stdout)) {
    for (const line of lines) note(unquoted(line), reading.strip, names, seen);
  }
  const { failed, stderr: words, exitCode, originalMessage } = await listing;
  const stderr = Buffer.from(words).toString('utf8');
  signal?.throwIfAborted();
  if (failed)
    return err(
      exitCode === undefined
        ? oneLine(originalMessage ?? 'tar could not be started')
        : `it is damaged or truncated: ${firstLine(stderr)}`,
    );
  if (seen.outside !== undefined) return err(`it holds ${seen.outside}, which would be written outside the target`);
  if (names.size === 0)
    return err(reading.strip === 0 ? 'it holds nothing' : `it holds nothing below ${reading.strip} leading folders`);
  const bytes = Number(/Total bytes read: (\d+)/.exec(stderr)?.[1] ?? 0);
  return ok({ names, files: seen.files, bytes, hasRoot: seen.hasRoot });
}

/** As many lines at once as there are: there may be a million of them. */
async function* linesOf(output: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const part of output) {
    // One byte a character: tar has written all others than ASCII as `\ooo`.
    const lines = `${rest}${part.toString('latin1')}`.split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
  if (rest !== '') yield [rest];
}

interface Seen {
  files: number;
  hasRoot: boolean;
  outside: string | undefined;
}

function note(member: string, strip: number, names: Set<string>, seen: Seen): void {
  const { name, outside } = placeOf(member, strip);
  if (outside) seen.outside ??= member;
  if (strip === 0 && (member === './' || member === '.')) seen.hasRoot = true;
  if (name === '') return;
  names.add(name);
  if (!name.endsWith('/')) seen.files += 1;
}

/** A tar file ends with two blocks of zeros; tar itself does not mind when a whole number of members is missing. */
async function endsAsTarDoes(archive: string): Promise<boolean> {
  const handle = await open(archive, 'r');
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(1_024);
    const { bytesRead } = await handle.read(tail, 0, 1_024, Math.max(0, size - 1_024));
    return size % 512 === 0 && bytesRead === 1_024 && tail.every((byte) => byte === 0);
  } finally {
    await handle.close();
  }
}

async function readAt(file: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

const letters: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** Undoes tar's `escape` quoting: `\n`, `\\`, and `\ooo` for bytes that are not ASCII. */
export function unquoted(line: string): string {
  if (!line.includes('\\')) return line;
  const bytes = line.matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs);
  const parts: Buffer[] = [];
  for (const [, octal, letter, plain] of bytes) {
    if (octal !== undefined) parts.push(Buffer.from([Number.parseInt(octal, 8)]));
    else if (letter !== undefined)
      parts.push(letter in letters ? Buffer.from([letters[letter] ?? 0]) : Buffer.from(letter));
    else parts.push(Buffer.from(plain ?? ''));
  }
  return Buffer.concat(parts).toString('utf8');
}
