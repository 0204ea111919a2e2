/**
 * A plan as one SVG picture: a column for each phase, its steps in the order in which they become due, lines for
 * `needs`, the gate before access is opened. It uses the page's colours (`currentColor`, CSS variables).
 */
import { type Place, type Plan, type PlannedStep, phases } from '../plan/plan.ts';
import { html } from './html-text.ts';
import { waves } from './plan-time.ts';
import { cut } from './width.ts';

const column = 196;
const box = { width: 164, height: 38, gap: 16 };
const head = 44;
const contingencyIndent = 18;

interface Placed {
  readonly step: PlannedStep;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Takes its step's place when that has failed. */
  readonly standsIn: boolean;
}

/** `marked`: steps that are drawn as in trouble. */
export function planPicture(plan: Plan, marked: ReadonlySet<string>): string {
  const places: readonly Place[] = [...phases, 'escalate'];
  const columns = places.map((place, index) => placed(plan, place, index * column + 20));
  const height = Math.max(head + 60, ...columns.flatMap((steps) => steps.map(({ y }) => y + box.height + 14)));
  const width = places.length * column + 20;
  const parts = [
    ...places.map((place, index) => headOf(place, index * column + 20, height)),
    gate(phases.indexOf('enable-access') * column + 4, height),
    ...columns.flatMap((steps) => [
      ...steps.flatMap((step) => lines(step, steps)),
      ...steps.map((step) => boxOf(step, marked)),
    ]),
  ];
  const label = `The steps of ${plan.name} by phase`;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${html(label)}" class="plan">${parts.join('')}</svg>`;
}

function placed(plan: Plan, place: Place, x: number): readonly Placed[] {
  const { steps } = place === 'escalate' ? plan.escalate : plan.phases[place];
  let y = head;
  const next = (): number => {
    const here = y;
    y += box.height + box.gap;
    return here;
  };
  return waves(steps)
    .flat()
    .flatMap((step) => [
      { step, x, y: next(), width: box.width, standsIn: false },
      ...step.contingency.map((other) => {
        const indent = contingencyIndent;
        return { step: other, x: x + indent, y: next(), width: box.width - indent, standsIn: true };
      }),
    ]);
}

function headOf(place: Place, x: number, height: number): string {
  const title = place === 'escalate' ? 'escalate' : place;
  const note = place === 'escalate' ? 'only if it fails or is stopped' : `phase ${phases.indexOf(place) + 1}`;
  const shade = `<rect x="${x - 8}" y="2" width="${column - 14}" height="${height - 4}" rx="6" class="phase"/>`;
  return `${shade}<text x="${x}" y="20" class="title">${title}</text><text x="${x}" y="34" class="note">${note}</text>`;
}

/** P1, as people should see it. */
function gate(x: number, height: number): string {
  const words = 'GATE: opens only when every health check has passed';
  const text = `<text transform="translate(${x + 3} ${height / 2}) rotate(-90)" text-anchor="middle" class="gate-words">${words}</text>`;
  return height < 340
    ? `<line x1="${x}" y1="4" x2="${x}" y2="${height - 4}" class="gate"><title>${words}</title></line>`
    : `<line x1="${x}" y1="4" x2="${x}" y2="${height / 2 - 150}" class="gate"/><line x1="${x}" y1="${height / 2 + 150}" x2="${x}" y2="${height - 4}" class="gate"/>${text}`;
}

function boxOf({ step, x, y, width, standsIn }: Placed, marked: ReadonlySet<string>): string {
  const kind = [
    standsIn ? 'stands-in' : '',
    marked.has(step.id) ? 'marked' : '',
    step.condition === false ? 'left-out' : '',
  ];
  const who = `${standsIn ? 'if that fails: ' : ''}${step.owner ?? 'no owner'}`;
  return [
    `<g class="step ${kind.filter((each) => each !== '').join(' ')}"><title>${html(`${step.id}: ${step.name}`)}</title>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${box.height}" rx="4"/>`,
    `<text x="${x + 7}" y="${y + 16}">${html(cut(step.id, standsIn ? 21 : 24))}</text>`,
    `<text x="${x + 7}" y="${y + 30}" class="note">${html(cut(who, standsIn ? 23 : 27))}</text></g>`,
  ].join('');
}

/** From what a step needs to the step: straight down to the next box, else along the column's edge. */
function lines({ step, x, y, standsIn }: Placed, all: readonly Placed[]): readonly string[] {
  if (standsIn) return [];
  return step.needs.flatMap((id) => {
    const from = all.find((other) => other.step.id === id);
    if (from === undefined) return [];
    const [startY, centre] = [from.y + box.height, x + box.width / 2];
    const straight = y - startY <= box.gap;
    const path = straight
      ? `M${centre} ${startY} L${centre} ${y}`
      : `M${from.x} ${from.y + box.height / 2} C${x - 14} ${from.y + box.height / 2} ${x - 14} ${y + 19} ${x} ${y + 19}`;
    return [`<path d="${path}" class="needs"/>`];
  });
}
