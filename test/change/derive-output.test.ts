/** `backout derive -o`: what is there already is not lost. */
import { symlinkSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const change = `kind: Change
id: CHG1
system: shop
frame: playbook.yaml
steps: [{ id: one, run: x, backout: [{ run: y }] }]
`;
const frame = `name: shop
phases: { restore: [], health-checks: [{ id: ok, run: x }] }
`;

function siteOf(): Site {
  const site = new Site(frame);
  site.write('change.yaml', change);
  return site;
}

test.each(['change.yaml', 'playbook.yaml', 'link.yaml'])(
  'never writes over what it is derived from: %s',
  async (name) => {
    const site = siteOf();
    symlinkSync(site.path('change.yaml'), site.path('link.yaml'));
    for (const more of [[], ['--force']]) {
      const { code, stderr } = await site.call(['derive', 'change.yaml', '-o', name, ...more]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/there already|is what the way back is derived from/)]);
    }
    expect([site.read('change.yaml'), site.read('playbook.yaml')]).toEqual([change, frame]);
  },
);

test('writes over another file only with --force', async () => {
  const site = siteOf();
  site.write('back.yaml', 'reviewed');
  expect((await site.call(['derive', 'change.yaml', '-o', 'back.yaml'])).code).toBe(2);
  expect(site.read('back.yaml')).toBe('reviewed');
  expect((await site.call(['derive', 'change.yaml', '-o', 'back.yaml', '--force'])).code).toBe(0);
  expect(site.read('back.yaml')).toContain('undo-one');
});

test.each([
  ['no/such/back.yaml', 'ENOENT'],
  ['change.yaml/back.yaml', 'ENOTDIR'],
])('a place where nothing can be written is told with 2: %s', async (target, code) => {
  const site = siteOf();
  const ended = await site.call(['derive', 'change.yaml', '-o', target]);
  expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(`/${target} cannot be written (${code})`)]);
});

describe('where it has to lie', () => {
  const head =
    '# Its commands and relative paths hold only in the folder of change.yaml: this file has to lie there too.\n';
  const plain = (steps: string) =>
    `${change.replace('frame: playbook.yaml\n', '').split('steps:')[0]}steps: [${steps}]\n`;
  const undo = (step: string) => plain(`{ id: one, run: x, backout: [${step}] }`);

  test.each([
    ['a command', undo('{ run: ./undo }')],
    ['a bare word of a command', undo('{ run: undo a }')],
    ['a program', undo('{ uses: command, with: { argv: [undo] } }')],
    ['a file of an adapter', undo('{ uses: files/restore, with: { archive: a.tar, target: /srv/shop } }')],
    ['a variable of a program', undo('{ uses: command, env: { A: ./a }, with: { argv: [/bin/undo] } }')],
    ["an adapter of one's own", undo('{ uses: ./own.sh, with: {} }')],
    ['a proof', undo('{ run: x, hosts: [h], verify: { run: x } }')],
    ['an inventory', undo('{ run: x, hosts: { command: [./hosts] } }')],
  ])('is said at its head of %s, and when it is written elsewhere', async (_, text) => {
    const site = new Site();
    site.write('hosts', '#!/bin/sh\necho \'["h"]\'\n', 0o755);
    site.write('own.sh', '#!/bin/sh\necho \'{ "summary": "x" }\'\n', 0o755);
    site.write('change.yaml', text);
    expect((await site.call(['derive', 'change.yaml'])).stdout).toContain(head);
    site.write('other/file', '');
    const elsewhere = await site.call(['derive', 'change.yaml', '-o', 'other/back.yaml']);
    expect(elsewhere.stderr).toMatch(/only in \S+: put it there before it is run\.\n$/);
    expect(site.read('other/back.yaml')).toContain(head);
    expect(site.read('other/back.yaml')).not.toContain(site.folder);
    symlinkSync(site.folder, site.path('same'));
    const here = await site.call(['derive', 'change.yaml', '-o', 'same/back.yaml']);
    expect(here.stderr).not.toContain('put it there');
  });

  test.each([
    ['a person', undo('{ manual: undo it }')],
    ['whole paths', undo('{ uses: files/restore, with: { archive: /b/a.tar, target: /srv/shop } }')],
    ['an address', undo("{ uses: http, with: { url: 'http://a/b' } }")],
    ['a command in a folder that is named whole', undo('{ run: ./undo, cwd: /srv }')],
    ['a command on hosts', undo('{ run: ./undo, hosts: [h] }')],
  ])('is not said of %s', async (_, text) => {
    const site = new Site();
    site.write('change.yaml', text);
    site.write('other/file', '');
    const { code, stderr } = await site.call(['derive', 'change.yaml', '-o', 'other/back.yaml']);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('put it there')]);
    expect(site.read('other/back.yaml')).not.toContain('relative paths');
  });
});
