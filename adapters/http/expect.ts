/** What a good answer is: the `expect` of `http` and `http/request`. */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { formatDuration } from '../../src/kernel/duration.ts';
import { duration, headers, optionalText } from '../support/fields.ts';
import type { HttpReply } from '../support/http-client.ts';

const status = z.pipe(
  z.union([z.int(), z.string().check(z.regex(/^\d{3}$/)), z.array(z.int())]),
  z.transform((value): readonly number[] => (Array.isArray(value) ? value : [Number(value)])),
);

export const expectation = z
  .strictObject({
    status: z.optional(
      status.check(z.describe('The status that is good, or a list of them. Default: any from 200 to 299.')),
    ),
    headers: z.optional(headers('Headers that the answer must have, with exactly these values.')),
    body: z.optional(
      z
        .strictObject({
          contains: optionalText('Text that the body must contain.'),
          matches: z.optional(
            z
              .string()
              .check(
                z.refine(isPattern, 'not a regular expression'),
                z.describe('A regular expression (ECMAScript, flag m) that the body must match.'),
              ),
          ),
          equals: z.optional(z.string().check(z.describe('The whole body, but for white space around it.'))),
        })
        .check(z.describe('What the body must say.')),
    ),
    json: z.optional(
      z
        .record(z.string(), z.unknown())
        .check(z.describe('Values in a JSON body by path, e.g. `status: ok` or `checks[0].name: db`.')),
    ),
    maxLatency: z.optional(duration('The longest time that a good answer may take, e.g. 500ms.')),
  })
  .check(z.describe('What a good answer is.'));

export type HttpExpectation = z.infer<typeof expectation>;

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'm');
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with the answer, one line each; empty when it is good. */
export function faultsOf(reply: HttpReply, expect: HttpExpectation): readonly string[] {
  return [
    ...statusFaults(reply, expect),
    ...headerFaults(reply, expect),
    ...bodyFaults(reply, expect),
    ...jsonFaults(reply, expect),
    ...latencyFaults(reply, expect),
  ];
}

function statusFaults(reply: HttpReply, { status: wanted }: HttpExpectation): string[] {
  const good = wanted === undefined ? reply.status >= 200 && reply.status < 300 : wanted.includes(reply.status);
  if (good) return [];
  const to = reply.headers.location;
  const redirect = to === undefined ? '' : ` (a redirect to ${to}; \`redirects: follow\` would follow it)`;
  return [`status ${reply.status} instead of ${wanted === undefined ? '2xx' : wanted.join(' or ')}${redirect}`];
}

function headerFaults(reply: HttpReply, { headers: wanted = {} }: HttpExpectation): string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const actual = reply.headers[name.toLowerCase()];
    return actual === value
      ? []
      : [`header ${name} is ${actual === undefined ? 'missing' : quote(actual)} instead of ${quote(value)}`];
  });
}

function bodyFaults(reply: HttpReply, { body: wanted = {} }: HttpExpectation): string[] {
  const { contains, matches, equals } = wanted;
  const said = `the body, ${quote(reply.body)},`;
  const faults: string[] = [];
  if (contains !== undefined && !reply.body.includes(contains))
    faults.push(`${said} does not contain ${quote(contains)}`);
  if (matches !== undefined && !new RegExp(matches, 'm').test(reply.body))
    faults.push(`${said} does not match ${matches}`);
  if (equals !== undefined && reply.body.trim() !== equals.trim()) faults.push(`${said} is not ${quote(equals)}`);
  if (faults.length > 0 && reply.bodyCut) faults.push('only the first MiB of the body was looked at');
  return faults;
}

function jsonFaults(reply: HttpReply, { json: wanted }: HttpExpectation): string[] {
  if (wanted === undefined) return [];
  let document: unknown;
  try {
    document = JSON.parse(reply.body);
  } catch {
    return [`the body, ${quote(reply.body)}, is not JSON`];
  }
  return Object.entries(wanted).flatMap(([path, value]) => {
    const actual = at(document, path);
    if (isSame(actual, value)) return [];
    return [`${path} is ${cut(JSON.stringify(actual) ?? 'missing')} instead of ${JSON.stringify(value)}`];
  });
}

/** A parameter arrives as text: `"5000"` is what the number 5000 is asked for with. */
function isSame(actual: unknown, wanted: unknown): boolean {
  if (typeof wanted === 'string' && (typeof actual === 'number' || typeof actual === 'boolean')) {
    return String(actual) === wanted;
  }
  return isDeepStrictEqual(actual, wanted);
}

/** `a.b[0].c`; undefined where the path leads nowhere. */
function at(document: unknown, path: string): unknown {
  let value = document;
  for (const key of path.split(/[.[\]]+/).filter((part) => part !== '')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function latencyFaults(reply: HttpReply, { maxLatency }: HttpExpectation): string[] {
  if (maxLatency === undefined || reply.ms <= maxLatency) return [];
  return [`it took ${formatDuration(reply.ms)}, more than ${formatDuration(maxLatency)}`];
}

const cut = (value: string): string => (value.length > 120 ? `${value.slice(0, 120)}…` : value);
const quote = (value: string): string => JSON.stringify(cut(value));
