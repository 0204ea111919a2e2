/** Input fields that several adapters have: described, and forgiving where a parameter arrives as text. */
import * as z from 'zod/mini';
import { parseDuration } from '../../src/kernel/duration.ts';

/** Text that is not empty. */
export const text = (description: string) => z.string().check(z.minLength(1), z.describe(description));

export const optionalText = (description: string) => z.optional(text(description));

/** `90s`, `5m`: milliseconds after parsing. */
export const duration = (description: string) =>
  z
    .pipe(
      z
        .string()
        .check(
          z.refine((value) => parseDuration(value) !== undefined, 'write a duration with its unit: 10s, 5m, 1h30m'),
        ),
      z.transform((value) => parseDuration(value) ?? 0),
    )
    .check(z.meta({ description, pattern: '^(?:\\d+(?:\\.\\d+)?(?:ms|s|m|h|d))+$|^P' }));

export const wholeNumber = (description: string, least: number, most: number) =>
  z
    .pipe(
      z.pipe(z.union([z.number(), z.string().check(z.regex(/^\d+$/, 'write a whole number'))]), z.transform(Number)),
      z.int().check(z.minimum(least), z.maximum(most)),
    )
    .check(z.meta({ description, minimum: least, maximum: most }));

export const port = (description: string) => wholeNumber(description, 1, 65_535);

export const httpUrl = (description: string) =>
  z
    .string()
    .check(z.refine(isHttpUrl, 'write a whole URL that begins with http:// or https://'), z.describe(description));

function isHttpUrl(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value);
}

/** One text or a list of them; a list after parsing. */
export const texts = (description: string) =>
  z
    .pipe(
      z.union([z.string().check(z.minLength(1)), z.array(z.string().check(z.minLength(1))).check(z.minLength(1))]),
      z.transform((value): readonly string[] => (typeof value === 'string' ? [value] : value)),
    )
    .check(z.describe(description));

export const headers = (description: string) =>
  z
    .record(z.string().check(z.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'not the name of a header')), z.string())
    .check(z.describe(description));

/** SHA-256 in hexadecimal, perhaps with `sha256:` before it. */
export const checksum = (description: string) =>
  z
    .string()
    .check(
      z.regex(/^(?:sha256:)?[0-9a-fA-F]{64}$/, 'write the SHA-256 as 64 hexadecimal digits'),
      z.describe(description),
    );

export const bareDigest = (value: string): string => value.replace(/^sha256:/, '').toLowerCase();
