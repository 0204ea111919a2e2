/** Everything in a playbook that is done or sent, wherever it is written: steps, their proofs, updates, the rehearsal. */
import { communicationSites } from '../communication.ts';
import type { Path, StepContent, StepSite } from '../content.ts';
import type { Linted } from './rule.ts';

type Actions = Pick<StepContent, 'uses' | 'run' | 'with' | 'env' | 'stdin' | 'args' | 'manual'>;

export interface WrittenAction extends Actions {
  /** Which, as messages name it. */
  readonly subject: string;
  /** The step that a setting of the playbook may name. */
  readonly step: string | undefined;
  /** Where its keys stand. */
  readonly path: Path;
  /** Where a key stands that is not beside the others. */
  readonly paths?: { readonly [key in 'with' | 'env']?: Path };
}

export function writtenActions({ content, sites, adapters }: Linted): readonly WrittenAction[] {
  const channels = communicationSites(content, adapters);
  return [...[...sites, ...channels].flatMap(ofSite), ...ofRehearsal({ content, sites, adapters })];
}

function ofSite({ id, step, path, isUpdate }: StepSite): readonly WrittenAction[] {
  const who = isUpdate ? { subject: id, step: undefined } : { subject: `step ${id}`, step: id };
  return ofStep(step, { ...who, path });
}

type Who = Pick<WrittenAction, 'subject' | 'step' | 'path'>;

function ofStep(step: StepContent, who: Who): readonly WrittenAction[] {
  const proof = step.verify === undefined ? [] : [{ ...step.verify, ...who, path: [...who.path, 'verify'] }];
  return [{ ...step, ...who }, ...proof];
}

type Known = Pick<Linted, 'content' | 'sites' | 'adapters'>;

/** What replaces parts of the steps there, the cleanup with its contingencies, and the updates. */
function ofRehearsal({ content, sites, adapters }: Known): readonly WrittenAction[] {
  const { rehearsal } = content;
  if (rehearsal === undefined) return [];
  const replaced = sites.flatMap(({ id, step, path }) => {
    const own = { with: rehearsal.with?.[id], env: rehearsal.env?.[id] };
    if (own.with === undefined && own.env === undefined) return [];
    const paths = { with: ['rehearsal', 'with', id], env: ['rehearsal', 'env', id] };
    return [{ uses: step.uses, ...own, subject: `step ${id} in rehearsals`, step: id, path, paths }];
  });
  const cleanup = (rehearsal.cleanup ?? []).flatMap((step, index) => {
    const path = ['rehearsal', 'cleanup', index];
    const who = { subject: `step ${step.id ?? `cleanup-${index + 1}`}`, step: undefined };
    const instead = (step.contingency ?? []).flatMap((other, at) =>
      ofStep(other, { ...who, path: [...path, 'contingency', at] }),
    );
    return [...ofStep(step, { ...who, path }), ...instead];
  });
  const updates = communicationSites({ ...content, communication: rehearsal.communication }, adapters).flatMap(
    ({ id, step, path }) =>
      ofStep(step, { subject: `${id} in rehearsals`, step: undefined, path: ['rehearsal', ...path] }),
  );
  return [...replaced, ...cleanup, ...updates];
}
