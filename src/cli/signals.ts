/**
 * Signals to an engine. Ctrl-C on a terminal asks what is to become of what is in flight; a second one leaves at once.
 * SIGTERM (and Ctrl-C off a terminal) ends what is in flight, tells people, and is gone within 8 s. SIGHUP is nothing.
 */
import type { Person } from '../engine/protocol.ts';
import type { Engine } from '../runtime/engine.ts';
import type { Surface } from './invocation.ts';
import { beginLull, endLull } from './lull.ts';

/** Leaves time for the last entry and the exit before 8 s are over. */
const patienceMs = 7_300;

export interface SignalOptions {
  readonly engine: Engine;
  readonly by: Person;
  readonly surface: Surface;
  readonly onTerminal: boolean;
  /** The terminal has gone: nothing is drawn any more. */
  readonly hungUp: () => void;
  /** Somebody is about to be asked on the terminal. */
  readonly asks: () => void;
}

/** Answers what takes the handlers away again. */
export function listenToSignals(options: SignalOptions): { readonly told: () => boolean; readonly stop: () => void } {
  let signals = 0;
  let asking: { close(): void } | undefined;
  let patience: NodeJS.Timeout | undefined;
  const terminate = (signal: string): void => {
    signals += 1;
    patience ??= setTimeout(() => options.engine.abandonPost(), patienceMs);
    // Who sent a signal is not known: it is not said of whoever began the run.
    const by = { ...options.by, login: 'unknown', sudoUser: null, claimed: null };
    options.engine.decide({ type: 'decision.stop', by, reason: signal, inFlight: 'cancel', urgent: true });
  };
  const interrupt = (): void => {
    if (!options.onTerminal) return terminate('SIGINT');
    signals += 1;
    if (signals > 1) return options.engine.abandonPost();
    ask().catch(() => options.engine.abandonPost());
    return undefined;
  };
  /** The question's code is loaded when it is asked: most runs never hear a Ctrl-C. */
  const ask = async (): Promise<void> => {
    const { askWhatBecomes } = await import('./ask-what-becomes.ts');
    options.asks();
    asking = askWhatBecomes(options, () => {
      signals = 0;
    });
  };
  const handlers: readonly [NodeJS.Signals, () => void][] = [
    ['SIGINT', interrupt],
    ['SIGTERM', () => terminate('SIGTERM')],
    ['SIGHUP', options.hungUp],
  ];
  for (const [signal, handler] of handlers) process.on(signal, handler);
  endLull();
  return {
    told: () => signals > 0,
    stop: () => {
      clearTimeout(patience);
      asking?.close();
      beginLull();
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
}
