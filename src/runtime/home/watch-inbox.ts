/**
 * The engine's side of the inbox: hears each decision once, one after the other, and answers it.
 * Owns: the order, the answer, the remains of an engine that died. Does not own: what a decision means (engine), who
 * may decide: whoever can write the folder.
 *
 * At most once: a decision is taken (renamed) before it is heard. If the engine dies in between, the next one answers
 * that it was perhaps not heard; it never hears it a second time.
 */
import { type FSWatcher, readdirSync, renameSync, rmSync, statSync, watch } from 'node:fs';
import type { Answer, HearDecision, Inbox } from '../../ports/inbox.ts';
import { writeWhole } from './durable-file.ts';
import { idsOf, inboxFileMode, inboxPath } from './inbox-files.ts';

const pollMs = 500;
const answerKeptMs = 10 * 60_000;

/** Begins to hear; what was posted before is heard first. Holds no process open. */
export function watchInbox(folder: string, hear: HearDecision, onTrouble: (message: string) => void): Inbox {
  return new WatchedInbox(folder, hear, onTrouble);
}

class WatchedInbox implements Inbox {
  readonly #folder: string;
  readonly #hear: HearDecision;
  readonly #onTrouble: (message: string) => void;
  readonly #watcher: FSWatcher | undefined;
  readonly #poll: NodeJS.Timeout;
  #working: Promise<void> = Promise.resolve();
  #scheduled = false;
  #closed = false;

  constructor(folder: string, hear: HearDecision, onTrouble: (message: string) => void) {
    this.#folder = folder;
    this.#hear = hear;
    this.#onTrouble = onTrouble;
    this.#watcher = startWatcher(folder, () => this.#look());
    this.#poll = setInterval(() => this.#look(), pollMs).unref();
    this.#guarded(() => this.#clearRemains());
    this.#look();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watcher?.close();
    clearInterval(this.#poll);
    await this.#working;
  }

  #look(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#working = this.#working.then(() => {
      this.#scheduled = false;
      return this.#hearAll();
    });
  }

  async #hearAll(): Promise<void> {
    const ids = this.#guarded(() => idsOf(readdirSync(this.#folder), 'posted')) ?? [];
    for (const id of ids) {
      if (this.#closed) return;
      if (this.#take(id)) await this.#handle(id);
    }
  }

  /** Not taken when the poster withdrew it meanwhile. */
  #take(id: string): boolean {
    try {
      renameSync(inboxPath(this.#folder, id, 'posted'), inboxPath(this.#folder, id, 'taken'));
      return true;
    } catch {
      return false;
    }
  }

  async #handle(id: string): Promise<void> {
    const answer = await this.#answerTo(id).catch((error: unknown): Answer => {
      this.#onTrouble(`A decision could not be heard: ${String(error)}`);
      return { accepted: false, message: `The engine could not hear the decision: ${String(error)}`, seq: null };
    });
    this.#guarded(() => this.#reply(id, answer));
  }

  async #answerTo(id: string): Promise<Answer> {
    const { readDecision } = await import('./decision-file.ts');
    const decision = readDecision(inboxPath(this.#folder, id, 'taken'));
    if (!decision.ok) return { accepted: false, message: decision.error, seq: null };
    return this.#hear(decision.value);
  }

  #reply(id: string, answer: Answer): void {
    writeWhole(inboxPath(this.#folder, id, 'answer'), `${JSON.stringify(answer)}\n`, inboxFileMode);
    rmSync(inboxPath(this.#folder, id, 'taken'), { force: true });
  }

  #clearRemains(): void {
    const names = readdirSync(this.#folder);
    const message = 'The engine ended before it answered; see what came of it with: backout status';
    for (const id of idsOf(names, 'taken')) this.#reply(id, { accepted: false, message, seq: null });
    for (const id of idsOf(names, 'answer')) {
      const path = inboxPath(this.#folder, id, 'answer');
      if (Date.now() - statSync(path).mtimeMs > answerKeptMs) rmSync(path, { force: true });
    }
  }

  #guarded<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#onTrouble(`The inbox ${this.#folder} cannot be used: ${String(error)}`);
      return undefined;
    }
  }
}

/** Watching is only for speed: without it (no watches left, an odd file system) the poll finds everything. */
function startWatcher(folder: string, look: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, look);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
