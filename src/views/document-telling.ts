/** Who is told, when and how: the messages of a plan in the order in which they may go out. */
import { allSteps, type Plan, type PlannedStep } from '../plan/plan.ts';
import { audienceOf } from '../whatif/audience.ts';
import { ownerWords } from './document-people.ts';

export interface Message {
  readonly when: string;
  readonly step: string;
  readonly to: string;
  /** Adapter, or by hand. */
  readonly how: string;
  readonly by: string;
  /** Subject, or the first words; null where it cannot be told. */
  readonly says: string | null;
}

const whenOf: { readonly [place: string]: string | undefined } = {
  notify: 'When the backout begins',
  announce: 'When it has ended well',
  escalate: 'When it has failed or was stopped',
};

export function messagesOf(plan: Plan): readonly Message[] {
  const parents = new Map([...allSteps(plan)].flatMap((step) => step.contingency.map(({ id }) => [id, step])));
  return [...allSteps(plan)].flatMap((step) => {
    const when = whenOf[step.place];
    if (when === undefined || step.condition === false) return [];
    const parent = parents.get(step.id);
    return [
      {
        when: parent === undefined ? when : `${when}, if ${parent.id} cannot be delivered`,
        step: step.id,
        to: audienceOf(step),
        how: howOf(step),
        by: ownerWords(plan, step.owner ?? parent?.owner ?? null),
        says: saysOf(step),
      },
    ];
  });
}

function howOf({ action }: PlannedStep): string {
  if (action.kind === 'adapter') return action.adapter;
  return { manual: 'by hand', shell: 'command', script: 'script' }[action.kind];
}

const wordFields = ['subject', 'title', 'text', 'message', 'summary'];

function saysOf({ action }: PlannedStep): string | null {
  if (action.kind === 'manual') return action.instruction.trim();
  if (action.kind !== 'adapter') return null;
  const { input } = action;
  const said = wordFields.map((field) => input[field]).find((value) => typeof value === 'string');
  return typeof said === 'string' ? (said.trim().split('\n')[0] ?? null) : null;
}
