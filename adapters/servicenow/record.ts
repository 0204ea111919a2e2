/** A record as the Table API gives it with `sysparm_display_value=all`, and what is to be written to it. Pure. */
import * as z from 'zod/mini';
import { sha256 } from '../../src/kernel/sha256.ts';
import { cut } from '../support/cut.ts';
import { fittedText, holds, type Rendered } from '../support/message.ts';
import type { Input } from './input.ts';

const field = z.looseObject({ value: z.string(), display_value: z.nullable(z.string()) });
export const record = z.catchall(
  z.object({
    // It becomes part of an address.
    sys_id: z.looseObject({ value: z.string().check(z.regex(/^[0-9a-f]{32}$/)) }),
    number: z.looseObject({ value: z.string() }),
  }),
  z.unknown(),
);
export type ServiceRecord = z.infer<typeof record>;
export type Columns = { readonly [column: string]: string };

/** A query that the instance does not understand is left out by it, and finds anything. */
export function isMeant(found: ServiceRecord, { number }: Input, key: string): boolean {
  if (number !== undefined) return found.number.value === number;
  return seen(found, 'correlation_id', 'value') === correlationOf(key);
}

/** What the record holds in a column; undefined where the account may not see it. */
function seen(found: ServiceRecord, column: string, as: 'value' | 'display_value'): string | undefined {
  const parsed = z.safeParse(field, found[column]);
  return parsed.success ? (parsed.data[as] ?? undefined) : undefined;
}

export const stateOf = (found: ServiceRecord): string => seen(found, 'state', 'display_value') ?? 'of unknown state';

const noteLimit = 4_000;
const shortLimit = 160;
const correlationLimit = 100;

/** `[code]` would have the rest taken for HTML: a mark without width keeps it text. */
const noteOf = (rendered: Rendered): string =>
  fittedText(rendered, noteLimit - 100).replaceAll(/\[(\/?code\])/gi, '[\u200b$1');

export const correlationOf = (key: string): string => (key.length <= correlationLimit ? key : sha256(key));

/** A new incident. */
export function newColumns(asked: Input, rendered: Rendered, key: string): Columns {
  return {
    short_description: cut(rendered.title, shortLimit),
    ...asked.set,
    [asked.note]: noteOf(rendered),
    correlation_id: correlationOf(key),
    correlation_display: 'backout',
  };
}

const hasNote = (found: ServiceRecord, asked: Input, rendered: Rendered): boolean =>
  holds(seen(found, asked.note, 'display_value') ?? '', rendered);

function closingOf({ state, closeCode }: Input): Columns {
  return {
    ...(state === undefined ? {} : { state }),
    ...(closeCode === undefined ? {} : { close_code: closeCode }),
  };
}

/** What still has to be written; empty when all is there. The note is written once, whatever else is done again. */
export function missingColumns(found: ServiceRecord, asked: Input, rendered: Rendered): Columns {
  const noted = hasNote(found, asked, rendered);
  const closing = closingOf(asked);
  if (noted && unlike(found, closing) === undefined) return {};
  const { closeCode, closeNotes = cut(rendered.title, noteLimit) } = asked;
  return {
    ...(noted ? {} : { [asked.note]: noteOf(rendered) }),
    ...asked.set,
    ...closing,
    ...(closeCode === undefined ? {} : { close_notes: closeNotes }),
  };
}

/** The first column that is not as wanted; one that the account may not see is given the benefit of the doubt. */
function unlike(found: ServiceRecord, wanted: Columns): string | undefined {
  for (const [column, value] of Object.entries(wanted)) {
    const holding = seen(found, column, 'value');
    if (holding !== undefined && holding !== value) {
      return `${column} ${JSON.stringify(holding)}, and not ${JSON.stringify(value)}`;
    }
  }
  return undefined;
}

/**
 * ServiceNow answers 200 also where it left out a column that the account may not write: the record is read again and
 * compared. Undefined: all is as asked.
 */
export function notAsAsked(found: ServiceRecord, asked: Input, rendered: Rendered): string | undefined {
  const number = found.number.value;
  if (!notesHidden(found, asked) && !hasNote(found, asked, rendered)) {
    return `${asked.note} of ${number} do not show the message`;
  }
  const fault = unlike(found, closingOf(asked));
  return fault === undefined ? undefined : `${number} shows ${fault}`;
}

/** Notes that the account may not read cannot be shown to be there. */
export const notesHidden = (found: ServiceRecord, { note }: Input): boolean =>
  (seen(found, note, 'display_value') ?? '') === '';
