/**
 * What a message about a backout says, for every receiver: what is true, what is next, when the next update comes.
 *
 * Owns: the fields that every message adapter takes, the default texts, and the mark of what is not real (P10). Does
 * not own: a receiver's format and limits.
 */
import * as z from 'zod/mini';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { cut } from './cut.ts';
import { defaultNext, defaultSummary, inWords } from './message-words.ts';
import { modeMarkOf } from './mode-mark.ts';

/** No message fails for the type of a value in it: a number is its text, null is none. */
const words = z.pipe(
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
  z.transform((value) => (value === null ? '' : String(value))),
);

/** May be empty, as the fields of `run` are until they are known: an empty one is left out. */
const said = (description: string) => z.optional(words.check(z.describe(description)));

export const messageFields = {
  stage: z._default(
    z
      .enum(['begun', 'update', 'ended', 'failed'])
      .check(
        z.describe(
          'What the message is about: the backout has begun, goes on, has ended well, or has not succeeded (failed, stopped). It gives the texts that are not written. Default: update.',
        ),
      ),
    'update',
  ),
  system: said('The system that is backed out.'),
  change: said('The number of the change, e.g. CHG0042.'),
  summary: said('The message in one line. Default: made from `stage`, `change` and `system`.'),
  text: said('More to say, plain text, in as many lines as it needs.'),
  access: said('What is true of access: `${{ run.access }}`, or your own words.'),
  data: said('What is true of the data: `${{ run.data }}`, or your own words.'),
  health: said('What is true of health: `${{ run.health }}`, or your own words.'),
  next: said('What happens next. Default: made from `stage`.'),
  nextUpdate: said(
    'When the next update comes, e.g. 04:30 UTC. Without it the message says that no time was promised.',
  ),
  owner: said('Who answers for it, and how to reach them.'),
  facts: z.optional(
    z
      .record(z.string().check(z.minLength(1)), words)
      .check(z.describe('More facts by name, e.g. `{ Run: "${{ run.id }}" }`.')),
  ),
};

const message = z.object(messageFields);
export type Message = z.infer<typeof message>;
export type Stage = Message['stage'];

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface Rendered {
  readonly stage: Stage;
  /** What it is where it is not real, e.g. `DRY RUN`. */
  readonly mark: string | null;
  /** One line; marked where it is not real. */
  readonly title: string;
  /** Null in a real run. */
  readonly notice: string | null;
  /** Empty: nothing more to say. */
  readonly text: string;
  readonly facts: readonly Fact[];
  /** Ends every message, so that people and look-ups recognise it. */
  readonly reference: string;
}

/** P10: what is not a real run says so in its title and in a line of its own, as e-mails do. */
export function render(
  given: Message,
  context: Pick<AdapterContext, 'key' | 'mode'> & Partial<Pick<AdapterContext, 'env'>>,
): Rendered {
  const marked = modeMarkOf(context);
  const mark = marked?.mark ?? null;
  const summary = harmless(given.summary ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const title = summary === '' ? defaultSummary(given) : summary;
  return {
    stage: given.stage,
    mark,
    title: mark === null ? title : `[${mark}] ${title}`,
    notice: marked?.notice ?? null,
    text: harmless(given.text ?? ''),
    facts: factsOf(given),
    reference: `backout ${context.key}`,
  };
}

function factsOf(given: Message): readonly Fact[] {
  const promised = given.stage === 'ended' ? '' : 'no time was promised';
  const all = [
    ['System', given.system],
    ['Change', given.change],
    ['Access', inWords('access', given.access)],
    ['Data', inWords('data', given.data)],
    ['Health', inWords('health', given.health)],
    ...Object.entries(given.facts ?? {}),
    ['Next', given.next || defaultNext[given.stage]],
    ['Next update', given.nextUpdate || promised],
    ['Owner', given.owner],
  ] as const;
  return all.flatMap(([label, value]) =>
    value === undefined || value === '' ? [] : [{ label: harmless(label), value: harmless(value) }],
  );
}

/** The whole message as text: for notes, comments and notifications. An empty title or reference is left out. */
export function plainText({ title, notice, text, facts, reference }: Rendered): string {
  const lines = facts.map(({ label, value }) => `${label}: ${value}`);
  const parts = [notice, title, text.trim() === '' ? '' : text, lines.join('\n'), reference];
  return parts.filter((part) => part !== null && part !== '').join('\n\n');
}

/** The whole message within a limit, as `sizeOf` counts: what is cut is said, and the reference stays. */
export function fittedText(rendered: Rendered, limit: number, sizeOf?: (character: string) => number): string {
  const ending = `\n\n${rendered.reference}`;
  return cut(plainText({ ...rendered, reference: '' }), limit - ending.length, sizeOf) + ending;
}

/** Is the message in what a receiver keeps? A whole line: `….1` is not found in `….12`. */
export function holds(kept: string, { reference }: Pick<Rendered, 'reference'>): boolean {
  return kept.split('\n').some((line) => line.trim() === reference);
}

/** Characters that no receiver shows and some refuse: control characters (but tab and newline), half a pair. */
function harmless(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd')
    .toWellFormed();
}
