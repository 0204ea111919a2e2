/** Who is told, when and how: the messages of a plan in the order in which they may go out. */
import { formatDuration } from '../kernel/duration.ts';
import { type Plan, type PlannedStep, phases } from '../plan/plan.ts';
import { audienceOf } from '../whatif/audience.ts';
import { ownerWords } from './document-people.ts';

export interface Message {
  readonly when: string;
  readonly step: string;
  /** Sent at intervals while the run lasts. */
  readonly regular: boolean;
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

/** First word, regular word, last word. */
export function messagesOf(plan: Plan): readonly Message[] {
  const steps = [...phases.flatMap((name) => plan.phases[name].steps), ...plan.escalate.steps];
  const told = steps.filter(({ place, condition }) => whenOf[place] !== undefined && condition !== false);
  const begin = told.filter(({ place }) => place === 'notify');
  const end = told.filter(({ place }) => place !== 'notify');
  const say = (step: PlannedStep): readonly Message[] => messages(plan, step, whenOf[step.place] ?? '');
  return [...begin.flatMap(say), ...regular(plan), ...end.flatMap(say)];
}

function regular(plan: Plan): readonly Message[] {
  return (plan.updates?.steps ?? []).flatMap((step) => {
    const when =
      step.audience === undefined
        ? 'When a regular update could not be delivered'
        : `Every ${formatDuration(step.audience.everyMs)} while the backout lasts`;
    return messages(plan, step, when);
  });
}

/** The message, and what stands in for it. */
function messages(plan: Plan, step: PlannedStep, when: string): readonly Message[] {
  const instead = `${when}, if ${step.id} cannot be delivered`;
  return [messageOf(plan, step, step, when), ...step.contingency.map((other) => messageOf(plan, other, step, instead))];
}

function messageOf(plan: Plan, step: PlannedStep, parent: PlannedStep, when: string): Message {
  const { audience } = parent;
  const contact = audience?.contact ?? null;
  return {
    when,
    step: step.id,
    regular: parent.audience !== undefined,
    to: audience === undefined ? recipientOf(step) : `${audience.name}${contact === null ? '' : `, ${contact}`}`,
    how: audience === undefined ? howOf(step) : audienceOf(step),
    by: ownerWords(plan, step.owner ?? parent.owner),
    says: parent.place === 'updates' ? updateWords(parent) : saysOf(step),
  };
}

const updateWords = ({ audience }: PlannedStep): string =>
  audience === undefined
    ? 'Which update was not delivered'
    : 'How it stands: what is done, what is next, when the next word comes';

/** Over what stands in a column of its own. */
function recipientOf(step: PlannedStep): string {
  const told = audienceOf(step);
  const over = `${howOf(step)} `;
  return told.startsWith(over) ? told.slice(over.length) : told;
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
