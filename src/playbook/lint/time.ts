/** Rules about how long things may take. */
import { formatDuration, parseDuration } from '../../kernel/duration.ts';
import { longestPath } from './longest-path.ts';
import type { LintRule } from './rule.ts';
import { limitMs } from './steps.ts';

const noTimeout: LintRule = {
  name: 'no-timeout',
  asks: 'Each step has a timeout.',
  why: 'A step that hangs is not a failure: nothing is tried instead, and nobody is called.',
  remedy: 'Add timeout: twice as long as it took in a rehearsal.',
  // A small change is watched by whoever carries it out, and may stay five lines long.
  from: { medium: 'warning' },
  find: ({ sites, adapters }) =>
    sites.flatMap(({ step, id, path, place }) => {
      const unknown = step.uses !== undefined && !adapters.has(step.uses);
      if (unknown || limitMs(adapters, step) !== undefined) return [];
      return [{ path, step: id, message: `step ${id} of ${place} has no timeout and may hang for ever` }];
    }),
};

const timeoutFirst: LintRule = {
  name: 'timeout-first',
  asks: 'A timeout is not shorter than the time for which `until` may try.',
  why: 'The step would be ended as timed out, while the playbook says that it may still try.',
  remedy: 'Make timeout longer than until.within.',
  from: { low: 'warning' },
  find: ({ sites }) =>
    sites.flatMap(({ step, id, path }) => {
      const { timeout, until } = step;
      if (timeout === undefined || until === undefined) return [];
      const within = until.within ?? '1m';
      if ((parseDuration(timeout) ?? 0) >= (parseDuration(within) ?? 0)) return [];
      const message = `step ${id} may try for ${within}, but its timeout ends it after ${timeout}`;
      return [{ path: [...path, 'timeout'], step: id, message }];
    }),
};

const noBudget: LintRule = {
  name: 'no-time-budget',
  asks: 'The playbook says how long the whole backout may take.',
  why: 'Without it nobody is warned that it takes too long, and nobody can say how late it may still be begun.',
  remedy: 'Add timeBudget, such as 1h.',
  from: { high: 'warning' },
  find: ({ content }) =>
    content.timeBudget === undefined
      ? [{ path: ['name'], message: 'the playbook does not say how long the backout may take' }]
      : [],
};

const belowTimeouts: LintRule = {
  name: 'budget-below-timeouts',
  asks: 'The time budget is not shorter than the timeouts of the steps that follow each other.',
  why: 'Each step may keep to its timeout, and the backout still takes longer than it may.',
  remedy: 'Make timeBudget longer, or the timeouts shorter.',
  from: { medium: 'note', high: 'warning' },
  find: ({ content, adapters }) => {
    const budget = parseDuration(content.timeBudget ?? '');
    if (budget === undefined) return [];
    const { ms, last } = longestPath(content, adapters);
    if (ms <= budget) return [];
    const message = `timeBudget is ${content.timeBudget}, but the timeouts on the longest path (by ${last}) make ${formatDuration(ms)}`;
    return [{ path: ['timeBudget'], message }];
  },
};

const belowMeasured: LintRule = {
  name: 'budget-below-measured',
  asks: 'The time budget is not shorter than what rehearsals and past runs took.',
  why: 'The plan promises an end that it has not kept before.',
  remedy: 'Make timeBudget longer, or the backout faster.',
  from: { low: 'warning' },
  find: ({ content, facts }) => {
    const budget = parseDuration(content.timeBudget ?? '');
    if (budget === undefined || facts.times === undefined || facts.times.p90Ms <= budget) return [];
    const measured = formatDuration(facts.times.p90Ms);
    const message = `timeBudget is ${content.timeBudget}, but one run in ten took ${measured} or longer`;
    return [{ path: ['timeBudget'], message }];
  },
};

export const timeRules: readonly LintRule[] = [noTimeout, timeoutFirst, noBudget, belowTimeouts, belowMeasured];
