/** What a good answer to a query is; shared by `postgres/query` and by the proof of a restore. Pure. */
import * as z from 'zod/mini';
import { optionalText, wholeNumber } from '../../support/fields.ts';

const number = (description: string) =>
  z
    .pipe(z.union([z.number(), z.string().check(z.regex(/^-?\d+(?:\.\d+)?$/, 'write a number'))]), z.transform(Number))
    .check(z.describe(description));

export const expectation = z
  .strictObject({
    equals: z.optional(
      z
        .pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(asText))
        .check(
          z.describe(
            'The value itself: the first column of the first row. true and false are as psql writes them, t and f.',
          ),
        ),
    ),
    matches: z.optional(
      optionalText('A regular expression (ECMAScript) that the value must match.').check(
        z.refine((source) => source === undefined || isPattern(source), 'not a regular expression'),
      ),
    ),
    min: z.optional(number('The smallest value that is good.')),
    max: z.optional(number('The largest value that is good.')),
    rows: z.optional(wholeNumber('How many rows it must give.', 0, Number.MAX_SAFE_INTEGER)),
  })
  .check(
    z.describe('What a good answer is.'),
    z.refine(
      (asked) => Object.values(asked).some((value) => value !== undefined),
      'say what is good: `equals`, `matches`, `min`, `max` or `rows`',
    ),
  );
export type Expectation = z.infer<typeof expectation>;

export interface Answer {
  /** The first column of the first row; null where there is no row or it is NULL. */
  readonly value: string | null;
  readonly rows: number;
}

function asText(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 't' : 'f') : String(value);
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}

const shown = (value: string | null): string => (value === null ? 'NULL' : JSON.stringify(value.slice(0, 200)));

/** What is wrong with the answer; empty when it is good. */
export function faultsOf({ value, rows }: Answer, expect: Expectation): readonly string[] {
  const { equals, matches, min, max } = expect;
  const amount = value === null || value.trim() === '' ? Number.NaN : Number(value);
  return [
    ...(expect.rows !== undefined && expect.rows !== rows ? [`${rows} rows, not ${expect.rows}`] : []),
    ...(equals !== undefined && value !== equals ? [`the value is ${shown(value)}, not ${shown(equals)}`] : []),
    ...(matches !== undefined && !new RegExp(matches).test(value ?? '')
      ? [`the value ${shown(value)} does not match ${matches}`]
      : []),
    ...((min !== undefined || max !== undefined) && Number.isNaN(amount)
      ? [`the value ${shown(value)} is no number`]
      : []),
    ...(min !== undefined && amount < min ? [`the value is ${value}, less than ${min}`] : []),
    ...(max !== undefined && amount > max ? [`the value is ${value}, more than ${max}`] : []),
  ];
}
