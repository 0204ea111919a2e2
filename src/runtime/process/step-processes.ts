/**
 * Steps as processes: `StepProcesses` on the project's own launcher.
 *
 * Owns: which request belongs to which promise, sending again what a dying launcher lost.
 * Does not own: the process itself (supervisor.pl), the truth about it (its folder, read by look.ts).
 * Keeps: P4 (a request sent twice runs once, because the claim decides), P6 (end.ts).
 */
import { Fault } from '../../kernel/fault.ts';
import type { ProcessEnd, ProcessSpec, StepProcesses } from '../../ports/step-process.ts';
import { thisBoot } from './boot.ts';
import { endAttempt, livingOf } from './end.ts';
import { follow } from './follow.ts';
import { type Launcher, startLauncher } from './launcher.ts';
import { look } from './look.ts';
import { encodeRequest, unpassable } from './request.ts';
import { parseStatus } from './status.ts';

/** How often the folders are asked, in case that an answer was lost. */
const checkEveryMs = 1_000;
/** A request that nobody has claimed after so many checks is sent again. */
const checksBeforeResend = 5;
const launchersAtMost = 5;

interface Pending {
  readonly spec: ProcessSpec;
  readonly resolve: (end: ProcessEnd) => void;
  readonly reject: (error: unknown) => void;
  checks: number;
}

export interface StepProcessesOptions {
  /** `now` saves the first step the launcher's start; `on-demand` is for callers that may start nothing. */
  readonly launch: 'now' | 'on-demand';
}

export function createStepProcesses(options: StepProcessesOptions = { launch: 'now' }): StepProcesses {
  const pending = new Map<number, Pending>();
  let launcher: Launcher | undefined;
  let launchers = 0;
  let lastId = 0;
  let timer: NodeJS.Timeout | undefined;
  let lastWords = '';

  const answer = (id: number, text: string): void => {
    const end = parseStatus(text);
    if (end !== undefined) settle(id, end);
    else followInstead(id);
  };

  const settle = (id: number, end: ProcessEnd): void => {
    const waiting = pending.get(id);
    if (waiting === undefined) return;
    forget(id);
    waiting.resolve(end);
  };

  const followInstead = (id: number): void => {
    const waiting = pending.get(id);
    if (waiting === undefined) return;
    forget(id);
    follow(waiting.spec.dir).then(waiting.resolve, waiting.reject);
  };

  const forget = (id: number): void => {
    pending.delete(id);
    if (pending.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    launcher?.release();
  };

  const launch = (): Launcher => {
    if (launcher !== undefined) return launcher;
    launchers += 1;
    if (launchers > launchersAtMost)
      throw new Fault('internal', `the launcher of steps dies again and again: ${lastWords || 'it says nothing'}`);
    launcher = startLauncher(answer, (words) => {
      lastWords = words;
      launcher = undefined;
      sendAgain();
    });
    return launcher;
  };

  const send = (id: number, waiting: Pending): void => {
    try {
      const ready = launch();
      ready.hold();
      ready.send(encodeRequest(id, waiting.spec));
      timer ??= setInterval(check, checkEveryMs);
    } catch (error) {
      forget(id);
      waiting.reject(error);
    }
  };

  /** The launcher died: what it had not begun goes to a new one, what it had begun is followed in its folder. */
  const sendAgain = (): void => {
    for (const [id, waiting] of pending) {
      if (look(waiting.spec.dir, thisBoot()).kind === 'none') send(id, waiting);
      else followInstead(id);
    }
  };

  const check = (): void => {
    for (const [id, waiting] of pending) {
      const sighting = look(waiting.spec.dir, thisBoot());
      if (sighting.kind === 'ended') settle(id, sighting.end);
      waiting.checks += 1;
      if (sighting.kind === 'none' && waiting.checks % checksBeforeResend === 0) send(id, waiting);
    }
  };

  if (options.launch === 'now') warmUp(launch);
  return {
    boot: thisBoot(),
    run(spec) {
      const reason = unpassable(spec);
      if (reason !== null) return Promise.resolve({ kind: 'not-started', reason });
      return new Promise((resolve, reject) => {
        lastId += 1;
        const waiting = { spec, resolve, reject, checks: 0 };
        pending.set(lastId, waiting);
        send(lastId, waiting);
      });
    },
    look,
    follow,
    end: endAttempt,
    living: livingOf,
    close() {
      clearInterval(timer);
      launcher?.close();
      launcher = undefined;
    },
  };
}

/** A machine without perl can still do what needs no process; the first step that does says what is missing. */
function warmUp(launch: () => unknown): void {
  try {
    launch();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}
