/** The rule about rehearsal. */
import { formatDuration } from '../../kernel/duration.ts';
import type { ChangeFacts } from './facts.ts';
import type { LintRule } from './rule.ts';

function ofDerived({ file, irreversible }: ChangeFacts): string {
  const asks = irreversible.size === 0 ? '' : ' --irreversible ask';
  return `Write the whole way back as a playbook beside it, and rehearse that: backout derive ${file}${asks} -o back.yaml.`;
}

const notRehearsed: LintRule = {
  name: 'no-fresh-rehearsal',
  asks: 'The plan as it stands was rehearsed, and not too long ago.',
  why: 'A plan that was never carried out has faults that reading does not find; and what it stands on changes.',
  remedy: 'Rehearse it: backout rehearse PLAYBOOK.',
  from: { medium: 'note', high: 'warning' },
  find: ({ facts }) => {
    const { rehearsal, change } = facts;
    const more = change === undefined ? {} : { remedy: ofDerived(change) };
    if (rehearsal === undefined) {
      return [{ path: ['name'], message: 'no rehearsal of this plan is on record here', ...more }];
    }
    if (rehearsal.ageMs <= rehearsal.expiresMs) return [];
    const days = Math.floor(rehearsal.ageMs / 86_400_000);
    const age = days > 1 ? `${days} days` : formatDuration(rehearsal.ageMs);
    return [
      {
        path: ['name'],
        message: `the last rehearsal of this plan was ${age} ago, and does not count any more`,
        ...more,
      },
    ];
  },
};

export const rehearsalRules: readonly LintRule[] = [notRehearsed];
