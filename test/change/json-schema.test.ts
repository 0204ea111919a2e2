/** The change's JSON Schema says what the check of a change says, as far as a schema can. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { buildChangeJsonSchema } from '../../src/playbook/change/change-json-schema.ts';
import { checkChange } from '../../src/playbook/change/check-change.ts';
import { buildJsonSchema } from '../../src/playbook/json-schema.ts';
import { readPlaybook } from '../../src/playbook/read.ts';
import { root } from '../rig/built.ts';
import { Site } from '../rig/site.ts';
import { faultOf, type Schema } from './draft-07.ts';

jest.setTimeout(60_000);

const schema = buildChangeJsonSchema() as Schema;
const shipped = readFileSync(join(root, 'playbooks/itil-basic/change.yaml'), 'utf8');

/** The change of docs/changes.md. */
function documented(): string {
  const lines = readFileSync(join(root, 'docs/changes.md'), 'utf8')
    .split('## The file')[1]
    ?.split('A step is written')[0];
  return (lines ?? '').replaceAll(/^ {4}/gm, '');
}

test.each([
  ['that is shipped', shipped],
  ['of the documentation', documented()],
])('the change %s suits it', (_, text) => {
  expect(parse(text).kind).toBe('Change');
  expect(faultOf(schema, parse(text))).toBeUndefined();
});

test('what a change shares with a playbook is the same in both', () => {
  const playbook = buildJsonSchema() as Schema;
  for (const key of ['apiVersion', 'system', 'timeBudget', 'roles', 'parameters', 'secrets']) {
    expect(playbook.properties?.[key]).toBeDefined();
    expect(schema.properties?.[key]).toEqual(playbook.properties?.[key]);
  }
  expect(schema.properties?.risk).toEqual(playbook.properties?.change?.properties?.risk);
  expect(schema.definitions?.step).toEqual(playbook.definitions?.step);
  expect(schema.definitions?.changeStep?.properties).toMatchObject({ ...playbook.definitions?.step?.properties });
});

const sound = { kind: 'Change', id: 'C1', system: 's', steps: [{ id: 'a', run: 'x', backout: [] }] };
const withStep = (step: object) => ({ ...sound, steps: [step] });
const without = (key: keyof typeof sound) => Object.fromEntries(Object.entries(sound).filter(([name]) => name !== key));

test.each<readonly [string, object, boolean]>([
  ['a sound one', sound, true],
  ['no kind', without('kind'), false],
  ['no id', without('id'), false],
  ['no steps', without('steps'), false],
  ['another kind', { ...sound, kind: 'Playbook' }, false],
  ['a number as id', { ...sound, id: 42 }, false],
  ['a blank id', { ...sound, id: '  ' }, false],
  ['an empty list', { ...sound, steps: [] }, false],
  ['steps as a mapping', { ...sound, steps: {} }, false],
  ['phases', { ...sound, phases: {} }, false],
  ['a risk', { ...sound, risk: 'high' }, true],
  ['an unknown risk', { ...sound, risk: 'huge' }, false],
  ['a window', { ...sound, windowEnds: '2026-11-22T04:00:00Z' }, true],
  ['a window without a zone', { ...sound, windowEnds: '2026-11-22T04:00:00' }, false],
  ['an unknown key', { ...sound, stpes: [] }, false],
  ['a frame in another folder', { ...sound, frame: '../playbook.yaml' }, false],
  ['a folder as frame', { ...sound, frame: './..' }, false],
  ['no way back', withStep({ id: 'a', run: 'x' }), false],
  ['two ways back', withStep({ id: 'a', run: 'x', backout: [], irreversible: 'so' }), false],
  ['a reason', withStep({ id: 'a', run: 'x', irreversible: 'so' }), true],
  ['a blank reason', withStep({ id: 'a', run: 'x', irreversible: ' ' }), false],
  ['no action', withStep({ id: 'a', backout: [] }), false],
  ['two actions', withStep({ id: 'a', run: 'x', manual: 'y', backout: [] }), false],
  ['atomic', withStep({ id: 'a', run: 'x', backout: [], atomic: true }), true],
  ['atomic as text', withStep({ id: 'a', run: 'x', backout: [], atomic: 'yes' }), false],
  ['one undo step', withStep({ id: 'a', run: 'x', backout: [{ run: 'y', timeout: '5m' }] }), true],
  ['undo as text', withStep({ id: 'a', run: 'x', backout: 'y' }), false],
  ['a mistyped key of a step', withStep({ id: 'a', run: 'x', backout: [], tiemout: '5m' }), false],
  ['a timeout without a unit', withStep({ id: 'a', run: 'x', backout: [], timeout: 5 }), false],
])('the schema and the check agree on %s', async (_, data, expected) => {
  const read = await readPlaybook('change.yaml', Buffer.from(JSON.stringify(data)));
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  const { diagnostics } = await checkChange(read.value, new Map());
  expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(!expected);
  expect(faultOf(schema, data) === undefined).toBe(expected);
});

test('an undo step of an undo step is refused', () => {
  const undo = { run: 'y', backout: [] };
  expect(faultOf(schema, withStep({ id: 'a', run: 'x', backout: [undo] }))).toContain('backout');
});

test('backout schema prints either', async () => {
  const site = new Site();
  expect(JSON.parse((await site.call(['schema', 'change'])).stdout)).toEqual(schema);
  expect(JSON.parse((await site.call(['schema'])).stdout)).toEqual(buildJsonSchema());
  const { code, stdout, stderr } = await site.call(['schema', 'chnage']);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('Did you mean "change"?')]);
});
