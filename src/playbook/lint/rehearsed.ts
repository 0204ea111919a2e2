/** The rule about rehearsal. */
import { formatDuration } from '../../kernel/duration.ts';
import type { LintRule } from './rule.ts';

const notRehearsed: LintRule = {
  name: 'no-fresh-rehearsal',
  asks: 'The plan as it stands was rehearsed, and not too long ago.',
  why: 'A plan that was never carried out has faults that reading does not find; and what it stands on changes.',
  remedy: 'Rehearse it: backout rehearse PLAYBOOK.',
  from: { medium: 'note', high: 'warning' },
  find: ({ facts }) => {
    const { rehearsal } = facts;
    if (rehearsal === undefined) return [{ path: ['name'], message: 'no rehearsal of this plan is on record here' }];
    if (rehearsal.ageMs <= rehearsal.expiresMs) return [];
    const days = Math.floor(rehearsal.ageMs / 86_400_000);
    const age = days > 1 ? `${days} days` : formatDuration(rehearsal.ageMs);
    return [{ path: ['name'], message: `the last rehearsal of this plan was ${age} ago, and does not count any more` }];
  },
};

export const rehearsalRules: readonly LintRule[] = [notRehearsed];
