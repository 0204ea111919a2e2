/** An undo step that needs an output which nobody recorded: a person does it, and all else is taken back by itself. */
import type { JsonObject } from '../../kernel/json.ts';
import type { Change } from '../../playbook/change/change.ts';
import { asText, only } from '../../playbook/change/written.ts';
import type { Progress } from './executed.ts';
import type { WayStep } from './way.ts';

/** An output that was not recorded, and how far the step came that puts it out. */
export interface Lacking {
  readonly step: string;
  readonly output: string;
  readonly progress: Progress;
}

const recordedAs = { unknown: 'started', failed: 'failed', done: 'done', 'not-begun': undefined } as const;
const endWords = {
  unknown: 'was begun, and nobody saw its end',
  failed: 'failed before it was written',
  done: 'is done and has not written it',
  'not-begun': 'is not carried out, or is taken back already',
} as const;

/** What supplies it, in the words that are true of the step; undefined where nothing does. */
export function recordCommand({ id }: Change, { step, output, progress }: Lacking): string | undefined {
  const state = recordedAs[progress];
  const named = /^[\w.-]+$/.test(id) ? id : `'${id}'`;
  return state === undefined ? undefined : `backout change record ${named} ${step} ${state} --output ${output}=…`;
}

/** Stands in the undo step's place, under its id: what waits for it goes on waiting. */
export function byHand(change: Change, step: WayStep, lacking: readonly Lacking[]): WayStep {
  const commands = new Set(lacking.flatMap((each) => recordCommand(change, each) ?? []));
  const again = commands.size === 0 ? [] : [`If you know the value: reject, then ${[...commands].join('; ')}`];
  const manual = [
    `${step.id} cannot be done by itself: it needs ${lacking.map(lackWords).join(' and ')}.`,
    'Look what it would take back, and do that by hand; then confirm, and all else is taken back.',
    ...again.map((text) => `${text}; then begin the backout again: backout run --change ${change.id}.`),
  ].join(' ');
  const name = `By hand: ${asText(step.content.name) ?? step.id}`;
  const content: JsonObject = { name, ...only(step.content, ['owner']), manual };
  return { ...step, content, written: { ...step.written, made: true } };
}

const lackWords = ({ step, output, progress }: Lacking): string =>
  `the output ${output} of step ${step}, which ${endWords[progress]}`;
