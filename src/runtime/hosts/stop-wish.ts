/** The wish to stop, as the engine left it in the attempt's folder; heard within a tenth of a second. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StopOrder, stopFile } from './order.ts';

const lookMs = 100;
/** Somebody else ends this process: there is little time, and no word of how much. */
const hurried: StopOrder = { why: 'cancelled', graceMs: 2_000, withinMs: 4_000 };

export class StopWish {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #order: StopOrder | undefined;

  constructor(folder: string) {
    const path = join(folder, stopFile);
    this.#timer = setInterval(() => this.#look(path), lookMs);
    process.on('SIGTERM', () => this.#ask(hurried));
    this.#look(path);
  }

  /** Undefined while nobody wants it to end. */
  get order(): StopOrder | undefined {
    return this.#order;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(path: string): void {
    if (this.#order !== undefined) return;
    try {
      // The engine's own text, renamed into place: a cast beside a parse.
      this.#ask(JSON.parse(readFileSync(path, 'utf8')) as StopOrder);
    } catch {
      // Not there.
    }
  }

  #ask(order: StopOrder): void {
    this.#order ??= order;
    this.#controller.abort();
  }
}
