/** What a backout playbook is derived from. */
import type { JsonObject } from '../../kernel/json.ts';
import type { Change } from '../../playbook/change/change.ts';
import type { Playbook } from '../../playbook/examined.ts';
import type { Executed } from './executed.ts';

export interface Derivation {
  readonly change: Change;
  readonly frame: Playbook | undefined;
  /** Undefined: as though all of it had been done. */
  readonly executed: Executed | undefined;
  /** What becomes of an executed step that cannot be taken back. */
  readonly irreversible: 'ask' | 'refuse';
  /** What becomes of the undo of a done step that lacks an output: a person does it, or nothing is derived. */
  readonly missing: 'ask' | 'refuse';
  /** Values of parameters that stand in the playbook, in place of those that were recorded. */
  readonly given?: JsonObject;
}
