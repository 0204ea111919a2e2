/**
 * Requests to the launcher and who waits for their answers.
 *
 * Owns: which answer belongs to which promise; sending again what a dying launcher lost. Keeps P4: a request that is
 * sent twice runs once, because the claim in the step's folder decides; the folder is also asked when no answer comes.
 */
import { Fault } from '../../kernel/fault.ts';
import type { ProcessEnd, ProcessSpec } from '../../ports/step-process.ts';
import { thisBoot } from './boot.ts';
import { follow } from './follow.ts';
import { type Launcher, startLauncher } from './launcher.ts';
import { look } from './look.ts';
import { encodeRequest, unpassable } from './request.ts';
import { parseStatus } from './status.ts';

/** How often the folders are asked. */
const checkEveryMs = 1_000;
/** A request that nobody has claimed after so many checks is sent again. */
const checksBeforeResend = 5;
/** A launcher that dies so often will not do better. */
const launchersAtMost = 5;

interface Pending {
  readonly spec: ProcessSpec;
  readonly resolve: (end: ProcessEnd) => void;
  readonly reject: (error: unknown) => void;
  checks: number;
}

export class Requests {
  readonly #pending = new Map<number, Pending>();
  #launcher: Launcher | undefined;
  #launchers = 0;
  #lastId = 0;
  #lastWords = '';
  #timer: NodeJS.Timeout | undefined;

  /** Starts the launcher, unless it runs. Throws a `Fault` where there is no perl. */
  launch(): Launcher {
    if (this.#launcher !== undefined) return this.#launcher;
    this.#launchers += 1;
    if (this.#launchers > launchersAtMost)
      throw new Fault(
        'internal',
        `The launcher of steps dies again and again: ${this.#lastWords || 'no word of why'}.`,
      );
    this.#launcher = startLauncher(
      (id, text) => this.#answer(id, text),
      (words) => this.#launcherDied(words),
    );
    return this.#launcher;
  }

  run(spec: ProcessSpec): Promise<ProcessEnd> {
    const reason = unpassable(spec);
    if (reason !== null) return Promise.resolve({ kind: 'not-started', reason });
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const waiting = { spec, resolve, reject, checks: 0 };
      this.#pending.set(this.#lastId, waiting);
      this.#send(this.#lastId, waiting);
    });
  }

  /** Lets go: what runs goes on, and whoever still waits for it hears nothing more. */
  close(): void {
    clearInterval(this.#timer);
    this.#pending.clear();
    this.#launcher?.close();
    this.#launcher = undefined;
  }

  #send(id: number, waiting: Pending): void {
    try {
      const launcher = this.launch();
      launcher.hold();
      launcher.send(encodeRequest(id, waiting.spec));
      this.#timer ??= setInterval(() => this.#check(), checkEveryMs);
    } catch (error) {
      this.#forget(id);
      waiting.reject(error);
    }
  }

  #answer(id: number, text: string): void {
    const end = parseStatus(text);
    if (end !== undefined) this.#settle(id, end);
    else this.#followInstead(id);
  }

  #settle(id: number, end: ProcessEnd): void {
    const waiting = this.#pending.get(id);
    this.#forget(id);
    waiting?.resolve(end);
  }

  #followInstead(id: number): void {
    const waiting = this.#pending.get(id);
    this.#forget(id);
    if (waiting !== undefined) follow(waiting.spec.dir).then(waiting.resolve, waiting.reject);
  }

  #forget(id: number): void {
    this.#pending.delete(id);
    if (this.#pending.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#launcher?.release();
  }

  /** What it had not begun goes to a new one, what it had begun is followed in its folder. */
  #launcherDied(words: string): void {
    this.#lastWords = words;
    this.#launcher = undefined;
    for (const [id, waiting] of this.#pending) {
      if (look(waiting.spec.dir, thisBoot()).kind === 'none') this.#send(id, waiting);
      else this.#followInstead(id);
    }
  }

  #check(): void {
    for (const [id, waiting] of this.#pending) {
      const sighting = look(waiting.spec.dir, thisBoot());
      if (sighting.kind === 'ended') this.#settle(id, sighting.end);
      waiting.checks += 1;
      if (sighting.kind === 'none' && waiting.checks % checksBeforeResend === 0) this.#send(id, waiting);
    }
  }
}
