/**
 * Ctrl-C and its like. There is one way out of the demo: its engines are told to end, whatever waits for them goes on, and
 * the next thing that it would tell throws instead, so that all that was opened is closed in order, once. Asked twice, it
 * does the same: to leave at once would leave servers behind.
 */
import { constants } from 'node:os';

export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

let heard: NodeJS.Signals | undefined;

export function listen(endEngines: () => Promise<unknown>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // With the terminal gone there is nobody to tell, and that is no reason to leave things behind.
      if (signal === 'SIGHUP')
        for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
      const said = heard === undefined ? 'Interrupted. Ending' : 'Still ending';
      process.stderr.write(`\n${said} what the demo has started: a few seconds.\n`);
      heard ??= signal;
      endEngines().catch(() => undefined);
    });
  }
}

export function isInterrupted(): boolean {
  return heard !== undefined;
}

export function goOnUnlessInterrupted(): void {
  if (heard !== undefined) throw new Interrupted(heard);
}

/** As a shell has it of a program that a signal has ended; undefined where none came. */
export function interruptedExitCode(): number | undefined {
  return heard === undefined ? undefined : 128 + constants.signals[heard];
}
