/** What is known of a playbook beside its text: found in the home folder by the caller, who alone may look there. */
export interface LintFacts {
  /** The newest rehearsal of this very plan; undefined: none is on record. */
  readonly rehearsal: { readonly ageMs: number; readonly expiresMs: number } | undefined;
  /** How long rehearsals and past runs took, from begin to end; undefined: none was measured. */
  readonly times: { readonly p90Ms: number } | undefined;
}

export const nothingKnown: LintFacts = { rehearsal: undefined, times: undefined };
