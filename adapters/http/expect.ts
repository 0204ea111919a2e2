/** What a good answer is: the `expect` of `http` and `http/request`. How it is judged stands in `judge.ts`. */
import * as z from 'zod/mini';
import { duration, optionalText } from '../support/fields.ts';

const oneStatus = z.union([
  z.int(),
  z.string().check(z.regex(/^(?:\d{3}|[1-5]xx)$/, 'write a status, such as 200 or 2xx')),
]);

/** Statuses as text, `2xx` for a whole class. */
const status = z.pipe(
  z.union([oneStatus, z.array(oneStatus).check(z.minLength(1))]),
  z.transform((value): readonly string[] => (Array.isArray(value) ? value : [value]).map(String)),
);

const pattern = (description: string) =>
  z.optional(z.string().check(z.refine(isPattern, 'not a regular expression'), z.describe(description)));

const wholeHeader = 'Its whole value.';
const headerText = z.pipe(
  z.union([
    z.string(),
    z.strictObject({
      equals: z.optional(z.string().check(z.describe(wholeHeader))),
      contains: optionalText('Text that it must contain.'),
      matches: pattern('A regular expression (ECMAScript) that it must match.'),
      absent: z.optional(z.literal(true).check(z.describe('true: the answer must not have this header.'))),
    }),
  ]),
  z.transform((value) => (typeof value === 'string' ? { equals: value } : value)),
);
export type HeaderExpectation = z.infer<typeof headerText>;

export const expectation = z
  .strictObject({
    status: z.optional(
      status.check(z.describe('The status that is good, or a list of them; `2xx` is a whole class. Default: 2xx.')),
    ),
    headers: z.optional(
      z
        .record(z.string().check(z.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'not the name of a header')), headerText)
        .check(
          z.describe(
            'Headers that the answer must have: each its exact value, or { equals, contains, matches, absent }.',
          ),
        ),
    ),
    body: z.optional(
      z
        .strictObject({
          contains: optionalText('Text that the body must contain.'),
          lacks: optionalText('Text that the body must not contain.'),
          matches: pattern('A regular expression (ECMAScript, flag m) that the body must match.'),
          equals: z.optional(z.string().check(z.describe('The whole body, but for white space around it.'))),
        })
        .check(z.describe('What the body must say.')),
    ),
    json: z.optional(
      z
        .union([z.string().check(z.minLength(1)), z.record(z.string(), z.unknown())])
        .check(
          z.describe(
            'What a JSON body must say: values by path, e.g. `checks[0].name: db`, or a condition in CEL over `body`, `status` and `headers`, e.g. `body.status == "ok" && body.items.size() > 3`.',
          ),
        ),
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
