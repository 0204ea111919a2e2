/** Whether a word about a step of a change has been said already: then nothing is written. Pure. */
import { isOver, type RunSteps } from './ledger.ts';
import type { ChangeFile, LedgerEvent } from './ledger-event.ts';

/** The same was said last, by the same person, and nothing has taken it back since: there is nothing to write. */
export function isRepetition(
  events: readonly LedgerEvent[],
  said: Extract<LedgerEvent, { readonly type: 'ledger.recorded' }>,
  stepsOfRun: RunSteps,
): boolean {
  const last = events.findLast((event) => speaksOf(said.step, event, stepsOfRun));
  if (last?.type !== 'ledger.recorded' || last.state !== said.state) return false;
  if (last.by.login !== said.by.login || last.by.claimed !== said.by.claimed) return false;
  if (said.source !== null && !sameSource(said.step, last.source, said.source)) return false;
  return Object.entries(said.outputs).every(([key, value]) => last.outputs[key] === value);
}

function speaksOf(step: string, event: LedgerEvent, stepsOfRun: RunSteps): boolean {
  if ('step' in event) return event.step === step;
  if (event.type === 'ledger.run') return true;
  const ids = event.undo[step];
  return ids !== undefined && ids.length > 0 && isOver(ids, stepsOfRun(event.run));
}

function sameSource(step: string, last: ChangeFile | null, now: ChangeFile): boolean {
  const needs = (source: ChangeFile | null): string | undefined => source?.needs?.[step]?.join();
  return last?.steps[step] === now.steps[step] && needs(last) === needs(now) && last?.frame === now.frame;
}
