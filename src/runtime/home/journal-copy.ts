/**
 * The journal's copy elsewhere (`--journal-copy FILE` or `tcp://host:port`), for who may not trust this machine (P8).
 * Owns: that the copy follows the journal line by line, byte for byte. Never holds the run up: it reads what is already durable in
 * the journal's file, so it needs no buffer, can lag, and catches up after trouble and after a crash. Trouble is told,
 * once for each new cause.
 */
import { open } from 'node:fs/promises';
import type { CopySink } from './copy-sink.ts';
import { copyToFile } from './copy-to-file.ts';
import { copyToTcp } from './copy-to-tcp.ts';

export interface JournalCopy {
  /** The journal is that long now, durably. */
  grown(length: number): void;
  /** Tries for at most `waitMs` to bring the copy to the journal's end; `false` where it lags. */
  close(waitMs: number): Promise<boolean>;
}

const retryMs = 1_000;
const chunkBytes = 1 << 20;

/** `journal`: the journal's path. `target`: a path, or `tcp://host:port`. Throws a Fault (`usage`) on a bad target. */
export function openJournalCopy(journal: string, target: string, onTrouble: (message: string) => void): JournalCopy {
  const sink = target.startsWith('tcp:') ? copyToTcp(target) : copyToFile(target, journal);
  return new Follower(journal, sink, (cause) => onTrouble(`The journal's copy ${target} lags: ${cause}`));
}

class Follower implements JournalCopy {
  readonly #journal: string;
  readonly #sink: CopySink;
  readonly #onTrouble: (cause: string) => void;
  #goal = 0;
  /** Bytes given to the sink; undefined while it is not open. */
  #sent: number | undefined;
  #pumping: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #lastTrouble = '';
  #closed = false;

  constructor(journal: string, sink: CopySink, onTrouble: (cause: string) => void) {
    this.#journal = journal;
    this.#sink = sink;
    this.#onTrouble = onTrouble;
  }

  grown(length: number): void {
    this.#goal = length;
    if (this.#retry === undefined && !this.#closed) this.#pump();
  }

  async close(waitMs: number): Promise<boolean> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const done = await within(waitMs, this.#finish());
    this.#sink.abandon();
    if (!done) this.#onTrouble('it did not take everything before the engine left');
    return done;
  }

  /** A connection that was lost without notice shows here at the latest: then once more from the start. */
  async #finish(): Promise<void> {
    await this.#pumping;
    await this.#follow()
      .then(() => this.#sink.close())
      .catch(async () => {
        this.#sink.abandon();
        this.#sent = undefined;
        await this.#follow();
        await this.#sink.close();
      });
  }

  #pump(): void {
    this.#pumping ??= this.#follow()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#pumping = undefined;
      });
  }

  async #follow(): Promise<void> {
    this.#sent ??= await this.#sink.open();
    while (this.#sent < this.#goal) {
      const bytes = await readLines(this.#journal, this.#sent, this.#goal);
      await this.#sink.write(bytes);
      this.#sent += bytes.length;
    }
  }

  #failed(error: unknown): void {
    this.#sent = undefined;
    this.#sink.abandon();
    const cause = error instanceof Error ? error.message : String(error);
    if (cause !== this.#lastTrouble) this.#onTrouble(cause);
    this.#lastTrouble = cause;
    if (this.#closed) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#pump();
    }, retryMs).unref();
  }
}

/** Whole lines from `start`, at least one, none behind `goal`. */
async function readLines(path: string, start: number, goal: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    for (let length = chunkBytes; ; length *= 2) {
      const wanted = Math.min(length, goal - start);
      const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, start);
      if (bytesRead < wanted) throw new Error(`the journal ends at ${start + bytesRead} bytes`);
      const end = wanted === goal - start ? wanted : buffer.lastIndexOf(0x0a) + 1;
      if (end > 0) return buffer.subarray(0, end);
    }
  } finally {
    await file.close();
  }
}

async function within(ms: number, work: Promise<void>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ms);
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, late.promise]).finally(() => clearTimeout(timer));
}
