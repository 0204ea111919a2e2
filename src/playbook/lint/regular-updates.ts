/** The rule about word at intervals, while a run lasts. */
import type { LintRule } from './rule.ts';

const noRegularUpdates: LintRule = {
  name: 'no-regular-updates',
  asks: 'Audiences hear at intervals how it stands, while the backout lasts.',
  why: 'After half an hour of silence people ask those who work, or open by hand what was closed on purpose.',
  remedy: 'Add communication: audiences, each with its channels and how often it hears (every: 15m).',
  from: { high: 'warning' },
  find: ({ document }) =>
    hasAudience(document.data) ? [] : [{ path: ['phases'], message: 'nobody hears how it stands while it lasts' }],
};

/** Read from the data: any audience is enough, whatever else the section says. */
function hasAudience(data: unknown): boolean {
  const audiences = memberOf(memberOf(data, 'communication'), 'audiences');
  return typeof audiences === 'object' && audiences !== null && Object.keys(audiences).length > 0;
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

export const regularUpdateRules: readonly LintRule[] = [noRegularUpdates];
