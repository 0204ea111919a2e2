/** "Bad input" of issue 2, row by row: one clear error that says what, where and what to do; nothing run, nothing lost. */
import { existsSync, truncateSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const run = ['run', 'playbook.yaml', '--yes'];
const steps = (text: string) => `name: shop\nphases:\n  restore:\n${text}\n`;
const touch = "    - { id: one, run: 'touch ran' }";
const laughs = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'.split('').map((name, n) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[n]}`).join(', ')}]`),
].join('\n');

test.each([
  [
    'YAML that does not parse',
    `name: shop\nphases:\n  restore: [{ id: one, run: 'touch ran' }\n`,
    /playbook\.yaml:\d+:\d+: error/,
  ],
  ['duplicate keys', `${steps(touch)}name: again\n`, /:5:1: error: .*name/],
  [
    'an unknown key',
    steps("    - { id: one, run: 'touch ran', tiemout: 30s }"),
    /:4:\d+: error: .*tiemout[\s\S]*timeout/,
  ],
  ['a wrong type', steps("    - { id: one, run: 'touch ran', timeout: [1] }"), /:4:\d+: error: .*timeout/],
  ['an unknown phase', `name: shop\nphases:\n  restor:\n${touch}\n`, /:3:3: error: .*restor[\s\S]*restore/],
  ['an unknown adapter', steps("    - { id: one, uses: htpp, with: { url: 'http://x' } }"), /htpp[\s\S]*http/],
  [
    'an unknown step',
    steps(`${touch}\n    - { id: two, run: 'touch ran', needs: [oen] }`),
    /:5:\d+: error: .*oen[\s\S]*one/,
  ],
  [
    'a cycle',
    steps("    - { id: one, run: 'touch ran', needs: [two] }\n    - { id: two, run: 'touch ran', needs: [one] }"),
    /one[\s\S]*two/,
  ],
  ['bad CEL', steps("    - { id: one, run: 'touch ran', if: 'params.x ===' }"), /:4:\d+: error/],
  ['a duration without unit', steps("    - { id: one, run: 'touch ran', timeout: 30 }"), /:4:\d+: error: [\s\S]*30s/],
  ['anchors that explode', `${laughs}\n${steps(touch)}`, /playbook\.yaml.*error/],
  ['binary input', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0xff, 0xfe, 0x80]), /playbook\.yaml/],
  ['an empty file', '', /playbook\.yaml/],
  ['no step at all', 'name: shop\n', /playbook\.yaml/],
  [
    'a missing parameter',
    `parameters: { release: { type: string, required: true } }\n${steps(touch)}`,
    /release[\s\S]*--param/,
  ],
])('%s: exit 2, and nothing is run', async (_, text, words) => {
  const site = new Site();
  site.write('playbook.yaml', text);
  const { code, stdout, stderr } = await site.call(run);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(words)]);
  expect(stderr).not.toMatch(/\n {4}at /);
  expect([site.runs.length, existsSync(site.path('ran'))]).toEqual([0, false]);
});

test.each([
  ['release=x', /release[\s\S]*\^\[0-9\.\]\+\$/],
  ['count=many', /count/],
  ['nosuch=1', /nosuch/],
  ['release', /NAME=VALUE/],
])('the parameter %s is refused', async (given, words) => {
  const site = new Site(
    `parameters: { release: { type: string, pattern: '^[0-9.]+$', default: '1' }, count: { type: integer, default: 1 } }\n${steps(touch)}`,
  );
  const { code, stderr } = await site.call([...run, '--param', given]);
  expect([code, stderr, site.runs.length]).toEqual([2, expect.stringMatching(words), 0]);
});

test.each([50_000_000, 50_000_000_000])('a playbook of %d bytes is refused at once', async (bytes) => {
  const site = new Site();
  site.write('playbook.yaml', '# x\n');
  truncateSync(site.path('playbook.yaml'), bytes);
  const { code, stderr } = await site.call(run);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/has more bytes than a playbook may have \(1 MiB\)/)]);
});

test.each([
  [['run', 'nosuch.yaml', '--yes'], /nosuch\.yaml[\s\S]*no such file/],
  [['run'], /needs PLAYBOOK/],
  [['run', 'playbook.yaml', '--yse'], /--yse[\s\S]*--yes/],
  [['rnu', 'playbook.yaml'], /rnu[\s\S]*run/],
  [['resume'], /no run/],
  [['stop', '01JD'], /01JD/],
  [['logs', 'x'], /x/],
  [['run', 'playbook.yaml', '--yes', '--jobs', '0'], /--jobs 0/],
  [['run', 'playbook.yaml', '--yes', '--log', 'nowhere:x'], /--log/],
  [['run', 'playbook.yaml', '--yes', '--signing-key', 'nosuch.pem'], /nosuch\.pem/],
  [['run', 'playbook.yaml', '--yes', '--journal-copy', 'tcp://'], /journal|copy/],
] as const)('%j is exit 2', async (words, said) => {
  const site = new Site(steps(touch));
  const { code, stdout, stderr } = await site.call(words);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(said)]);
  expect(existsSync(site.path('ran'))).toBe(false);
});
