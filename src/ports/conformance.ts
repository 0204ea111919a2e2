/**
 * What every adapter must hold, ours and anybody's, free of any test framework:
 *
 *     for (const { name, run } of adapterConformance(adapter, samples)) test(name, run);
 *
 * Owns: the rules. Does not own: the world that the samples talk to, which the caller stands up.
 */
import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../kernel/json.ts';
import type { Adapter, AdapterContext, Performed } from './adapter.ts';
import { fieldsOf, inputSchemaOf, textsAt } from './conformance-schema.ts';

export interface AdapterSamples {
  /** Valid inputs as a playbook has them, its values filled in; with every secret field in at least one. */
  readonly inputs: readonly [JsonObject, ...JsonObject[]];
  /** A valid input whose world is not there: a closed port, a missing file. */
  readonly unreachable: JsonObject;
  /** For `perform`: a valid input of an action that does not end by itself within 10 s. */
  readonly endless?: JsonObject;
  /** Does it for real with `text` in a field of free text; resolves with what the effect received there. */
  readonly carry: (text: string) => Promise<string>;
  /** An empty folder, which relative paths start from. */
  readonly folder: string;
}

export interface ConformanceTest {
  readonly name: string;
  run(): Promise<void>;
}

/** Values that are harmless as text, and not at all where something interprets them. */
export const hostileTexts: readonly string[] = [
  `'; touch pwned; $(id) "`,
  '`touch pwned`',
  '$(touch pwned)',
  '${{ params.x }} %s %n \\ & | > pwned',
  '--help',
  'ümläut ☃ 𝄞',
];

const patienceMs = 2_000;

export function adapterConformance(adapter: Adapter, samples: AdapterSamples): readonly ConformanceTest[] {
  return [...shapeTests(adapter), ...inputTests(adapter, samples), ...worldTests(adapter, samples)].map((test) => ({
    name: `${adapter.name} ${test.name}`,
    run: test.run,
  }));
}

function shapeTests(adapter: Adapter): ConformanceTest[] {
  return [
    test('has a name that a playbook can use, and a summary of one sentence', () => {
      assert.match(adapter.name, /^(?:[a-z][a-z0-9-]*(?:\/[a-z][a-z0-9-]*)?|\.{0,2}\/.+)$/);
      assert.match(adapter.summary, /^[A-Z][^\n]*\.$/);
    }),
    test('has exactly one of command and perform', () => {
      assert.notEqual(adapter.command === undefined, adapter.perform === undefined);
    }),
    test('describes every field of its input, and its outputs', async () => {
      for (const { path, description } of fieldsOf(await inputSchemaOf(adapter))) {
        assert.ok(description !== undefined && description !== '', `the field ${path} has no description`);
      }
      for (const [output, description] of Object.entries(adapter.outputs)) assert.ok(description !== '', output);
    }),
    test('names only fields that it has as secret', async () => {
      const known = new Set(fieldsOf(await inputSchemaOf(adapter)).map(({ path }) => path));
      for (const field of adapter.secretFields) assert.ok(known.has(field), `there is no field ${field}`);
    }),
    test('may be repeated where it only looks', () => {
      assert.ok(!adapter.readOnly || adapter.repeatable);
    }),
  ];
}

function inputTests(adapter: Adapter, { inputs, folder }: AdapterSamples): ConformanceTest[] {
  const all = inputs.map((given) => ({ given, input: () => parse(adapter, given) }));
  return [
    test('takes its samples, and refuses a field that it does not know', () => {
      for (const { input } of all) input();
      assert.throws(() => parse(adapter, { ...inputs[0], nosuchfield: 1 }), /nosuchfield/);
    }),
    test('says in single lines what it would do, the same every time, and changes nothing', () => {
      for (const { input } of all) {
        const frozen = deepFreeze(input());
        const lines = adapter.describe(frozen);
        assert.ok(lines.length > 0 && lines.every((line) => line !== '' && !line.includes('\n')), lines.join('|'));
        assert.deepEqual(adapter.describe(frozen), lines);
      }
    }),
    test('shows no secret when it says what it would do, nor in an argv', () => {
      for (const { given, input } of all) {
        const { argv } = adapter.command?.(input(), contextFor(folder)) ?? { argv: [] };
        const shown = [...adapter.describe(input()), ...argv].join('\n');
        for (const secret of adapter.secretFields.flatMap((field) => textsAt(given, field))) {
          assert.ok(!shown.includes(secret), `it shows ${secret}`);
        }
      }
    }),
    test('makes the same command of the same input and key', () => {
      for (const { input } of all) {
        const command = () => adapter.command?.(deepFreeze(input()), contextFor(folder));
        assert.deepEqual(command(), command());
      }
    }),
  ];
}

function worldTests(adapter: Adapter, samples: AdapterSamples): ConformanceTest[] {
  const { unreachable, endless, carry, folder } = samples;
  return [
    test('answers, and throws nothing, where the world is not there', async () => {
      const input = parse(adapter, unreachable);
      const preflight = await adapter.preflight(input, contextFor(folder));
      if (!preflight.ok) assert.ok(preflight.reason !== '' && preflight.remedy !== '');
      const probe = await adapter.probe?.(input, contextFor(folder));
      if (probe !== undefined) assert.match(probe.answer, /^(?:no|unknown)$/);
      const performed = await adapter.perform?.(input, contextFor(folder));
      if (performed !== undefined) assert.equal(performed.ok, false);
    }),
    test('answers a preflight that is cancelled', async () => {
      await inTime(adapter.preflight(parse(adapter, unreachable), contextFor(folder, AbortSignal.abort())));
    }),
    test('ends soon when it is told to', async () => {
      if (adapter.perform === undefined) return;
      assert.ok(endless !== undefined, 'give `endless` in the samples');
      for (const signal of [AbortSignal.abort(), AbortSignal.timeout(50)]) {
        const performed: Performed = await inTime(adapter.perform(parse(adapter, endless), contextFor(folder, signal)));
        assert.equal(performed.ok, false);
      }
    }),
    ...hostileTexts.map((text) =>
      test(`carries ${JSON.stringify(text)} as that text and nothing else`, async () => {
        assert.equal(await carry(text), text);
        for (const place of [folder, process.cwd()]) assert.ok(!existsSync(join(place, 'pwned')), `pwned in ${place}`);
      }),
    ),
  ];
}

function test(name: string, run: () => void | Promise<void>): ConformanceTest {
  return { name, run: async () => run() };
}

function parse(adapter: Adapter, given: JsonObject): unknown {
  const parsed = adapter.input['~standard'].validate(structuredClone(given));
  assert.ok(!(parsed instanceof Promise), 'the schema must not be asynchronous');
  assert.ok(parsed.issues === undefined, JSON.stringify(parsed.issues));
  return parsed.value;
}

/** For tests: a real run's context with an attempt's key. */
export function contextFor(folder: string, signal: AbortSignal = new AbortController().signal): AdapterContext {
  return { signal, key: 'conformance-1', folder, mode: 'real', env: { PATH: process.env.PATH ?? '' } };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const limit = setTimeout(() => reject(new Error(`it did not end within ${patienceMs} ms`)), patienceMs);
  return Promise.race([work, promise]).finally(() => clearTimeout(limit));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
