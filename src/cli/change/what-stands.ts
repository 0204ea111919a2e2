/** What of a change stands carried out, and a backout would have to take back. */
import { fatesOf, isTakenBack } from '../../plan/derive/executed.ts';
import { changesNothing } from '../../plan/derive/undo-steps.ts';
import type { Change, ChangeStep } from '../../playbook/change/change.ts';
import { executedOf, type KnownLedger } from './ledger-of.ts';

/** In the order of the change. A check leaves nothing behind, nor does a step that failed and is atomic. */
export function whatStands(change: Change, ledger: KnownLedger): readonly ChangeStep[] {
  const fates = fatesOf(change, executedOf(ledger));
  return change.steps.filter((step) => isTakenBack(fates.get(step.id)) && !changesNothing(change, step));
}
