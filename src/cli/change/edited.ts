/** Whether a change's file still says what was carried out: the way back of other steps would undo the wrong thing. */
import type { LedgerStep } from '../../journal/ledger.ts';
import type { ChangeFile } from '../../journal/ledger-event.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Invocation } from '../invocation.ts';
import { sourceOfLoaded } from './change-source.ts';
import { isExecuted, type KnownLedger } from './ledger-of.ts';
import type { LoadedChange } from './load-change.ts';

/** Throws a Fault (usage) unless a person has accepted the differences, with a reason; else says them. */
export function refuseEdited(loaded: LoadedChange, ledger: KnownLedger, call: Invocation): readonly string[] {
  const [first, ...others] = differences(loaded, ledger);
  if (call.has('accept-edited') && call.flag('reason') === undefined) {
    throw new Fault('usage', '--accept-edited needs --reason: it is recorded');
  }
  if (first === undefined) return [];
  const all = [first, ...others];
  if (call.has('accept-edited')) return all.map((line) => `${line} (accepted: ${call.flag('reason')})`);
  const file = loaded.file;
  const remedy = `Put ${file}${loaded.frame === undefined ? ' back as it was' : ' and its frame back as they were'}, or say that it is meant so: --accept-edited --reason '…'`;
  throw new Fault('usage', `${loaded.change.id} is not what was carried out: ${all.join('; ')}`, remedy);
}

function differences(loaded: LoadedChange, { steps, frame, strangers }: KnownLedger): readonly string[] {
  const now = sourceOfLoaded(loaded);
  const executed = [...steps].filter(([, step]) => isExecuted(step));
  const known = executed.filter(([id]) => Object.hasOwn(now.steps, id));
  const foreign = executed.flatMap(([id]) => (Object.hasOwn(now.steps, id) ? [] : [id]));
  const edited = known.flatMap(([id, step]) => (isEdited(id, step, now) ? [id] : []));
  const moved = known.flatMap(([id, step]) => (!edited.includes(id) && isMoved(id, step, now) ? [id] : []));
  const frameEdited = executed.length > 0 && frame !== undefined && frame !== now.frame;
  return [
    ...line('edited since it was carried out', edited),
    ...line('in another place of the order since it was carried out', moved),
    ...(frameEdited ? ['the frame was edited since it was carried out'] : []),
    ...line('recorded, and no step of the file', foreign),
    ...line('run of this change that the ledger does not name, as though entries were cut out of it', strangers),
  ];
}

const line = (what: string, ids: readonly string[]): readonly string[] =>
  ids.length === 0 ? [] : [`${what}: ${ids.join(', ')}`];

const isEdited = (id: string, { definition }: LedgerStep, now: ChangeFile): boolean =>
  definition !== null && definition !== now.steps[id];

const isMoved = (id: string, { needs }: LedgerStep, now: ChangeFile): boolean =>
  needs !== null && needs.join() !== now.needs?.[id]?.join();
