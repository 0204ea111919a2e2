/** Rules about the steps that put things back: that their work is proven, and what is left when they fail. */
import type { LintRule } from './rule.ts';
import { adapterOf, mainSteps } from './steps.ts';

const noVerify: LintRule = {
  name: 'no-verify',
  asks: 'Each restore step proves what it did.',
  why: 'Exit code 0 says that a program ended, not that the data are there.',
  remedy: 'Add verify: a look at the restored data. Restore adapters prove their work themselves.',
  from: { high: 'warning' },
  find: ({ sites, adapters }) =>
    sites.flatMap(({ step, id, path, place }) => {
      if (place !== 'restore' || step.manual !== undefined || step.verify !== undefined) return [];
      const adapter = adapterOf(adapters, step);
      if (adapter !== undefined && (adapter.hasProbe || adapter.readOnly)) return [];
      return [{ path, step: id, message: `nothing proves that restore step ${id} did its work` }];
    }),
};

const noContingency: LintRule = {
  name: 'no-contingency',
  asks: 'Each restore step has a contingency.',
  why: 'The backup of last night may be the one that cannot be read. What is tried then is thought out better by day.',
  remedy: 'Add contingency: an older backup, another way, or what a person does (manual).',
  from: { high: 'warning' },
  find: ({ sites, facts }) =>
    mainSteps(sites, 'restore').flatMap(({ step, id, path }) =>
      (step.contingency ?? []).length > 0 || facts.change?.irreversible.has(id) === true
        ? []
        : [{ path, step: id, message: `restore step ${id} has no contingency for the case that it fails` }],
    ),
};

const probeUnused: LintRule = {
  name: 'probe-unused',
  asks: 'Where the effect of a restore step can be looked at, its unknown end is settled by looking.',
  why: 'After a crash the run otherwise waits for a person, who would only look at the same thing.',
  remedy: 'Add onUnknown: probe.',
  from: { medium: 'note' },
  find: ({ sites, adapters }) =>
    sites.flatMap(({ step, id, path, place }) => {
      const adapter = adapterOf(adapters, step);
      if (place !== 'restore' || adapter === undefined || !adapter.hasProbe) return [];
      if (adapter.repeatable || (step.onUnknown ?? 'ask') !== 'ask') return [];
      const message = `step ${id} would ask a person whether it took effect; ${adapter.name} can look itself`;
      return [{ path: step.onUnknown === undefined ? path : [...path, 'onUnknown'], step: id, message }];
    }),
};

const failureIgnored: LintRule = {
  name: 'failure-ignored',
  asks: 'The backout does not go on without a restore step that has failed.',
  why: 'What follows then builds on data that are not there; and access opens if no health check looks at just these.',
  remedy: 'Write onFailure: ask, or stop; or set this rule for the step, with the reason why it may be missing.',
  from: { medium: 'warning' },
  find: ({ sites }) =>
    mainSteps(sites, 'restore').flatMap(({ step, id, path }) =>
      step.onFailure === 'continue'
        ? [
            {
              path: [...path, 'onFailure'],
              step: id,
              message: `the backout goes on when restore step ${id} has failed`,
            },
          ]
        : [],
    ),
};

export const restoringRules: readonly LintRule[] = [noVerify, noContingency, probeUnused, failureIgnored];
