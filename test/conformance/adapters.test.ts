/** Every adapter keeps the contract; and the suite that says so catches adapters that do not. */
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as z from 'zod/mini';
import { adapterNames } from '../../adapters/registry.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import {
  type AdapterSamples,
  adapterConformance,
  type ConformanceTest,
  defineAdapter,
} from '../../src/ports/adapter-kit.ts';
import { newFolder } from '../adapters/rig/folder.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { worlds } from './worlds.ts';

jest.setTimeout(60_000);

test('every adapter has a world to be tried in', () => {
  expect(Object.keys(worlds).sort()).toEqual([...adapterNames].sort());
});

const nothing: AdapterSamples = {
  inputs: [{}],
  unreachable: {},
  endless: {},
  carry: async (text) => text,
  folder: '/',
};

/** The names do not depend on the samples, which need a server: they are made in the test itself. */
function namesOf(adapter: Adapter): readonly string[] {
  return adapterConformance(adapter, nothing).map(({ name }) => name);
}

for (const [name, { adapter, programs = [], samples }] of Object.entries(worlds)) {
  describeWith(programs, name, () => {
    test.each(namesOf(adapter))('%s', async (rule) => {
      const tests = adapterConformance(adapter, await samples(newFolder()));
      await tests.find((one) => one.name === rule)?.run();
    });
  });
}

describe('the suite catches', () => {
  const good = defineAdapter<{ to: string; token?: string | undefined }>({
    name: 'good',
    summary: 'Does nothing.',
    input: z.strictObject({
      to: z.string().check(z.describe('Where to.')),
      token: z.optional(z.string().check(z.describe('A secret.'))),
    }),
    secretFields: ['token'],
    outputs: {},
    needs: [],
    repeatable: false,
    readOnly: false,
    defaultTimeoutMs: null,
    describe: ({ to }) => [`go to ${to}`],
    preflight: async () => ({ ok: true, checked: [], uncovered: null }),
    perform: async () => ({ ok: false, class: 'error', reason: 'nobody there' }),
  });
  const samples: AdapterSamples = {
    inputs: [{ to: 'x', token: 'abcdef123' }],
    unreachable: { to: 'nowhere' },
    endless: { to: 'nowhere' },
    carry: async (text) => text,
    folder: '/',
  };
  const failing = async (adapter: Adapter, from: AdapterSamples = samples): Promise<readonly string[]> => {
    const names: string[] = [];
    const note = async ({ name, run }: ConformanceTest) => run().catch(() => names.push(name));
    await Promise.all(adapterConformance(adapter, from).map(note));
    return names;
  };

  beforeAll(async () => {
    expect(await failing(good)).toEqual([]);
  });

  let count = 0;
  const faults: readonly (readonly [string, Partial<Adapter>, string])[] = [
    ['a name that no playbook can use', { name: 'Not Good' }, 'has a name'],
    ['a summary that is none', { summary: 'nothing' }, 'has a name'],
    ['both ways to act', { command: () => ({ argv: ['true'] }) }, 'exactly one'],
    [
      'a field without description',
      { input: z.strictObject({ to: z.string(), token: z.optional(z.string()) }) },
      'describes every field',
    ],
    ['a secret field that it has not', { secretFields: ['password'] }, 'names only fields'],
    ['a check that must not be repeated', { readOnly: true }, 'may be repeated'],
    [
      'a schema that lets everything in',
      {
        input: z.object({
          to: z.string().check(z.describe('x')),
          token: z.optional(z.string().check(z.describe('x'))),
        }),
      },
      'refuses a field',
    ],
    ['a description over two lines', { describe: () => ['a\nb'] }, 'in single lines'],
    [
      'a description that changes',
      {
        describe: () => {
          count += 1;
          return [String(count)];
        },
      },
      'in single lines',
    ],
    ['a description that shows a secret', { describe: (input) => [JSON.stringify(input)] }, 'shows no secret'],
    ['a preflight that throws', { preflight: () => Promise.reject(new Error('x')) }, 'throws nothing'],
    ['a probe that is too sure', { probe: async () => ({ answer: 'yes', detail: '' }) }, 'throws nothing'],
    ['an action that throws', { perform: () => Promise.reject(new Error('x')) }, 'throws nothing'],
    [
      'an action that does not end',
      {
        perform: (_, { signal }) =>
          new Promise(
            (resolve) =>
              signal.aborted || setTimeout(() => resolve({ ok: false, class: 'error', reason: '' }), 2_500).unref(),
          ),
      },
      'ends soon',
    ],
  ];

  test.each(faults)('%s', async (_, fault, name) => {
    expect((await failing({ ...good, ...fault } as Adapter)).join('\n')).toContain(name);
  });

  test('a secret in an argv', async () => {
    const { perform: _, ...passive } = good;
    const leaky: Adapter = { ...passive, command: (input) => ({ argv: ['x', JSON.stringify(input)] }) };
    expect(await failing(leaky)).toEqual([expect.stringContaining('shows no secret')]);
  });

  test('an effect that is not the text', async () => {
    const shell: AdapterSamples = { ...samples, carry: async (text) => text.replaceAll('$', '') };
    expect((await failing(good, shell)).join('\n')).toContain('as that text and nothing else');
  });
});
