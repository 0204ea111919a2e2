/** What puts the environment back: expressions in it, what is wrong with them, and what is said where it fails. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = (cleanup: string, more = '') => `
name: shop
withoutHealthChecks: only a test
parameters: { dir: { type: string, default: production } }
phases:
  restore: [{ id: put-back, run: 'echo "$WHO \${{ params.dir }}" > data', env: { WHO: real } }]
rehearsal:
  environment: staging
  parameters: { dir: staging }
  cleanup: [{ id: wipe, ${cleanup} }]
${more}`;

const rehearse = ['rehearse', '.', '--yes'];

test('expressions in cleanup and in what is replaced have the values of the environment', async () => {
  const site = new Site(
    playbook(
      "run: 'echo wiped ${{ params.dir }} $D > wiped', env: { D: '${{ params.dir }}' }",
      "  env: { put-back: { WHO: 'at ${{ params.dir }}' } }\n",
    ),
  );
  const { code, stderr } = await site.call([...rehearse, '--rehearsal-param', 'dir=third']);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect([site.read('wiped'), site.read('data')]).toEqual(['wiped third third\n', 'at third third\n']);
});

test.each([
  ["run: 'echo ${{ params.dri }}'", 'no parameter'],
  ["run: 'echo ${{ params.dir'", 'is not closed by }}'],
  ["manual: '${{ secrets.key }}'", 'a secret may not stand in'],
])('cleanup { %s } is refused before anything is done, by lint too', async (cleanup, said) => {
  const site = new Site(playbook(cleanup).replace('name: shop', 'name: shop\nsecrets: { key: { env: KEY } }'));
  const refused = await site.call(rehearse);
  expect([refused.code, refused.stderr, site.runs]).toEqual([2, expect.stringContaining(said), []]);
  expect(refused.stderr).toMatch(/playbook\.yaml:11:/);
  const { code, stdout, stderr } = await site.call(['lint', '.']);
  expect([code, stdout + stderr]).toEqual([2, expect.stringContaining(said)]);
});

test('a cleanup that fails is no message that was not delivered', async () => {
  const site = new Site(playbook("run: 'exit 3'"));
  const { code, stderr } = await site.call(rehearse);
  expect([code, stderr]).toEqual([
    6,
    expect.stringContaining('wipe failed and the run went on without it: exit code 3'),
  ]);
  expect(stderr).not.toContain('was not delivered');
  expect(stderr).toContain('ended: rehearsed-with-exceptions (exit code 6)');
});
