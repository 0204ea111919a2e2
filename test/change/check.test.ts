/** What is wrong with a change is told at once, in its place, with the remedy; the steps that undo are checked too. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const frame = `name: shop
phases: { restore: [{ id: restore-db, run: 'true' }] }
`;
const head = `kind: Change
id: CHG1
system: shop
frame: ./playbook.yaml
`;

async function faultsOf(steps: string, start = head): Promise<string> {
  const site = new Site(frame);
  site.write('change.yaml', `${start}${steps}`);
  const { code, stderr, stdout } = await site.call(['derive', 'change.yaml']);
  expect(stdout).toBe('');
  expect(code).toBe(2);
  return stderr;
}

test.each([
  ['no way back', '  - { id: a, run: x }', /change\.yaml:6:5: error: step a does not say how it is taken back/],
  ['two ways back', '  - { id: a, run: x, backout: [], irreversible: so }', /step a has both backout and irreversible/],
  [
    'a key that is nearly right',
    '  - { id: a, run: x, bakout: [] }',
    /unknown key "bakout" in step a.*\n(.*\n)+ {2}Did you mean "backout"\?/,
  ],
  ['what others call it', '  - { id: a, run: x, rollback: [] }', /Did you mean "backout"\?/],
  ['a key of a playbook step', '  - { id: a, run: x, tiemout: 3s, backout: [] }', /unknown key "tiemout" in step a/],
  [
    'no such cover',
    '  - { id: a, run: x, coveredBy: restore-d }',
    /restore phase of the frame has no such step.*\n(.*\n)+ {2}It has: restore-db/,
  ],
  ['an empty reason', '  - { id: a, run: x, irreversible: "" }', /irreversible of step a is "": must be the reason/],
  [
    'an undo that does nothing',
    '  - { id: a, run: x, backout: [{ name: y }] }',
    /6:\d+: error: step undo-a does nothing/,
  ],
  [
    'a typo in an undo',
    '  - { id: a, run: x, backout: [{ run: y, timout: 3s }] }',
    /unknown key "timout" in step undo-a/,
  ],
  [
    'an undo that names no parameter',
    "  - { id: a, run: x, backout: [{ run: 'y ${{ params.no }}' }] }",
    /there is no parameter "no"/,
  ],
  ['ids used in both directions', '  - { id: a, run: x, backout: [{ id: a, run: y }] }', /the id "a" is used twice/],
  [
    'a circle',
    '  - { id: a, needs: [b], run: x, backout: [] }\n  - { id: b, run: x, backout: [] }',
    /these steps wait for each other/,
  ],
  [
    'an output that is computed',
    "  - { id: a, run: x, backout: [{ run: 'y ${{ steps[\\'a\\'].outputs[run.id] }}' }] }".replaceAll("\\'", "''"),
    /does not name literally which output/,
  ],
])('%s', async (_name, step, message) => {
  expect(await faultsOf(`steps:\n${step}\n`)).toMatch(message);
});

test.each([
  ['no id', 'kind: Change\nsystem: shop\n', /"id" is missing in the change/],
  ['no kind', 'id: CHG1\nsystem: shop\n', /"kind" is missing in the change/],
  ['a number as id', 'kind: Change\nid: 4711\nsystem: shop\n', /id is 4711: must be text.*\n(.*\n)+ {2}Quote it/],
  ['a playbook', 'kind: Playbook\nid: x\nsystem: shop\n', /This is a playbook: backout run, plan and lint take it/],
  ['phases', `${head}phases: {}\n`, /A change has steps:, not phases/],
  [
    'a frame elsewhere',
    'kind: Change\nid: CHG1\nsystem: shop\nframe: ../playbook.yaml\n',
    /frame \.\.\/playbook\.yaml is not beside the change/,
  ],
  [
    'a frame that is not there',
    'kind: Change\nid: CHG1\nsystem: shop\nframe: plan.yaml\n',
    /the frame plan\.yaml is not there/,
  ],
  [
    'another system',
    'kind: Change\nid: CHG1\nsystem: bank\nframe: playbook.yaml\n',
    /the change is of system bank, and its frame backs out shop/,
  ],
  ['no system', 'kind: Change\nid: CHG1\n', /"system" is missing in the change/],
  ['another meaning of a role', `${head}roles: { dba: { name: A } }\n`, /role dba is declared otherwise in the frame/],
])('%s in its head', async (name, start, message) => {
  const site = new Site(name.includes('role') ? `${frame}roles: { dba: { name: B } }\n` : frame);
  site.write('change.yaml', `${start}steps: [{ id: a, run: x, backout: [] }]\n`);
  const { code, stderr } = await site.call(['derive', 'change.yaml']);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

test('all faults at once, each with file, line and column', async () => {
  const told = await faultsOf(`sytem: x
steps:
  - { id: a, run: x }
  - { id: b, run: 'y \${{ params.no }}', irreversible: so, coveredBy: z }
  - { id: c, uses: no/such, backout: [{ run: z, retry: 3 }] }
`);
  const parts = ['unknown key "sytem"', 'step a does not', 'step b has both', 'no parameter "no"', 'no/such', 'retry'];
  for (const part of parts) expect(told).toContain(part);
  expect(told.match(/^change\.yaml:\d+:\d+: error/gm)?.length).toBeGreaterThanOrEqual(5);
});

test('faults of undo steps are told where they stand, also where the steps themselves have some', async () => {
  const told = await faultsOf(`steps:
  - just words
  - { id: a, rum: x, backout: [{ run: 'y \${{ steps.b.outputs.old }} \${{ steps.zz.outputs.old }}' }] }
  - { id: b, uses: http, with: { url: 4 }, backout: [{ run: y, colour: red }, { id: a, run: y }] }
  - { id: b, run: x, backout: words }
`);
  for (const fault of [
    /change\.yaml:7:69: error: step undo-a: there is no step "zz"/,
    /change\.yaml:8:64: error: unknown key "colour" in step undo-b-1/,
    /change\.yaml:8:\d+: error: the id "a" is used twice/,
  ])
    expect(told).toMatch(fault);
  expect(told).not.toContain('no step "b"');
});

test('a cover that is not there is told together with what else is wrong', async () => {
  const stderr = await faultsOf('steps:\n  - { id: a, run: x }\n  - { id: b, run: x, coveredBy: nope }\n');
  expect(stderr).toMatch(/step a does not say[\s\S]*step b is covered by nope/);
});
