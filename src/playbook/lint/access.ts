/** Rules about closing and opening, and about what is proven in between. */
import type { StepContent, StepSite } from '../content.ts';
import type { Linted, LintRule } from './rule.ts';
import { effectsInShell } from './shell-effects.ts';
import { isEmpty, mainSteps } from './steps.ts';

const leftClosed: LintRule = {
  name: 'access-left-closed',
  asks: 'What closes access has something that opens it again.',
  why: 'The backout ends as succeeded, and users stay shut out until somebody notices.',
  remedy: 'Add to enable-access what opens it.',
  from: { low: 'warning' },
  find: ({ content }) => {
    if (isEmpty(content, 'disable-access') || !isEmpty(content, 'enable-access')) return [];
    const message = 'access is closed by disable-access, and nothing opens it: enable-access is empty';
    return [{ path: ['phases', 'disable-access'], message }];
  },
};

const leftOpen: LintRule = {
  name: 'access-left-open',
  asks: 'Access is closed before anything is restored.',
  why: 'What users write while data are put back is lost, or mixes with what is restored.',
  remedy: 'Add to disable-access what keeps users out.',
  from: { medium: 'note', high: 'warning' },
  find: ({ content }) => {
    if (isEmpty(content, 'restore') || !isEmpty(content, 'disable-access')) return [];
    return [{ path: ['phases', 'restore'], message: 'users stay in while it is restored: disable-access is empty' }];
  },
};

const noHealthCheck: LintRule = {
  name: 'no-health-check',
  asks: 'A health check proves that the backout worked.',
  why: 'A restore that ended without an error is not yet a service that works.',
  remedy: 'Add a step to health-checks that proves what users need.',
  from: { medium: 'warning' },
  find: ({ content }) =>
    isEmpty(content, 'health-checks')
      ? [{ path: ['phases'], message: 'no health check proves that the backout worked' }]
      : [],
};

const notOnData: LintRule = {
  name: 'health-not-on-data',
  asks: 'A health check looks at data, not only at a port, a process or a status code.',
  why: 'A server answers just as well on an empty database, or on the one of last year.',
  remedy: 'Add a check on the data: postgres/query or mariadb/query, redis/ping with expect, http with expect.json.',
  from: { medium: 'note', high: 'warning' },
  find: (linted) => {
    const checks = mainSteps(linted.sites, 'health-checks');
    if (checks.length === 0 || !checks.every(({ step }) => isShallow(step))) return [];
    const message = 'no health check looks at data: they see ports, processes and status codes';
    return [{ path: ['phases', 'health-checks'], message }];
  },
};

/** Only what is known to see no data; a script, a person or a strange adapter may look at anything. */
function isShallow({ uses, with: input = {}, verify }: StepContent): boolean {
  if (verify !== undefined) return false;
  if (uses === 'tcp' || uses === 'tls' || uses === 'systemd/active') return true;
  if (uses === 'http') return !['body', 'json'].some((key) => has(input.expect, key));
  return uses === 'redis/ping' && !['minKeys', 'keys'].some((key) => has(input.expect, key));
}

function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

const checkActs: LintRule = {
  name: 'check-that-acts',
  asks: 'A health check only looks.',
  why: 'Health checks are done again whenever their pass has lapsed: what they change is changed again.',
  remedy: 'Move it to restore, and look at its effect here.',
  from: { low: 'warning' },
  find: ({ sites, adapters }: Linted) =>
    mainSteps(sites, 'health-checks').flatMap(({ step, id, path }) => {
      const [effect] = effectsInShell(step.run ?? '');
      const runs = `health check ${id} does not only look: ${effect}`;
      if (effect !== undefined) return [{ path: [...path, 'run'], step: id, message: runs }];
      const adapter = step.uses === undefined ? undefined : adapters.get(step.uses);
      if (adapter === undefined || adapter.readOnly || !adapter.hasProbe) return [];
      return [{ path: [...path, 'uses'], step: id, message: `health check ${id} does not only look: ${adapter.name}` }];
    }),
};

const guards = [
  ['disable-access', 'restore', 'every step of disable-access'],
  ['health-checks', 'enable-access', 'every health check'],
] as const;

const guardLeftOut: LintRule = {
  name: 'guard-left-out-by-default',
  asks: 'What closes access, and what proves health, is not all left out by `if:` where no parameter is given.',
  why: 'Such a run is refused: nothing is restored while users are in, and nothing is opened unproven.',
  remedy: 'Let one step always run, or give the parameter another default.',
  from: { low: 'warning' },
  find: ({ content, sites, facts: { leftOutByDefault: leftOut = new Set() } }) =>
    guards.flatMap(([guard, guarded, words]) => {
      const isLeftOut = ({ id }: StepSite): boolean => leftOut.has(id);
      const steps = mainSteps(sites, guard);
      if (steps.length === 0 || !steps.every(isLeftOut) || mainSteps(sites, guarded).every(isLeftOut)) return [];
      if (guard === 'disable-access' && content.withoutClosing !== undefined) return [];
      const message = `where no parameter is given ${words} is left out by its if:, and the run is refused`;
      return [{ path: ['phases', guard], message }];
    }),
};

export const accessRules: readonly LintRule[] = [
  leftClosed,
  leftOpen,
  guardLeftOut,
  noHealthCheck,
  notOnData,
  checkActs,
];
