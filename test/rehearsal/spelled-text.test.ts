/** A path that shell text is given is production's however it is spelled; what is really another folder is another one. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type GuardFacts, objections } from '../../src/cli/rehearsal/guard.ts';
import type { Opaque, PlacedStep } from '../../src/cli/rehearsal/places-of.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';

let folder = '';
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'backout-spelled-text-')));
  for (const name of ['prod', 'staging']) mkdirSync(join(folder, name));
  symlinkSync('prod', join(folder, 'link'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Given {
  readonly value?: string;
  readonly env?: { readonly [name: string]: string };
}

function step({ value = '', env = {} }: Given): PlacedStep {
  const text = 'rm -r "$1"';
  const action = { kind: 'shell', shell: 'sh', text, source: text, bindings: [], cwd: null, env, stdin: null } as const;
  const opaque: Opaque = { action, values: value, folder };
  // Only what the guard reads.
  const planned = { id: 'a', condition: true, action, verify: null } as unknown as PlannedStep;
  return { step: planned, places: [], opaque: [opaque] };
}

function isRefused(real: Given, there: Given, more: Partial<GuardFacts> = {}): boolean {
  const facts = { environment: 'staging', isElsewhere: false, harmless: new Set<string>(), more: [] };
  const asked = { ...facts, production: [step(real)], rehearsed: [step(there)], isSame: () => false, ...more };
  return objections(asked).length > 0;
}

const spelled = ['$/prod', '$/prod/', '$/./prod', '$/staging/../prod', '$//prod', '$/link', 'prod', './prod/', 'link'];
const here = (path: string): string => path.replace('$', folder);

test.each(spelled)('%s is the folder of production, as a value and in the environment', (path) => {
  expect(isRefused({ value: here('$/prod') }, { value: here(path) })).toBe(true);
  expect(isRefused({ env: { DIR: here('$/prod') } }, { env: { DIR: here(path) } })).toBe(true);
  expect(isRefused({ env: { ARGS: here('--to=$/prod -v') } }, { env: { ARGS: here(`--to=${path} -v`) } })).toBe(true);
});

test.each(['$/staging', 'staging/', '$/prod2', '$/prod/sub'])('%s is another one', (path) => {
  expect(isRefused({ value: here('$/prod') }, { value: here(path) })).toBe(false);
});

test('on a machine of its own paths are not production', () => {
  expect(isRefused({ value: here('$/prod') }, { value: here('$/link') }, { isElsewhere: true })).toBe(false);
});

test.each(['$/prod', '$/./prod', '$/link', '$/link/sub', '--to=$/staging/../prod'])(
  'what the playbook forbids as a path is found in %s',
  (path) => {
    for (const more of [here('$/prod'), here('$/./prod/'), here('$/link')])
      expect(isRefused({}, { value: here(path) }, { more: [more] })).toBe(true);
    expect(isRefused({}, { value: here(path) }, { more: [here('$/elsewhere')] })).toBe(false);
  },
);
