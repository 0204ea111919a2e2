/** What a derived playbook does not do, or only perhaps: told beside it and at its head. */
import type { Change } from '../../playbook/change/change.ts';
import type { Fate } from './executed.ts';
import type { RestorePhase } from './restore-phase.ts';

export function saidOf(
  change: Change,
  fates: ReadonlyMap<string, Fate>,
  { spared, forced }: Pick<RestorePhase, 'spared' | 'forced'>,
): readonly string[] {
  const ofSteps = change.steps.flatMap((step) => {
    const fate = fates.get(step.id);
    const line = fate === undefined ? undefined : lineOf(step.id, fate, step.back.kind === 'irreversible');
    return line === undefined ? [] : [line];
  });
  const unsuited = forced.map(
    (id) => `${id} of the frame covers steps before and after steps that another one covers: look at the order.`,
  );
  return [
    ...ofSteps,
    ...unsuited,
    ...spared.map((id) => `${id} of the frame is left out: nothing that it covers was executed.`),
  ];
}

function lineOf(id: string, fate: Fate, irreversible: boolean): string | undefined {
  if (fate.kind === 'left-out') return `${id} is not taken back: ${fate.why}.`;
  if (irreversible) return `${id} cannot be taken back: a person decides.`;
  if (fate.partial) return `${id} failed: it is taken back as perhaps done in part.`;
  if (!fate.unknown) return undefined;
  return fate.look
    ? `${id} was begun, and nobody saw its end: a person looks first.`
    : `${id} was begun, and nobody saw its end: it is taken back.`;
}
