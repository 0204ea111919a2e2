/** What the reference and `backout adapters NAME` say of an adapter is what its schema says. */
import { expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { duration, port, texts } from '../../adapters/support/fields.ts';
import { type Adapter, defineAdapter } from '../../src/ports/adapter.ts';
import { adapterFacts } from '../../src/views/adapter-facts.ts';
import { adapterText } from '../../src/views/adapter-text.ts';

const said = (words: string) => z.describe(words);
const input = z.strictObject({
  access: z.enum(['closed', 'open']).check(said('What to do.')),
  to: texts('Where to.'),
  port: z._default(port('Its port.'), 25),
  within: z._default(duration('How long.'), 5_000),
  login: z.optional(
    z
      .strictObject({ user: z.string().check(said('Who.')), token: z.string().check(said('A secret.')) })
      .check(said('Login.')),
  ),
  expect: z.optional(
    z.union([z.string(), z.strictObject({ min: z.number().check(said('At least.')) })]).check(said('Good.')),
  ),
});

const made: Adapter = defineAdapter<z.infer<typeof input>>({
  name: 'made/up',
  summary: 'Does what it says.',
  tested: 'Tested on paper.',
  input,
  secretFields: ['login.token'],
  outputs: { count: 'How many.' },
  needs: ['tar'],
  repeatable: false,
  readOnly: false,
  defaultTimeoutMs: 90_000,
  describe: () => ['do it'],
  preflight: async () => ({ ok: true, checked: [], uncovered: null }),
  command: () => ({ argv: ['true'] }),
});

test('every field has its kind, whether it is required, and whether it may be secret', () => {
  const fields = adapterFacts(made).fields.map(({ path, kind, required, secret }) =>
    [path, kind, ...(required ? ['required'] : []), ...(secret ? ['secret'] : [])].join(' | '),
  );
  expect(fields).toEqual([
    'access | `closed`, `open` | required',
    'to | text or list of texts | required',
    'port | 1 to 65535',
    'within | duration',
    'login | mapping',
    'login.user | text | required',
    'login.token | text | required | secret',
    'expect | text or mapping',
    'expect.min | number | required',
  ]);
});

test('on a terminal it reads', () => {
  expect(adapterText(adapterFacts(made))).toBe(`made/up: Does what it says.

Inputs (with:)
  access (closed, open; required): What to do.
  to (text or list of texts; required): Where to.
  port (1 to 65535): Its port.
  within (duration): How long.
  login (mapping): Login.
  login.user (text; required): Who.
  login.token (text; required; may be secret): A secret.
  expect (text or mapping): Good.
  expect.min (number; required): At least.

Outputs
  count: How many.

Calls: tar
It acts, in a process of its own, which outlives the engine.
Where its end is not known the step's onUnknown decides; it cannot be probed.
Without a timeout of the step: 90s.
Tested on paper.
`);
});

test('what only looks, is simply done again, and has no limit says so', () => {
  const { command: _, ...rest } = made;
  const check: Adapter = {
    ...rest,
    repeatable: true,
    readOnly: true,
    defaultTimeoutMs: null,
    perform: async () => ({ ok: true, detail: '' }),
  };
  expect(adapterFacts(check)).toMatchObject({
    nature: 'It only looks, inside the engine; a dry run does it for real.',
    again: 'Where its end is not known it is simply done again.',
    timeout: null,
  });
});
