/** What `rehearsal` names must be in the playbook, so that a typing error does not leave production in its place. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { allSites, type Path, type PlaybookContent, type StepSite } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import type { Examined } from '../examined.ts';
import { parameterFault } from '../parameter-value.ts';
import { didYouMean } from '../suggest.ts';

type Rehearsal = NonNullable<PlaybookContent['rehearsal']>;

export function checkRehearsal(examined: Examined): readonly Diagnostic[] {
  const { rehearsal } = examined.content;
  if (rehearsal === undefined) return [];
  return [
    ...unknownSteps(examined, rehearsal),
    ...unsuitedFields(examined, rehearsal),
    ...badParameters(examined, rehearsal),
    ...unknownSecrets(examined, rehearsal),
    ...badCleanup(examined, rehearsal),
  ];
}

interface Named {
  readonly step: string;
  readonly path: Path;
}

function namedSteps(rehearsal: Rehearsal): readonly Named[] {
  const maps = (['hosts', 'with', 'env'] as const).flatMap((key) =>
    Object.keys(rehearsal[key] ?? {}).map((step) => ({ step, path: ['rehearsal', key, step] })),
  );
  const lists = (['leaveOut', 'harmless'] as const).flatMap((key) =>
    (rehearsal[key] ?? []).map(({ step }, index) => ({ step, path: ['rehearsal', key, index, 'step'] })),
  );
  return [...maps, ...lists];
}

function unknownSteps({ document, sites }: Examined, rehearsal: Rehearsal): readonly Diagnostic[] {
  const ids = sites.map(({ id }) => id);
  return namedSteps(rehearsal)
    .filter(({ step }) => !ids.includes(step))
    .map(({ step, path }) =>
      document.error(
        'unknown-step',
        path,
        `rehearsal names a step "${step}" that there is not`,
        didYouMean(step, ids, `There are: ${ids.slice(0, 12).join(', ')}.`),
      ),
    );
}

/** Which key of a step each map replaces a part of. */
function unsuitedFields({ document, sites }: Examined, rehearsal: Rehearsal): readonly Diagnostic[] {
  const byId = new Map(sites.map((site) => [site.id, site]));
  const wrong = (key: 'hosts' | 'with' | 'env', suits: (site: StepSite) => boolean, remedy: string) =>
    Object.keys(rehearsal[key] ?? {}).flatMap((step) => {
      const site = byId.get(step);
      if (site === undefined || suits(site)) return [];
      const message = `rehearsal.${key} means nothing for step ${step}`;
      return [document.error('misplaced-key', ['rehearsal', key, step], message, remedy, 'key')];
    });
  return [
    ...wrong('with', ({ step }) => step.uses !== undefined, 'Only a step with `uses` has a `with`.'),
    ...wrong('hosts', ({ step }) => step.hosts !== undefined, 'Only a step that has `hosts` runs on hosts.'),
    ...wrong('env', ({ step }) => step.manual === undefined, 'A person has no environment.'),
  ];
}

function badParameters({ document, content }: Examined, rehearsal: Rehearsal): readonly Diagnostic[] {
  const declared = content.parameters ?? {};
  return Object.entries(rehearsal.parameters ?? {}).flatMap(([name, given]) => {
    const path = ['rehearsal', 'parameters', name];
    const parameter = declared[name];
    if (parameter === undefined) return [unknownName(document, path, name, 'parameter', Object.keys(declared))];
    const fault = parameterFault(parameter, given);
    if (fault === undefined) return [];
    return [document.error('parameter-value', path, `rehearsal gives the parameter ${name} a value that ${fault}`)];
  });
}

function unknownSecrets({ document, content }: Examined, rehearsal: Rehearsal): readonly Diagnostic[] {
  const known = Object.keys(content.secrets ?? {});
  return Object.keys(rehearsal.secrets ?? {})
    .filter((name) => !known.includes(name))
    .map((name) => unknownName(document, ['rehearsal', 'secrets', name], name, 'secret', known));
}

function unknownName(document: PlaybookDocument, path: Path, name: string, what: string, known: readonly string[]) {
  const all = known.length === 0 ? 'The playbook has none.' : `There are: ${known.slice(0, 12).join(', ')}.`;
  const message = `rehearsal names a ${what} "${name}" that there is not`;
  return document.error(`unknown-${what}`, path, message, didYouMean(name, known, all), 'key');
}

/** They run whatever became of the rest, so they may neither share an id nor take what other steps left out. */
function badCleanup({ document, sites }: Examined, rehearsal: Rehearsal): readonly Diagnostic[] {
  const taken = new Set(sites.map(({ id }) => id));
  return (rehearsal.cleanup ?? []).flatMap((step, index) => {
    const path: Path = ['rehearsal', 'cleanup', index];
    if (step.id === undefined) {
      const remedy = 'Add `id: …`: the evidence names the step by it.';
      return [document.error('no-id', path, 'a step of rehearsal.cleanup has no id', remedy)];
    }
    if (taken.has(step.id)) {
      const message = `rehearsal.cleanup has a step ${step.id}, and the playbook has one of that name already`;
      return [document.error('duplicate-id', [...path, 'id'], message, 'Give it a name of its own.')];
    }
    taken.add(step.id);
    return [];
  });
}

/** For whoever asks before a rehearsal: the ids that `--inject` may name. */
export function stepIds(content: PlaybookContent): readonly string[] {
  return allSites(content).map(({ id }) => id);
}
