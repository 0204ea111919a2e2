/** The input of `prometheus/query`, and what a good sample is. */
import * as z from 'zod/mini';
import { duration, headers, httpUrl, optionalText, text } from '../../support/fields.ts';

const number = z
  .pipe(
    z.union([z.number(), z.string().check(z.regex(/^-?\d+(\.\d+)?(e-?\d+)?$/i, 'write a number'))]),
    z.transform(Number),
  )
  .check(z.refine(Number.isFinite, 'write a number'));

const limits = z
  .strictObject({
    min: z.optional(number.check(z.describe('The least that is good.'))),
    max: z.optional(number.check(z.describe('The most that is good.'))),
    equals: z.optional(number.check(z.describe('Exactly this.'))),
  })
  .check(z.refine((given) => Object.keys(given).length > 0, 'give `min`, `max` or `equals`'));

const comparison = /^\s*(<=|>=|==|!=|<|>)\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*$/i;

export const input = z
  .strictObject({
    url: httpUrl('The address of Prometheus, or of what speaks its API, e.g. http://prometheus:9090.'),
    query: text('A query in PromQL that gives numbers; every series that it gives must be good.'),
    expect: z
      .union([z.string().check(z.regex(comparison, 'write a comparison, such as `< 0.01`')), limits])
      .check(z.describe('What a good sample is: { min, max, equals }, or a comparison such as `< 0.01`.')),
    window: z.optional(
      duration('Every sample of this time must be good, not only the one of now, e.g. 5m.').check(
        z.refine((ms) => ms >= 1_000, 'write at least 1s'),
      ),
    ),
    step: z.optional(
      duration('Time between two samples of the window. Default: a twentieth of the window.').check(
        z.refine((ms) => ms >= 50, 'write at least 50ms'),
      ),
    ),
    maxAge: z._default(duration('Samples older than this are stale: inconclusive. Default: 2m.'), 120_000),
    fresh: optionalText(
      'A selector whose newest sample must be younger than maxAge, e.g. `up{job="shop"}`. Default: the query itself, of which the age is known only where it is a plain selector.',
    ),
    token: optionalText('A bearer token. A secret.'),
    user: optionalText('User name (basic authentication).'),
    password: optionalText('Password of `user`. A secret.'),
    headers: z.optional(headers('More headers to send, e.g. X-Scope-OrgID; may hold secrets.')),
    ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
    timeout: z._default(duration('How long one request may take. Default: 10s.'), 10_000),
  })
  .check(
    z.refine((asked) => (asked.user === undefined) === (asked.password === undefined), 'give `user` and `password`'),
    z.refine((asked) => asked.token === undefined || asked.user === undefined, 'give `token` or `user`, not both'),
    z.refine(({ window = 0, step = window }) => window <= step * 10_000, 'the window has more than 10000 steps'),
  );
export type Input = z.infer<typeof input>;

const compare: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

export function isGood(value: number, expect: Input['expect']): boolean {
  if (typeof expect === 'string') {
    const [, operator = '', limit = ''] = comparison.exec(expect) ?? [];
    return compare[operator]?.(value, Number(limit)) ?? false;
  }
  const { min, max, equals } = expect;
  return (min === undefined || value >= min) && (max === undefined || value <= max) && (equals ?? value) === value;
}

/** `at least 1, at most 5`. */
export function expectWords(expect: Input['expect']): string {
  if (typeof expect === 'string') return expect.trim();
  const { min, max, equals } = expect;
  return [
    ...(equals === undefined ? [] : [`exactly ${equals}`]),
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ].join(', ');
}
