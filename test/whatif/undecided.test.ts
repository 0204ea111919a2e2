/** An `if` that no given value decides: its step is examined all the same, and it is said. */
import { expect, jest, test } from '@jest/globals';
import { root } from '../rig/built.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const step = (id: string, condition: string): string =>
  `    - { id: ${id}, run: 'true', timeout: 1m, owner: ops, if: '${condition}' }\n`;

const text = (...steps: readonly string[]): string => `name: branches
parameters:
  target: { type: string, required: true }
  kind: { type: string, enum: [a, b], required: true }
  env: { type: string, default: prod }
  spare: { type: string }
phases:
  restore:
${steps.join('')}`;

interface Examined {
  readonly undecided: { readonly steps: readonly string[]; readonly neverTrue: readonly string[]; exclusive: boolean };
  readonly leftOut: readonly string[];
  readonly rows: readonly { readonly step: string }[];
}

async function examine(playbook: string, ...flags: readonly string[]): Promise<Examined> {
  const { stdout } = await new Site(playbook).call(['whatif', 'playbook.yaml', '--json', ...flags]);
  return JSON.parse(stdout);
}

test('the only restore step is examined though the stand-in would leave it out', async () => {
  const { undecided, leftOut, rows } = await examine(text(step('only', 'params.target == "y"')));
  expect([undecided, leftOut]).toEqual([{ steps: ['only'], neverTrue: [], exclusive: false }, []]);
  expect(rows.filter((row) => row.step === 'only')).toHaveLength(7);
});

test.each([
  ['a stand-in decides', 'params.target == "y"', true],
  ['a stand-in would make it true', 'params.target != "y"', true],
  ['only whether it is there is asked', 'has(params.target)', true],
  ['a default decides', 'params.env == "test"', false],
  ['a default decides whatever the stand-in is', 'params.env == "test" && params.target == "y"', false],
  ['what was not given and need not be decides', 'params.spare != null', false],
])('%s: %s', async (_, condition, included) => {
  const { undecided, leftOut } = await examine(text(step('one', condition)));
  expect([undecided.steps, leftOut]).toEqual(included ? [['one'], []] : [[], ['one']]);
});

test('steps that no one occasion includes together, and one that none includes, are named', async () => {
  const playbook = text(
    step('left', 'params.kind == "a"'),
    step('right', 'params.kind == "b"'),
    step('no-such-kind', 'params.kind == "c"'),
    step('by-default', 'params.env == "test"'),
  );
  const { undecided } = await examine(playbook);
  expect(undecided).toEqual({
    steps: ['left', 'right', 'no-such-kind'],
    neverTrue: ['no-such-kind'],
    exclusive: true,
  });
  const { stdout } = await new Site(playbook).call(['whatif', 'playbook.yaml']);
  const said = stdout.replaceAll(/\s+/g, ' ');
  expect(said).toContain('Left out, because their `if` is false with the values given, 1 step: by-default.');
  expect(said).toContain('for values that were not given, 3 steps: left, right, no-such-kind.');
  expect(said).toContain('so perhaps they never run, 1 step: no-such-kind.');
  expect(said).toContain('No values that were tried include all of these in one run, 2 steps: left, right.');
});

test('with the values given, the `if` is decided by them', async () => {
  const playbook = text(step('left', 'params.kind == "a"'), step('right', 'params.kind == "b"'));
  const { undecided, leftOut } = await examine(playbook, '--param', 'kind=b');
  expect([undecided.steps, leftOut]).toEqual([[], ['left']]);
});

test('a health check that a stand-in would leave out keeps the plan from being refused', async () => {
  const playbook = `${text(step('data', 'true'))}  health-checks:\n${step('look', 'params.target == "y"')}  enable-access:\n${step('open', 'true')}`;
  expect((await examine(playbook)).undecided.steps).toEqual(['look']);
});

test('without a value, every branch of the move back from a cloud is examined', async () => {
  const file = `${root}/playbooks/cloud-failback/playbook.yaml`;
  const examined = async (...flags: readonly string[]): Promise<Examined> =>
    JSON.parse((await new Site().call(['whatif', file, '--json', ...flags])).stdout);
  const [open, all] = [await examined(), await examined('--param', 'services=shop,billing,wiki')];
  expect([open.rows.length, open.undecided.neverTrue, open.undecided.exclusive]).toEqual([all.rows.length, [], false]);
});

test('the document shows such a step with its condition, not as left out', async () => {
  const site = new Site(text(step('only', 'params.target == "y"')));
  const { stdout } = await site.call(['doc', 'playbook.yaml', '--format', 'md']);
  expect(stdout).toContain('params.target == "y"');
  expect(stdout).not.toContain('left out of this plan');
});
