/**
 * Steps as processes: `StepProcesses` on the project's own launcher. It puts the parts together; the process itself is
 * supervisor.pl, the truth about it its folder (look.ts), its end end.ts.
 */
import { Fault } from '../../kernel/fault.ts';
import type { StepProcesses } from '../../ports/step-process.ts';
import { thisBoot } from './boot.ts';
import { endAttempt, livingOf } from './end.ts';
import { follow } from './follow.ts';
import { look } from './look.ts';
import { Requests } from './requests.ts';

export interface StepProcessesOptions {
  /** `now` saves the first step the launcher's start; `on-demand` is for callers that may start nothing. */
  readonly launch: 'now' | 'on-demand';
}

export function createStepProcesses(options: StepProcessesOptions = { launch: 'now' }): StepProcesses {
  const requests = new Requests();
  if (options.launch === 'now') warmUp(requests);
  return {
    boot: thisBoot(),
    run: (spec) => requests.run(spec),
    look,
    follow,
    end: endAttempt,
    living: livingOf,
    close: () => requests.close(),
  };
}

/** A machine without perl can still do what needs no process; the first step that does says what is missing. */
function warmUp(requests: Requests): void {
  try {
    requests.launch();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}
