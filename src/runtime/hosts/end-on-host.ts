/** One host on which an earlier attempt may still run, and is only to be ended (P6): nothing is begun there. */
import type { Answer } from './answer.ts';
import { callToStop, type Ended, endOf, notEnded, type Outcome, outcomeOf } from './on-host.ts';
import type { HostOrder, HostsOrder } from './order.ts';
import type { StopWish } from './stop-wish.ts';

/** Beyond the grace: for connections to be made and answers to come. */
const reachMs = 20_000;
const nothing = { bytes: 0, text: '' };

export async function endOnHost(order: HostsOrder, host: HostOrder, stop: StopWish): Promise<Ended> {
  const began = performance.now();
  const made = await callToStop(order, host, order.graceMs, limitOf(order, stop));
  const outcome = endedOutcome(made?.answer) ?? notEnded(order, host, made);
  return { end: endOf(order, host, outcome, undefined, performance.now() - began), out: nothing, err: nothing };
}

/** Its own time; less when the engine is to be gone before that. */
function limitOf({ graceMs }: HostsOrder, stop: StopWish): AbortSignal {
  const controller = new AbortController();
  const hurry = () => setTimeout(() => controller.abort(), stop.order?.withinMs ?? 0).unref();
  if (stop.order === undefined) stop.signal.addEventListener('abort', hurry, { once: true });
  else hurry();
  return AbortSignal.any([controller.signal, AbortSignal.timeout(graceMs + reachMs)]);
}

/** Undefined: it may still run. */
function endedOutcome(answer: Answer | undefined): Outcome | undefined {
  switch (answer?.word) {
    case 'was':
      return outcomeOf({ ...answer, word: 'ended' });
    case 'ended':
    case 'gone':
      return { outcome: 'cancelled', reason: 'what a stop had left there was ended', held: false };
    case 'never':
      return { outcome: 'cancelled', reason: 'nothing had begun there', held: false };
    default:
      return undefined;
  }
}
