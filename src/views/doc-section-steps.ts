/** The steps: all of them on one page, then each with its exact instruction. */
import { isTelling } from '../engine/state.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { Place } from '../plan/plan.ts';
import { type Block, type Cell, factsBlock, type Section, textBlock, warningBlock } from './doc-block.ts';
import type { Beside, DocumentStep } from './document-step.ts';
import type { DocumentView, PlaceView } from './document-view.ts';
import type { StepEstimate } from './estimate.ts';

const titles: Readonly<Record<Place, string>> = {
  notify: '1. Tell that it begins (notify)',
  'disable-access': '2. Close access (disable-access)',
  restore: '3. Put back (restore)',
  'health-checks': '4. Prove health (health-checks)',
  'enable-access': '5. Open access (enable-access)',
  announce: '6. Tell how it ended (announce)',
  escalate: 'E. Only if the backout fails or is stopped (escalate)',
};

export function stepSections(view: DocumentView): readonly Section[] {
  const overview: Section = {
    id: 'steps',
    title: 'The steps',
    blocks: [textBlock('Phases run in this order, one after the other.'), overviewTable(view.places)],
  };
  const each: Section = {
    id: 'instructions',
    title: 'Instructions',
    blocks: view.places.flatMap((place) => placeBlocks(place, view)),
  };
  return [overview, each];
}

function overviewTable(places: readonly PlaceView[]): Block {
  const head = ['No.', 'Phase', 'Step', 'Owner', 'Expected', 'At most'];
  const rows = places.flatMap(({ place, steps }) =>
    steps.flatMap((step) =>
      [step, ...step.contingency].map((one) => [
        one.number,
        one === step ? place : `${place}, if ${step.number} fails`,
        one.name === one.id ? one.id : [one.name, one.id],
        one.owner ?? 'nobody is named',
        expectedShort(one),
        one.limit,
      ]),
    ),
  );
  return rows.length === 0 ? warningBlock('The plan has no steps.') : { kind: 'table', head, rows };
}

function placeBlocks({ place, steps }: PlaceView, view: DocumentView): readonly Block[] {
  const heading: Block = { kind: 'heading', text: titles[place], depth: 3 };
  if (place === 'disable-access' && view.withoutClosing !== null)
    return [heading, unclosedBlock(view.withoutClosing), ...steps.flatMap((step) => stepBlocks(step))];
  return [heading, ...(steps.length === 0 ? [emptyBlock(place, view)] : steps.flatMap((step) => stepBlocks(step)))];
}

const unclosedBlock = (because: string): Block =>
  warningBlock(`Every step is left out, and data is restored with access not closed, for this reason: ${because}`);

function emptyBlock(place: Place, { withoutHealthChecks }: DocumentView): Block {
  if (place !== 'health-checks' || withoutHealthChecks === null) return textBlock('No steps.');
  return warningBlock(`No steps. Access is opened without any health check, for this reason: ${withoutHealthChecks}`);
}

function stepBlocks(step: DocumentStep, instead?: string): readonly Block[] {
  const name = step.name === step.id ? step.id : `${step.name} (${step.id})`;
  const rows = [
    ['Owner', step.by],
    ['When', instead === undefined ? null : `only if ${instead} has failed for good`],
    ['Side by side with', besideWords(step.beside)],
    ['Condition', step.condition],
    ['Where', step.where.length === 0 ? null : step.where],
    ['Expected', step.expected === null && isTelling(step.place) ? null : expectedWords(step.expected)],
    ['At most', step.limit],
    ['Verified by', verifiedWords(step)],
    ['If it fails', step.onFailure],
  ] as const;
  return [
    { kind: 'heading', text: `${step.number} ${name}`, depth: 4 },
    { kind: 'code', lines: step.instruction },
    factsBlock(rows),
    ...step.contingency.flatMap((other) => stepBlocks(other, step.id)),
  ];
}

/** Messages hold nothing up: their time is of no account. */
function expectedShort({ expected, place }: DocumentStep): string {
  if (expected !== null) return formatDuration(expected.medianMs);
  return isTelling(place) ? '' : 'not measured';
}

/** Of a message nothing is verified beyond its delivery. */
function verifiedWords({ verification, place }: DocumentStep): Cell | null {
  if (verification.length > 0) return verification;
  return isTelling(place) ? null : 'nothing of its own';
}

function besideWords({ count, steps }: Beside): string | null {
  if (count === 0) return null;
  const others = count - steps.length;
  return `${steps.join(', ')}${others === 0 ? '' : ` and ${others.toLocaleString('en-US')} others`}`;
}

function expectedWords(expected: StepEstimate | null): string {
  if (expected === null) return 'not measured yet';
  const { medianMs, p90Ms, samples, earlier } = expected;
  const runs = samples === 1 ? 'measured once' : `measured ${samples} times`;
  const older = earlier ? ', with an earlier version of the plan' : '';
  return `${formatDuration(medianMs)}, slowly ${formatDuration(p90Ms)} (${runs}${older})`;
}
