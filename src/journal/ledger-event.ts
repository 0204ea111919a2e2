/** What is written down while a change is carried out: by pipelines step by step, or by a run that keeps a journal of its own. */
import type { Person } from '../engine/protocol.ts';
import type { JsonObject } from '../kernel/json.ts';

export const recordedStates = ['started', 'done', 'failed'] as const;
export type RecordedState = (typeof recordedStates)[number];

/** Which change's file it was, as far as whoever wrote the entry knew it. */
export interface ChangeFile {
  /** Absolute path. */
  readonly file: string;
  /** Digest of each step as it stood in the file, by id. */
  readonly steps: { readonly [step: string]: string };
  /** The ids of all steps of the file, where `steps` has not all and they differ from what the ledger knew. */
  readonly all?: readonly string[];
  /** What each of them waits for, also where it only follows from the order. Absent in entries of releases before it. */
  readonly needs?: { readonly [step: string]: readonly string[] };
  /** Digest of the frame; null: the change names none. Absent: it was not read. */
  readonly frame?: string | null;
}

interface Dated {
  /** Milliseconds since the epoch; never smaller than in the entry before. */
  readonly at: number;
  readonly by: Person;
}

export type LedgerEvent =
  | (Dated & {
      readonly type: 'ledger.recorded';
      readonly change: string;
      readonly step: string;
      readonly state: RecordedState;
      readonly outputs: { readonly [key: string]: string };
      readonly source: ChangeFile | null;
    })
  /** What was recorded of the step until now was said by mistake, and counts no more. */
  | (Dated & {
      readonly type: 'ledger.struck';
      readonly change: string;
      readonly step: string;
      readonly reason: string;
    })
  /** The change is carried out by a run: how far it got stands in that run's journal. */
  | (Dated & {
      readonly type: 'ledger.run';
      readonly change: string;
      readonly run: string;
      readonly source: ChangeFile;
      readonly params: JsonObject;
    })
  /** The change is taken back by a run; `undo` says by which of its steps. */
  | (Dated & {
      readonly type: 'ledger.backout';
      readonly change: string;
      readonly run: string;
      readonly undo: { readonly [step: string]: readonly string[] };
      /** Steps that nothing takes back: a person decides to leave them. */
      readonly leaves: readonly string[];
    });
