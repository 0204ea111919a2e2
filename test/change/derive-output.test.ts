/** `backout derive -o`: what is there already is not lost. */
import { symlinkSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
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
