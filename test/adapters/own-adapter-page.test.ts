/** The example of docs/own-adapters.md, run as it stands. */
import { readFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const page = readFileSync('docs/own-adapters.md', 'utf8');
const block = (language: string): string =>
  new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '';

test('the executable on the page is checked, done, and asked whether it was done', async () => {
  const site = new Site(block('yaml'));
  site.write('flag.py', block('python'), 0o755);
  const dry = await site.call(['run', 'playbook.yaml', '--dry-run']);
  expect([dry.code, dry.stderr]).toEqual([0, expect.stringContaining('checked')]);
  const { code, stderr } = await site.call(['run', 'playbook.yaml', '--yes']);
  expect([code, stderr]).toEqual([0, expect.stringContaining('set-flag')]);
  expect(site.read('flag')).toBe(site.runs[0]);
});
