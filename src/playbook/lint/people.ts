/** Rules about who answers for what, and how they are reached. */
import type { LintRule, Weakness } from './rule.ts';

const noOwner: LintRule = {
  name: 'no-owner',
  asks: 'Each step has an owner.',
  why: 'When a step fails somebody must decide within minutes; a step of nobody waits until somebody is found.',
  remedy: 'Add owner: who answers for it.',
  from: { medium: 'warning' },
  find: ({ sites }) =>
    sites.flatMap(({ step, id, path }) =>
      step.owner === undefined ? [{ path, step: id, message: `step ${id} has no owner` }] : [],
    ),
};

const unknownOwner: LintRule = {
  name: 'unknown-owner',
  asks: 'Each owner is one of the roles, where the playbook has roles.',
  why: 'A mistyped owner has no name and no contact, and nobody feels meant.',
  remedy: 'Write one of the roles, or add it to them.',
  from: { low: 'warning' },
  find: ({ content, sites }) => {
    const roles = Object.keys(content.roles ?? {});
    if (roles.length === 0) return [];
    return sites.flatMap(({ step, id, path }) => {
      if (step.owner === undefined || roles.includes(step.owner)) return [];
      const message = `the owner "${step.owner}" of step ${id} is none of the roles`;
      return [{ path: [...path, 'owner'], step: id, message, remedy: `The roles are: ${roles.join(', ')}.` }];
    });
  },
};

const ownerWithoutRole: LintRule = {
  name: 'owner-without-role',
  asks: 'The owners are roles, with name and contact.',
  why: 'A bare name tells nobody whom to call at night, and who stands in when that one does not answer.',
  remedy: 'Add roles: each with name, contact and deputy.',
  from: { high: 'warning' },
  find: ({ content, sites }) => {
    if (Object.keys(content.roles ?? {}).length > 0) return [];
    const seen = new Set<string>();
    return sites.flatMap(({ step, path }) => {
      if (step.owner === undefined || seen.has(step.owner)) return [];
      seen.add(step.owner);
      const message = `the owner "${step.owner}" has no contact: the playbook has no roles`;
      return [{ path: [...path, 'owner'], message }];
    });
  },
};

const noContact: LintRule = {
  name: 'no-contact',
  asks: 'Each role has a name and a contact.',
  why: 'The engine tells who must act; without a contact that is a word and not a person.',
  remedy: 'Say who it is and how to reach them at night.',
  from: { medium: 'warning' },
  find: ({ content }) =>
    Object.entries(content.roles ?? {}).flatMap(([key, role]) => {
      const missing = (['name', 'contact'] as const).filter((field) => role[field] === undefined);
      if (missing.length === 0) return [];
      return [{ path: ['roles', key], message: `role ${key} has no ${missing.join(' and no ')}` }];
    }),
};

const noDeputy: LintRule = {
  name: 'no-deputy',
  asks: 'Each role that owns a step has a deputy, who is somebody else.',
  why: 'The one who knows may be ill, on a flight, or asleep; then the backout stands still with access closed.',
  remedy: 'Add deputy: who stands in, and can be reached.',
  from: { high: 'warning' },
  find: ({ content, sites }) => {
    const owners = new Set(sites.map(({ step }) => step.owner));
    return Object.entries(content.roles ?? {}).flatMap(([key, { name, deputy }]): readonly Weakness[] => {
      if (!owners.has(key)) return [];
      if (deputy === undefined) return [{ path: ['roles', key], message: `role ${key} has no deputy` }];
      if (deputy !== name) return [];
      return [{ path: ['roles', key, 'deputy'], message: `the deputy of role ${key} is the same person: ${deputy}` }];
    });
  },
};

export const peopleRules: readonly LintRule[] = [noOwner, unknownOwner, ownerWithoutRole, noContact, noDeputy];
