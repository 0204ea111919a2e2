/**
 * The file `hosts.ndjson` of an attempt: one line for each host whose end is known, `{"done":true}` when there is no
 * more to come. The worker writes it durably, the engine reads it while it follows the worker, and again after a crash.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostEnd } from '../../engine/protocol.ts';

const fileName = 'hosts.ndjson';

/** What becomes known together is one write and one sync. */
export class RecordWriter {
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  static async in(folder: string): Promise<RecordWriter> {
    return new RecordWriter(await open(join(folder, fileName), 'a', 0o600));
  }

  add(record: HostEnd | { readonly done: true }): void {
    this.#waiting.push(`${JSON.stringify(record)}\n`);
    this.#writing ??= this.#write();
    // Whoever relies on it awaits `flushed`, and hears of trouble there.
    this.#writing.catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.flushed();
    await this.#file.close();
  }

  /** Resolves when all that was added is on disk. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting.join('');
      this.#waiting = [];
      await this.#file.appendFile(lines);
      await this.#file.datasync();
    }
    this.#writing = undefined;
  }
}

export class RecordReader {
  readonly all = new Map<string, HostEnd>();
  /** The worker said that there is no more to come. */
  done = false;
  readonly #path: string;
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(folder: string) {
    this.#path = join(folder, fileName);
  }

  /** What is new since the last call. */
  next(): readonly HostEnd[] {
    const lines = this.#newLines();
    const found: HostEnd[] = [];
    for (const line of lines) {
      const record = JSON.parse(line) as HostEnd | { readonly done: true };
      if ('done' in record) this.done = true;
      else {
        this.all.set(record.host, record);
        found.push(record);
      }
    }
    return found;
  }

  /** Whole lines only: a crash may have cut the last one. */
  #newLines(): readonly string[] {
    const bytes = Buffer.concat([this.#rest, this.#read()]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.#rest = bytes.subarray(end);
    return bytes
      .subarray(0, end)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  #read(): Buffer {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch {
      return Buffer.alloc(0);
    }
    try {
      const chunk = Buffer.alloc(Math.max(0, fstatSync(file).size - this.#offset));
      const read = readSync(file, chunk, 0, chunk.length, this.#offset);
      this.#offset += read;
      return chunk.subarray(0, read);
    } finally {
      closeSync(file);
    }
  }
}
