/** Rules about what the whole plan must have. */
import type { LintRule } from './rule.ts';
import { isEmpty } from './steps.ts';

const noSteps: LintRule = {
  name: 'no-steps',
  asks: 'The playbook has a step.',
  why: 'A run of it succeeds without having done anything, and its record looks like a backout.',
  remedy: 'Add a step to phases.restore.',
  from: { low: 'warning' },
  find: ({ sites }) => (sites.length > 0 ? [] : [{ path: ['phases'], message: 'the playbook has no steps' }]),
};

const around = ['notify', 'disable-access', 'health-checks', 'enable-access', 'announce'] as const;

const restoreAlone: LintRule = {
  name: 'restore-alone',
  asks: 'Around `restore` somebody is told, access is closed, or health is proven.',
  why: 'Data are put back under the hands of users, nobody knows of it, and nothing shows that it worked.',
  remedy: 'Add the other phases; in a change.yaml, name a playbook that has them: frame: ./playbook.yaml.',
  from: { medium: 'error' },
  find: ({ content }) => {
    if (isEmpty(content, 'restore') || around.some((place) => !isEmpty(content, place))) return [];
    return [{ path: ['phases', 'restore'], message: 'the playbook has nothing but its restore steps' }];
  },
};

const noScope: LintRule = {
  name: 'no-scope',
  asks: 'The playbook says its scope.',
  why: 'Whoever approves it, or takes it up at night, must know what will be put back and what will stay as it is.',
  remedy: 'Add scope: which systems and data are put back, and which are not.',
  from: { high: 'warning' },
  find: ({ content }) =>
    content.scope === undefined ? [{ path: ['name'], message: 'the playbook does not say its scope' }] : [],
};

const noGoals: LintRule = {
  name: 'no-goals',
  asks: 'The playbook says its goals.',
  why: 'Without them nobody can tell whether the backout reached what it was for, or judge one that ended halfway.',
  remedy: 'Add goals: a list of what must be true at the end.',
  from: { high: 'warning' },
  find: ({ content }) =>
    (content.goals ?? []).length === 0 ? [{ path: ['name'], message: 'the playbook does not say its goals' }] : [],
};

const noChange: LintRule = {
  name: 'no-change-id',
  asks: 'The playbook names the change that it backs out.',
  why: 'Messages, evidence and the change record find each other by that number.',
  remedy: 'Add the number: change: { id: CHG0042 }.',
  from: { high: 'warning' },
  find: ({ content }) =>
    content.change?.id === undefined ? [{ path: ['change'], message: 'the playbook names no change' }] : [],
};

const placeholder = /\b(?:FILL IN|TBD|CHANGEME)\b/;

const fillIn: LintRule = {
  name: 'fill-in',
  asks: 'Nothing is left to be filled in.',
  why: 'What only the owner can know was not asked yet; in the emergency there is nobody to ask.',
  remedy: 'Write what is meant, or remove it.',
  from: { low: 'warning' },
  find: ({ document }) =>
    textsOf(document.data, []).flatMap(({ path, text }) => {
      const word = placeholder.exec(text)?.[0];
      return word === undefined ? [] : [{ path, message: `"${word}" stands where something must be filled in` }];
    }),
};

interface Text {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

function textsOf(value: unknown, path: Text['path']): readonly Text[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsOf(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => textsOf(member, [...path, key]));
}

export const partRules: readonly LintRule[] = [noSteps, restoreAlone, noScope, noGoals, noChange, fillIn];
