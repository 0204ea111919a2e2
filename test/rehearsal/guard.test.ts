/** The guard's judgement, as a table: which rehearsals reach production, or might. */
import { expect, test } from '@jest/globals';
import { type GuardFacts, objections } from '../../src/cli/rehearsal/guard.ts';
import type { Opaque, PlacedStep } from '../../src/cli/rehearsal/places-of.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';
import type { AdapterPlace } from '../../src/ports/adapter.ts';

const place = (at: string, isHere = false): AdapterPlace => ({ kind: 'database', at, isHere });
const shell = (source: string, values = ''): Opaque => ({
  action: { kind: 'shell', shell: 'sh', text: source, source, bindings: [], cwd: null, env: {}, stdin: null },
  values,
  folder: '/srv',
});

function step(
  id: string,
  {
    places = [],
    opaque = [],
    condition = true,
    looksOnly = false,
  }: Partial<Omit<PlacedStep, 'step'>> & { readonly condition?: boolean },
): PlacedStep {
  const action = opaque[0]?.action ?? { kind: 'manual', instruction: 'x' };
  // Only what the guard reads.
  return { step: { id, condition, action, verify: null } as unknown as PlannedStep, places, opaque, looksOnly };
}

function judged(production: readonly PlacedStep[], rehearsed: readonly PlacedStep[], more: Partial<GuardFacts> = {}) {
  const facts = {
    environment: 'staging',
    isElsewhere: false,
    harmless: new Set<string>(),
    more: [],
    isSame: () => false,
  };
  return objections({ ...facts, production, rehearsed, ...more }).map(({ step: id, message }) => `${id}: ${message}`);
}

test('another place is no objection; the same is, also where another step has it', () => {
  const real = [step('a', { places: [place('db1/shop')] }), step('b', { places: [place('db1/users')] })];
  expect(judged(real, [step('a', { places: [place('db2/shop')] })])).toEqual([]);
  expect(judged(real, [step('a', { places: [place('db1/shop')] })])).toEqual([
    'a: step a would be rehearsed on the database db1/shop, which is what it has in production',
  ]);
  expect(judged(real, [step('a', { places: [place('db1/users')] })])[0]).toContain('which b has in production');
});

test('what only looks may look at what production looks at where a person says why; what changes something may not', () => {
  const harmless = new Set(['a']);
  const looking = [step('a', { places: [place('metrics')], looksOnly: true })];
  const changing = [step('a', { places: [place('metrics')] })];
  expect(judged(looking, looking)).toHaveLength(1);
  expect(judged(looking, looking, { harmless })).toEqual([]);
  expect(judged(changing, changing, { harmless })).toHaveLength(1);
});

test('a step that is left out of the rehearsal is not judged; one that production leaves out is production', () => {
  const same = { places: [place('db1')] };
  expect(judged([step('a', same)], [step('a', { ...same, condition: false })])).toEqual([]);
  expect(judged([step('a', { ...same, condition: false })], [step('a', same)])).toHaveLength(1);
});

test('on a machine of its own the same path is another one; the same server elsewhere is not', () => {
  const real = [step('a', { places: [place('/srv', true), place('db1')] })];
  expect(judged(real, real, { isElsewhere: true })).toEqual([expect.stringContaining('the database db1')]);
});

test('what another place has in common with production is said as it is: files, or the machine', () => {
  const at = (name: string, more: Partial<AdapterPlace>): AdapterPlace => ({ ...place(name, true), ...more });
  const server = { host: 'localhost', port: undefined, beside: '/shop' };
  const [socket, port] = [
    at('/run/db.sock/shop', { file: { path: '/run/db.sock' }, server }),
    at('localhost:1/shop', { server }),
  ];
  const how = (real: AdapterPlace, there: AdapterPlace) =>
    judged([step('a', { places: [real] })], [step('a', { places: [there] })], { isSame: () => true })[0];
  expect(how(port, socket)).toContain('which is the same machine as the database localhost:1/shop');
  expect(how(at('/srv', { file: { path: '/srv' } }), socket)).toContain('which leads to, holds or lies in');
});

test('on a machine of its own a place that is here may still be one of production that is not', () => {
  const here = place('localhost:5432', true);
  const real = [step('a', { places: [here, place('db1:5432')] })];
  const isSame = (_there: AdapterPlace, { at }: AdapterPlace) => at === 'db1:5432';
  expect(judged(real, [step('a', { places: [here] })], { isElsewhere: true, isSame })).toHaveLength(1);
});

test('shell text: the same is asked about, another is not, what a person has judged is not', () => {
  const real = [step('a', { opaque: [shell('rm x', '/srv')] })];
  expect(judged(real, real)).toEqual([expect.stringContaining('nothing tells where: rm x')]);
  expect(judged(real, [step('a', { opaque: [shell('rm x', '/staging')] })])).toEqual([]);
  expect(judged(real, real, { harmless: new Set(['a']) })).toEqual([]);
});

test('what only the rehearsal does is not asked about, but may not name production', () => {
  const real = [step('a', { places: [{ kind: 'host', at: 'web01', isHere: false }] })];
  const cleanup = (text: string) => [step('wipe', { opaque: [shell(text)] })];
  expect(judged(real, cleanup('ssh web02 wipe'))).toEqual([]);
  expect(judged(real, cleanup('ssh WEB01 wipe'))).toEqual([expect.stringContaining('"web01" in it')]);
  expect(judged(real, cleanup('ssh web011 wipe'))).toEqual([]);
  expect(judged(real, cleanup('ssh web01. wipe'))).toHaveLength(1);
  expect(judged(real, cleanup('ssh web01.staging wipe'))).toEqual([]);
  expect(judged([], cleanup('psql -h db9.example.com'), { more: ['db9.example.com'] })).toHaveLength(1);
  expect(judged([], cleanup('psql -h db9.example.com'), { more: ['DB9.example.com.'] })).toHaveLength(1);
});
