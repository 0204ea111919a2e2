/** A document's facts for tests: a plan by hand, nothing known beside it. */
import type { Plan } from '../../src/plan/plan.ts';
import type { DocumentFacts } from '../../src/views/document-view.ts';

export function factsOf(plan: Plan, more: Partial<DocumentFacts> = {}): DocumentFacts {
  return {
    plan,
    digest: 'd'.repeat(64),
    at: Date.parse('2026-11-22T08:00:00Z'),
    version: '9.9.9',
    assumed: {},
    describe: () => undefined,
    provesItself: () => false,
    estimates: new Map(),
    evidence: [],
    whatIf: null,
    lastMoment: null,
    extension: null,
    implementation: null,
    notes: [],
    ...more,
  };
}
