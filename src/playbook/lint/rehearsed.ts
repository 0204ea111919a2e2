/** The rule about rehearsal. */
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
    const lapsed = rehearsal === undefined ? 'no rehearsal of this plan is on record here' : rehearsal.lapsed;
    return lapsed === null ? [] : [{ path: ['name'], message: lapsed, ...more }];
  },
};

export const rehearsalRules: readonly LintRule[] = [notRehearsed];
