/** Decisions that come through the inbox: given to the engine, answered when the journal has them or it refused. */

import type { Decision } from '../engine/protocol.ts';
import { refusal } from '../engine/refusal.ts';
import type { Entry } from '../journal/entry.ts';
import type { Answer, HearDecision } from '../ports/inbox.ts';
import type { Engine } from '../runtime/engine.ts';

export interface Answering {
  readonly hear: HearDecision;
  /** Told of every durable batch. */
  recorded(entries: readonly Entry[]): void;
}

/** `engine` is asked for late: the inbox exists before the engine does. */
export function createAnswering(engine: () => Engine): Answering {
  let waiting: { readonly decision: Decision; readonly answer: (answer: Answer) => void } | undefined;
  return {
    hear: (decision) =>
      new Promise((resolve) => {
        const { context } = engine().state;
        const refused = refusal(context, decision);
        if (refused !== undefined) return resolve({ accepted: false, message: refused, seq: null });
        waiting = { decision, answer: resolve };
        return engine().decide(decision);
      }),
    recorded: (entries) => {
      if (waiting === undefined) return;
      const found = entries.find(({ event }) => isThat(event, waiting?.decision));
      if (found === undefined) return;
      waiting.answer({ accepted: true, message: 'recorded', seq: found.seq });
      waiting = undefined;
    },
  };
}

function isThat(event: Entry['event'], decision: Decision | undefined): boolean {
  if (decision === undefined || event.type !== decision.type) return false;
  const sameStep = !('step' in decision) || ('step' in event && event.step === decision.step);
  return sameStep && 'by' in event && event.by.login === decision.by.login;
}
