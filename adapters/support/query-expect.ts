/**
 * What a query's good answer is: the `expect` of `postgres/query` and `mariadb/query`, and of the queries by which a
 * restore proves itself on the data. Values are compared as the text in which the database gives them.
 */
import * as z from 'zod/mini';
import { text, wholeNumber } from './fields.ts';

/** A result as text: rows of columns; null is SQL's NULL. */
export type Rows = readonly (readonly (string | null)[])[];

const scalar = z.pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(String));
const number = z
  .pipe(z.union([z.number(), z.string().check(z.regex(/^-?\d+(\.\d+)?$/, 'write a number'))]), z.transform(Number))
  .check(z.refine(Number.isFinite, 'write a number'));
const most = Number.MAX_SAFE_INTEGER;

export const queryExpect = z
  .strictObject({
    equals: z.optional(scalar.check(z.describe('The first column of the first row, exactly.'))),
    matches: z.optional(
      z
        .string()
        .check(
          z.refine(isPattern, 'not a regular expression'),
          z.describe('A regular expression (ECMAScript) that is found in the first column of the first row.'),
        ),
    ),
    min: z.optional(number.check(z.describe('The least that the first column of the first row may be, as a number.'))),
    max: z.optional(number.check(z.describe('The most that the first column of the first row may be, as a number.'))),
    rows: z.optional(
      z
        .union([
          wholeNumber('Exactly so many rows.', 0, most),
          z.strictObject({
            min: z.optional(wholeNumber('The least number of rows.', 0, most)),
            max: z.optional(wholeNumber('The most rows.', 0, most)),
          }),
        ])
        .check(z.describe('How many rows there must be: a number, or `min` and `max`.')),
    ),
  })
  .check(
    z.describe('What a good answer is.'),
    z.refine(
      (asked) => Object.values(asked).some((value) => value !== undefined),
      'say what is good: `equals`, `matches`, `min`, `max` or `rows`',
    ),
  );
export type QueryExpect = z.infer<typeof queryExpect>;

/** Queries with what they must say, by which a restore is proven before it is swapped in. */
export const provingQueries = z
  .array(z.strictObject({ query: text('One SQL query that only reads.'), expect: queryExpect }))
  .check(z.describe('Queries that the restored data must answer well, asked before it takes the place of the old.'));
export type ProvingQueries = z.infer<typeof provingQueries>;

function isPattern(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with the answer, one line each; empty when it is good. */
export function faultsOfRows(rows: Rows, expect: QueryExpect): readonly string[] {
  return [...rowFaults(rows.length, expect), ...valueFaults(rows, expect)];
}

function rowFaults(count: number, { rows: wanted }: QueryExpect): string[] {
  if (typeof wanted === 'number') return count === wanted ? [] : [`${rowCount(count)} instead of ${wanted}`];
  if (wanted?.min !== undefined && count < wanted.min) return [`${rowCount(count)} instead of at least ${wanted.min}`];
  if (wanted?.max !== undefined && count > wanted.max) return [`${rowCount(count)} instead of at most ${wanted.max}`];
  return [];
}

function valueFaults(rows: Rows, { equals, matches, min, max }: QueryExpect): string[] {
  if (equals === undefined && matches === undefined && min === undefined && max === undefined) return [];
  const value = rows[0]?.[0];
  if (value === undefined) return ['no row came back'];
  if (value === null) return ['it says NULL'];
  const said = `it says ${quote(value)}`;
  return [
    ...(equals !== undefined && !isSame(value, equals) ? [`${said} instead of ${quote(equals)}`] : []),
    ...(matches !== undefined && !new RegExp(matches).test(value) ? [`${said}, which does not match ${matches}`] : []),
    ...numberFaults(value, min, max),
  ];
}

function numberFaults(value: string, min: number | undefined, max: number | undefined): string[] {
  if (min === undefined && max === undefined) return [];
  const measured = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isNaN(measured)) return [`it says ${quote(value)}, which is no number`];
  if (min !== undefined && measured < min) return [`it says ${value}, less than ${min}`];
  if (max !== undefined && measured > max) return [`it says ${value}, more than ${max}`];
  return [];
}

/** PostgreSQL writes its truths as one letter. */
function isSame(value: string, equals: string): boolean {
  return value === equals || (value === 't' && equals === 'true') || (value === 'f' && equals === 'false');
}

const rowCount = (count: number): string => (count === 1 ? '1 row' : `${count} rows`);
const quote = (value: string): string => JSON.stringify(value.length > 120 ? `${value.slice(0, 120)}…` : value);
