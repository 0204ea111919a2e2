/** What is known of a playbook beside its text: found in the home folder by the caller, who alone may look there. */
export interface LintFacts {
  /** Of this very plan; undefined: none is on record. `lapsed`: why none of them counts; null: one does. */
  readonly rehearsal: { readonly lapsed: string | null } | undefined;
  /** How long rehearsals and past runs took, from begin to end; undefined: none was measured. */
  readonly times: { readonly p90Ms: number } | undefined;
  /** Ids of steps that take no part where no parameter is given. */
  readonly leftOutByDefault?: ReadonlySet<string>;
  /** The change that the playbook takes back, where it was derived from one. */
  readonly change?: ChangeFacts;
}

export interface ChangeFacts {
  /** Its file, as it is shown. */
  readonly file: string;
  /** What nothing takes back, by the id of the step in which a person decides about it. */
  readonly irreversible: ReadonlyMap<string, { readonly step: string; readonly reason: string }>;
  /** Parameters that nobody wrote: they stand for what steps of the change put out. */
  readonly outputs: ReadonlySet<string>;
}

export const nothingKnown: LintFacts = { rehearsal: undefined, times: undefined };
