/**
 * The small schemas that the playbook's schema is made of. An `error` text is a phrase that completes
 * `timeout is 30: …`, because it is shown so; a `description` goes into the JSON Schema and docs/playbook.md.
 */
import * as z from 'zod/mini';
import { sizePattern } from './size.ts';

/** As `parseDuration` reads it; the digits are bounded so that no duration is beyond counting. */
const durationPattern =
  /^(?:(?:\d{1,7}(?:\.\d{1,7})?(?:ms|s|m|h|d)){1,5}|P(?=.)(?:\d{1,7}W)?(?:\d{1,7}D)?(?:T(?=.)(?:\d{1,7}H)?(?:\d{1,7}M)?(?:\d{1,7}(?:\.\d{1,7})?S)?)?)$/;
const durationError = 'must be a duration with its unit, such as 90s, 5m, 1h30m or PT5M';
const sizeError = 'must be a size with its unit, such as 512KiB, 64MiB or 1GiB';

export interface Described {
  readonly default?: string | number | boolean;
  readonly examples?: readonly unknown[];
}

const meta = (description: string, more: Described = {}) =>
  z.meta({ description, ...(more as Record<string, unknown>) });

export const text = (description: string, more?: Described) =>
  z.optional(z.string({ error: 'must be text' }).check(z.minLength(1, 'must not be empty'), meta(description, more)));

/** Text that may be empty, such as a value of the environment or what a program reads. */
export const value = () => z.string({ error: 'must be text' });

export const duration = (description: string, more?: Described) =>
  z.optional(
    z.string({ error: durationError }).check(z.regex(durationPattern, durationError), meta(description, more)),
  );

export const size = (description: string, more?: Described) =>
  z.optional(z.string({ error: sizeError }).check(z.regex(sizePattern, sizeError), meta(description, more)));

export const flag = (description: string, more?: Described) =>
  z.optional(z.boolean({ error: 'must be true or false' }).check(meta(description, more)));

export const count = (description: string, least: number, most: number, more?: Described) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.optional(
    z.int({ error }).check(z.minimum(least, { error }), z.maximum(most, { error }), meta(description, more)),
  );
};

export const decimal = (description: string, more?: Described) =>
  z.optional(z.number({ error: 'must be a number' }).check(meta(description, more)));

/** By how much something grows: never less than 1. */
export const growth = (description: string, more?: Described) => {
  const error = 'must be a number from 1 to 100';
  return z.optional(
    z.number({ error }).check(z.minimum(1, { error }), z.maximum(100, { error }), meta(description, more)),
  );
};

export const choice = <const Values extends readonly [string, ...string[]]>(
  description: string,
  values: Values,
  more?: Described,
) =>
  z.optional(z.enum([...values] as [...Values], { error: `must be ${oneOf(values)}` }).check(meta(description, more)));

export const id = (description: string) =>
  z.optional(idText().check(meta(`Lower-case letters, digits and dashes, beginning with a letter. ${description}`)));

export const idText = () => {
  const error = 'must be lower-case letters, digits and dashes, beginning with a letter';
  return z.string({ error }).check(z.regex(/^[a-z][a-z0-9-]*$/, error));
};

/** A name that stands in expressions as `params.NAME`. */
export const nameText = () => {
  const error = 'must be letters, digits, _ and -, beginning with a letter';
  return z.string({ error }).check(z.regex(/^[A-Za-z][A-Za-z0-9_-]*$/, error));
};

export const variableText = () => {
  const error = 'must be the name of an environment variable (letters, digits and _)';
  return z.string({ error }).check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, error));
};

export const listOf = <Item extends z.ZodMiniType>(description: string, item: Item) =>
  z.optional(z.array(item, { error: 'must be a list' }).check(meta(description)));

export const mapOf = <Key extends z.ZodMiniType<string, string>, Value extends z.ZodMiniType>(
  description: string,
  key: Key,
  item: Value,
) => z.optional(z.record(key, item, { error: 'must be a mapping of names to values' }).check(meta(description)));

function oneOf(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
