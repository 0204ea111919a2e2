/** A message as an Adaptive Card, within the size that Teams takes. Pure. Text stands in TextRuns: no Markdown. */
import { cut } from '../support/cut.ts';
import type { Fact, Rendered, Stage } from '../support/message.ts';

/** 28 KB are documented for what Teams posts, which is more than what is sent. */
const sizeLimit = 20_000;
/** Bytes for each text; the first with which the card fits is taken. */
const rooms: readonly number[] = [12_000, 3_000, 750, 150];
const mostLines = 60;
const mostFacts = 30;
const labelRoom = 60;

const colours: Readonly<Record<Stage, string>> = {
  begun: 'Warning',
  update: 'Accent',
  ended: 'Good',
  failed: 'Attention',
};

export function cardMessage(rendered: Rendered): unknown {
  for (const room of rooms) {
    const message = envelope(rendered, room);
    if (sizeOf(JSON.stringify(message)) <= sizeLimit) return message;
  }
  return envelope({ ...rendered, text: '', facts: [] }, labelRoom);
}

function envelope(rendered: Rendered, room: number): unknown {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    fallbackText: fitted(rendered.title, Math.min(room, 1_000)),
    body: bodyOf(rendered, room),
    msteams: { width: 'Full' },
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}

function bodyOf({ stage, title, notice, text, facts, reference }: Rendered, room: number): readonly unknown[] {
  const shown = facts.slice(0, mostFacts);
  const missing = facts.length - shown.length;
  return [
    block(run(fitted(title, room), { size: 'Large', weight: 'Bolder', color: colours[stage] })),
    ...(notice === null ? [] : [block(run(notice, { weight: 'Bolder' }))]),
    ...linesOf(text, room),
    ...shown.map((fact) => factBlock(fact, room)),
    ...(missing === 0 ? [] : [block(run(`… (${missing} more facts cut)`))]),
    block(run(fitted(reference, 600), { size: 'Small', isSubtle: true })),
  ];
}

function linesOf(text: string, room: number): readonly unknown[] {
  if (text.trim() === '') return [];
  const lines = fitted(text, room).split('\n');
  const missing = lines.length - mostLines;
  const kept = missing > 0 ? [...lines.slice(0, mostLines), `… (${missing} more lines cut)`] : lines;
  return kept.map((line) => block(run(line === '' ? ' ' : line)));
}

function factBlock({ label, value }: Fact, room: number): unknown {
  return block(run(`${fitted(label, labelRoom)}: `, { weight: 'Bolder' }), run(fitted(value, room)));
}

const block = (...inlines: readonly unknown[]) => ({ type: 'RichTextBlock', inlines });
const run = (text: string, look: object = {}) => ({ type: 'TextRun', text, ...look });
const sizeOf = (text: string): number => Buffer.byteLength(text);
/** Bytes as JSON: what an escape takes counts. */
const fitted = (text: string, room: number): string => cut(text, room, (one) => sizeOf(JSON.stringify(one)) - 2);
