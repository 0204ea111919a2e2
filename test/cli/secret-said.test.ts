/** P9: a secret that somebody writes into a name or a reason is recorded nowhere. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const secret = 'sup3r-s3cret"val/ue';
const playbook = `name: shop
withoutHealthChecks: only a test
secrets: { token: { env: TOKEN } }
phases:
  restore:
    - { id: look, manual: look }
    - { id: go, run: 'true', env: { T: '\${{ secrets.token }}' } }
`;

test.each(['--by', '--reason'])('%s with a secret in it is refused, by a run and by a decision', async (flag) => {
  const site = new Site(playbook);
  site.env = { TOKEN: secret };
  const said = ['x', secret, encodeURIComponent(secret)].map((text) => [flag, `because ${text}`]);
  const [harmless = [], ...secrets] = said;
  for (const words of secrets) {
    const { code, stderr } = await site.call(['run', 'playbook.yaml', '--yes', ...words]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${flag} holds the secret token, and it is recorded`)]);
    expect(stderr).not.toContain(secret);
  }
  expect(site.runs).toEqual([]);
  expect((await site.call(['run', 'playbook.yaml', '--yes', ...harmless])).code).toBe(3);
  const [run = ''] = site.runs;
  const entries = site.entries.length;
  for (const words of secrets) {
    const { code, stderr } = await site.call(['confirm', run, 'look', ...words]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Say it without the secret.')]);
  }
  expect(site.entries).toHaveLength(entries);
  expect((await site.call(['confirm', run, 'look', ...harmless])).code).toBe(0);
});
