/** Steps that use what a restore step puts out which is not needed this time: the change is taken back all the same. */
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const change = `kind: Change
id: CHG1
system: shop
frame: playbook.yaml
steps:
  - { id: web, run: 'echo web >> log; test ! -e bad', backout: [{ run: 'echo undo-web >> log' }] }
  - { id: data, run: 'echo data >> log', coveredBy: restore-db }
`;
const rows = "${{ steps['restore-db'].outputs.rows }}";
const frame = `name: shop
phases:
  restore: [{ id: restore-db, run: 'echo rows=5 >> "$BACKOUT_OUTPUT"' }]
  health-checks: [{ id: ok, owner: dba, run: "test ${rows} = 5" }]
  enable-access: [{ id: open, run: 'echo open >> log' }]
  announce: [{ id: tell, run: "echo told ${rows} >> log" }]
escalate: [{ id: alarm, run: 'echo alarm >> log' }]
`;

function siteOf(): Site {
  const site = new Site(frame);
  site.write('change.yaml', change);
  return site;
}

const carryOut = ['change', 'run', 'change.yaml', '--yes', '--backout-on-failure'];

describe('a health check that lacks the value', () => {
  async function failed(): Promise<Site> {
    const site = siteOf();
    site.write('bad', '');
    const { code, stderr } = await site.call(carryOut);
    expect([code, site.read('log')]).toEqual([3, 'web\nundo-web\n']);
    expect(stderr).toContain('ok is left to a person: it uses the output rows of restore-db, which is left out');
    return site;
  }

  test('is a person’s word, without which access is not opened (P1)', async () => {
    const site = await failed();
    expect((await site.call(['confirm', site.runs[0] ?? '', 'ok'])).code).toBe(0);
    expect(site.read('log')).toBe('web\nundo-web\nopen\ntold (not known: restore-db was not needed)\n');
  });

  test('rejected: access stays as it is, and people are told', async () => {
    const site = await failed();
    const { code } = await site.call(['reject', site.runs[0] ?? '', 'ok', '--reason', 'bad']);
    expect([code, site.read('log')]).toEqual([1, 'web\nundo-web\nalarm\n']);
  });
});

test('where the restore step is needed, everything is as the frame has it', async () => {
  const site = siteOf();
  await site.call(['change', 'run', 'change.yaml', '--yes']);
  expect((await site.call(['run', '--change', 'CHG1', '--yes'])).code).toBe(0);
  expect(site.read('log')).toBe('web\ndata\nundo-web\nopen\ntold 5\n');
});

test('the author is told beforehand, with the place', async () => {
  const { stdout } = await siteOf().call(['lint', 'change.yaml']);
  expect(stdout).toMatch(/playbook\.yaml:4:19: note: ok uses outputs of restore-db[\s\S]*A person does ok then/);
});
