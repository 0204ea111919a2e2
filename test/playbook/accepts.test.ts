/** The stored rules, the zod schema and docs/playbook.md are one definition. */
import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { acceptsPlaybook } from '../../src/playbook/accepts.ts';
import { buildJsonSchema } from '../../src/playbook/json-schema.ts';
import { playbookSchema } from '../../src/playbook/schema.ts';
import { documentOf, shopRelease } from './playbook-text.ts';

test('what is made from the schema is current', () => {
  execFileSync(process.execPath, ['tools/docs.mjs', '--check'], { stdio: 'pipe' });
});

/** A keyword that `accepts` does not know would be passed over in silence. */
test('the stored schema uses only keywords that accepts knows', () => {
  const known = [
    ...['$schema', '$ref', 'type', 'const', 'enum', 'anyOf', 'properties', 'additionalProperties', 'propertyNames'],
    ...['required', 'items', 'minItems', 'minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'definitions'],
    // said to people and editors only
    ...['title', 'description', 'default', 'oneOf', 'id'],
  ];
  const used = new Set<string>();
  const walk = (rules: unknown): void => {
    if (Array.isArray(rules)) return rules.forEach(walk);
    if (typeof rules !== 'object' || rules === null) return;
    for (const [keyword, inner] of Object.entries(rules)) {
      used.add(keyword);
      if (keyword === 'properties' || keyword === 'definitions') Object.values(inner).forEach(walk);
      else if (keyword !== 'default' && keyword !== 'enum') walk(inner);
    }
  };
  walk(buildJsonSchema());
  expect([...used].filter((keyword) => !known.includes(keyword))).toEqual([]);
});

const one = (step: object): object => ({ name: 'x', phases: { restore: [{ run: 'x', ...step }] } });

test.each<readonly [object, boolean]>([
  [{ name: 'x'.repeat(200) }, true],
  [{ name: 'x'.repeat(201) }, false],
  [{ name: 'x', system: '' }, false],
  [{ name: 'x', secrets: { s: { command: [] } } }, false],
  [{ name: 'x', secrets: { s: { command: ['a'] } } }, true],
  [one({ retry: { attempts: 1 } }), true],
  [one({ retry: { attempts: 0 } }), false],
  [one({ retry: { attempts: 1000 } }), true],
  [one({ retry: { attempts: 1001 } }), false],
  [one({ retry: { attempts: 1.5 } }), false],
  [one({ retry: { onExitCodes: [0, 255] } }), true],
  [one({ retry: { onExitCodes: [256] } }), false],
  [one({ if: 1 }), false],
  [one({ if: true }), true],
  [one({ env: { 'A-B': 'x' } }), false],
  [one({ contingency: [{ run: 'y', contingency: [] }] }), false],
  [{ name: 'x', phases: { restore: { maxParallel: 1 } } }, false],
])('both say of %j: %s', (data, expected) => {
  expect(z.safeParse(playbookSchema(), data).success).toBe(expected);
  expect(acceptsPlaybook(data)).toBe(expected);
});

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 3, 1001, 1.5, '', 'x', 'Über', '30', '30s', '5m', '1h30m', 'PT5M', 'P1D'),
  fc.constantFrom<unknown>(
    '64MiB',
    '64',
    'ask',
    'stop',
    'rerun',
    'high',
    '2026-11-22T04:00:00Z',
    '2026-13-01T00:00:00Z',
  ),
  fc.constantFrom<unknown>([], {}, ['x'], [3], { a: 1 }, { x: {} }, [{ run: 'x' }], { steps: [] }, { env: 'A' }),
);
const keys = fc.constantFrom(
  ...[
    'name',
    'id',
    'run',
    'with',
    'env',
    'timeout',
    'retry',
    'attempts',
    'verify',
    'expect',
    'stdout',
    'matches',
    'until',
  ],
  ...[
    'onUnknown',
    'onFailure',
    'contingency',
    'needs',
    'if',
    'maxOutput',
    'roles',
    'parameters',
    'secrets',
    'steps',
    'odd',
  ],
);

/** Somewhere in the data a value is replaced, added or removed. */
function mutated(data: unknown, choices: readonly number[], value: unknown, key: string, drop: boolean): unknown {
  const copy: unknown = structuredClone(data);
  let holder = copy as Record<string, unknown>;
  for (const choice of choices) {
    const inner = Object.values(holder).filter((member) => typeof member === 'object' && member !== null);
    const next = inner[choice % Math.max(1, inner.length)];
    if (next === undefined) break;
    holder = next as Record<string, unknown>;
  }
  const names = Object.keys(holder);
  const name = Array.isArray(holder) || drop ? names[choices.length % Math.max(1, names.length)] : key;
  if (name !== undefined && drop && !Array.isArray(holder)) delete holder[name];
  else if (name !== undefined) holder[name] = value;
  return copy;
}

test('both schemas always agree', async () => {
  const { data } = await documentOf(shopRelease);
  const schema = playbookSchema();
  expect(acceptsPlaybook(data)).toBe(true);
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 6 }), odd, keys, fc.boolean(), (choices, value, key, drop) => {
      const candidate = mutated(data, choices, value, key, drop);
      const says = z.safeParse(schema, candidate).success;
      says ? accepted++ : refused++;
      expect(acceptsPlaybook(candidate)).toBe(says);
    }),
    { numRuns: 400 },
  );
  expect(Math.min(accepted, refused)).toBeGreaterThan(40);
});
