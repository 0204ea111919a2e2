/** How long one run took, and each step of it that succeeded: a line of the store that estimates are made from. */
export interface TimeRecord {
  readonly run: string;
  /** The playbook's name: a system may have several, with steps of the same names. */
  readonly playbook: string;
  /** The run's mode; never a dry run, which does nothing that takes its time. */
  readonly mode: string;
  /** `Plan.definition` of what was run; null where the plan is of a release before it. */
  readonly definition: string | null;
  /** When it began (ms since the epoch). */
  readonly at: number;
  /** How it ended: `succeeded`, `failed`, … */
  readonly end: string;
  /** From its begin to its end. */
  readonly totalMs: number;
  /** Ms by step: its successful attempt, and those before it that were retried by themselves, with the pauses. */
  readonly steps: { readonly [step: string]: number };
}
