/** Whether a change's file still says what was carried out: the way back of other steps would undo the wrong thing. */
import type { LedgerState } from '../../journal/ledger.ts';
import { Fault } from '../../kernel/fault.ts';
import { stepDefinitions } from '../../playbook/change/definitions.ts';
import type { Invocation } from '../invocation.ts';
import { isExecuted } from './ledger-of.ts';
import type { LoadedChange } from './load-change.ts';

/** Throws a Fault (usage) unless a person has accepted the differences, with a reason; else says them. */
export function refuseEdited(loaded: LoadedChange, ledger: LedgerState, call: Invocation): readonly string[] {
  const [first, ...others] = differences(loaded, ledger);
  if (call.has('accept-edited') && call.flag('reason') === undefined) {
    throw new Fault('usage', '--accept-edited needs --reason: it is recorded');
  }
  if (first === undefined) return [];
  const all = [first, ...others];
  if (call.has('accept-edited')) return all.map((line) => `${line} (accepted: ${call.flag('reason')})`);
  const file = loaded.file;
  const remedy = `Put ${file} back as it was, or say that it is meant so: --accept-edited --reason '…'`;
  throw new Fault('usage', `${loaded.change.id} is not what was carried out: ${all.join('; ')}`, remedy);
}

function differences({ change }: LoadedChange, { steps }: LedgerState): readonly string[] {
  const now = stepDefinitions(change.document.data);
  const executed = [...steps].filter(([, step]) => isExecuted(step));
  const foreign = executed.flatMap(([id]) => (Object.hasOwn(now, id) ? [] : [id]));
  const edited = executed.flatMap(([id, { definition }]) =>
    Object.hasOwn(now, id) && definition !== null && definition !== now[id] ? [id] : [],
  );
  return [
    ...(edited.length === 0 ? [] : [`edited since it was carried out: ${edited.join(', ')}`]),
    ...(foreign.length === 0 ? [] : [`recorded, and no step of the file: ${foreign.join(', ')}`]),
  ];
}
