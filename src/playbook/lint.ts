/** What a valid playbook still lacks for a riskier change. Warnings only, each with its place and what to write. */
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { parseDuration } from '../kernel/duration.ts';
import { inOrder } from './check.ts';
import { allSites, phaseContent, type StepSite, stepsOf } from './content.ts';
import type { Playbook } from './examined.ts';
import { hasExpression } from './template.ts';

export function lintPlaybook(playbook: Playbook): readonly Diagnostic[] {
  const sites = allSites(playbook.content);
  return inOrder([
    ...lintWhole(playbook, sites),
    ...lintRoles(playbook),
    ...lintPatterns(playbook),
    ...sites.flatMap((site) => [
      ...lintOwner(playbook, site),
      ...lintTime(playbook, site),
      ...lintShell(playbook, site),
    ]),
  ]);
}

function lintWhole({ content, document }: Playbook, sites: readonly StepSite[]): readonly Diagnostic[] {
  const count = (place: Parameters<typeof phaseContent>[1]) => stepsOf(phaseContent(content, place)).length;
  const found: Diagnostic[] = [];
  if (count('health-checks') === 0) {
    const remedy = 'Add a step to health-checks that proves what users need.';
    found.push(
      document.warning('no-health-check', ['phases'], 'no health check proves that the backout worked', remedy),
    );
  }
  if (count('escalate') === 0) {
    const remedy = 'Add escalate: who is called, and how.';
    found.push(document.warning('no-escalation', [], 'nobody is told when the backout itself fails', remedy));
  }
  if (count('notify') === 0 || count('announce') === 0) {
    const missing = ['notify', 'announce'].filter((place) => count(place as 'notify' | 'announce') === 0).join(' and ');
    const message = `the Service Desk is not told: ${missing} ${missing.includes(' ') ? 'are' : 'is'} empty`;
    const remedy = 'Tell it that the backout begins (notify) and how it ended (announce).';
    found.push(document.warning('service-desk', ['phases'], message, remedy));
  }
  if (sites.length === 0)
    found.push(document.warning('no-steps', [], 'the playbook has no steps', 'Add one to phases.restore.'));
  return found;
}

function lintRoles({ content, document }: Playbook): readonly Diagnostic[] {
  return Object.entries(content.roles ?? {}).flatMap(([key, role]) => {
    const missing = (['name', 'contact'] as const).filter((field) => role[field] === undefined);
    if (missing.length === 0) return [];
    const message = `role ${key} has no ${missing.join(' and no ')}`;
    return [document.warning('no-contact', ['roles', key], message, 'Say who it is and how to reach them at night.')];
  });
}

function lintPatterns({ content, document }: Playbook): readonly Diagnostic[] {
  return Object.entries(content.parameters ?? {}).flatMap(([name, { pattern }]) => {
    if (pattern === undefined || (pattern.startsWith('^') && pattern.endsWith('$'))) return [];
    const message = `the pattern of parameter ${name} may match a part of the value: ${pattern}`;
    return [
      document.warning('loose-pattern', ['parameters', name, 'pattern'], message, 'Begin it with ^ and end it with $.'),
    ];
  });
}

function lintOwner({ content, document }: Playbook, { step, id, path }: StepSite): readonly Diagnostic[] {
  const roles = Object.keys(content.roles ?? {});
  if (step.owner === undefined) {
    return [document.warning('no-owner', path, `step ${id} has no owner`, 'Add owner: who answers for it.')];
  }
  if (roles.length === 0 || roles.includes(step.owner)) return [];
  const message = `the owner "${step.owner}" of step ${id} is none of the roles`;
  return [document.warning('unknown-owner', [...path, 'owner'], message, `The roles are: ${roles.join(', ')}.`)];
}

function lintTime({ document }: Playbook, { step, id, path, place }: StepSite): readonly Diagnostic[] {
  const { timeout, until } = step;
  if (timeout === undefined) {
    if (step.run === undefined && step.script === undefined) return [];
    const remedy = 'Add timeout: twice as long as it took in a rehearsal.';
    return [
      document.warning('no-timeout', path, `step ${id} of ${place} has no timeout and may hang for ever`, remedy),
    ];
  }
  const within = parseDuration(until?.within ?? '1m') ?? 0;
  if (until === undefined || (parseDuration(timeout) ?? 0) >= within) return [];
  const message = `step ${id} may try for ${until.within ?? '1m'}, but its timeout ends it after ${timeout}`;
  return [document.warning('timeout-first', [...path, 'timeout'], message, 'Make timeout longer than until.within.')];
}

/** Programs that read their argument as program text once more. */
const rereading = /(?:^|[\s;&|(])(?:eval|ssh|let|trap|xargs|su|watch|(?:ba|da|z|k)?sh\s+(?:-\w+\s+)*-\w*c)(?=\s)/;

function lintShell({ document }: Playbook, { step, id, path }: StepSite): readonly Diagnostic[] {
  const { run } = step;
  if (run === undefined || !hasExpression(run)) return [];
  let references = 0;
  return run.split('\n').flatMap((line) => {
    const index = references;
    references += line.split('${{').length - 1;
    const program = hasExpression(line) ? rereading.exec(line)?.[0].trim() : undefined;
    if (program === undefined) return [];
    const name = program.replace(/^[;&|(]+\s*/, '');
    const message = `step ${id}: ${name} reads its text once more, and a value in it may become a command`;
    const remedy = 'Pass the value in env: and quote it in the inner text, or use an adapter.';
    const place = document.placeOfExpression([...path, 'run'], index);
    return [{ severity: 'warning', rule: 'read-twice', message, remedy, ...place }];
  });
}
