/**
 * A scene: real servers on loopback, in a folder of its own, for one of the playbooks. What the demo shows and what the
 * playbook's tests run is the same scene, so that neither can promise what the other does not hold.
 */
import type { ServiceDesk } from '../service-desk.ts';

export interface Scene {
  readonly title: string;
  /** Programs that it starts, for tools/test-servers.mjs. */
  readonly programs: readonly string[];
  /** Stands it up; `folder` is empty and its own. What has to be closed is told as it is opened (`openScene`). */
  open(folder: string, closers: Closers): Promise<Stage>;
}

export interface Stage {
  /** What stands there, in sentences. */
  readonly story: readonly string[];
  /** What the playbook is run with. */
  readonly params: { readonly [name: string]: string | number };
  /** Its secrets. */
  readonly env: { readonly [name: string]: string };
  readonly desk: ServiceDesk;
  /** The change that fails; resolves with what users and operators see of it, in sentences. */
  goWrong(): Promise<readonly string[]>;
  /** What must hold when it is backed out, measured now. */
  back(): Promise<readonly Fact[]>;
  /** Ends every server. The folder is the caller's. */
  close(): Promise<void>;
}

export interface Fact {
  readonly what: string;
  readonly holds: boolean;
}

/** Closes in reverse order, all of them, whatever one of them says. */
export class Closers {
  readonly #closers: (() => unknown)[] = [];

  add(close: () => unknown): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}

/** As `Promise.all`, but where one cannot be started it waits for the others: until then they cannot be closed. */
export async function together<T extends readonly Promise<unknown>[] | []>(starting: T) {
  await Promise.allSettled(starting);
  return Promise.all(starting);
}

/** Whole, or not at all: where a part cannot be stood up, the others are closed again. */
export async function openScene(scene: Scene, folder: string): Promise<Stage> {
  const closers = new Closers();
  try {
    return await scene.open(folder, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}
