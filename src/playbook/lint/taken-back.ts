/** The rule about what a backout leaves as it is. */
import type { LintRule } from './rule.ts';

const irreversible: LintRule = {
  name: 'irreversible-step',
  asks: 'Whoever approves a change knows which of its steps nothing takes back.',
  why: 'A backout is refused once such a step was carried out, unless it is told to ask; then a person has to decide in the middle of it.',
  remedy: 'Do it last, or after the point of no return; and agree before on who decides. See --irreversible ask.',
  from: { high: 'note' },
  find: ({ sites, facts }) =>
    sites.flatMap(({ id, path }) => {
      const left = facts.change?.irreversible.get(id);
      if (left === undefined) return [];
      return [{ path, step: id, message: `step ${left.step} cannot be taken back: ${left.reason}` }];
    }),
};

export const takenBackRules: readonly LintRule[] = [irreversible];
