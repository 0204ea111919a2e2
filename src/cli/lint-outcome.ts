/** What `lint` has found in one file; every form of its output is made from a list of these. */
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { LintResult } from '../playbook/lint/lint-playbook.ts';

export interface LintOutcome {
  /** A change is judged by the way back that is derived from it; without it, a playbook by itself. */
  readonly kind?: 'change';
  /** As it is shown: relative to where lint was called. */
  readonly file: string;
  /** Faults and findings, as they stand in the file. */
  readonly diagnostics: readonly Diagnostic[];
  /** Absent where the playbook is not valid: nothing can be judged then. */
  readonly result: LintResult | undefined;
}
