/** What a caller of `derive`, `lint` and `change record` is told: only what is certain, once, and of each slip. */
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const frame = `
name: shop
parameters: { release: { type: string, required: true }, days: { type: integer, min: 1, default: 1 } }
secrets: { password: { env: SHOP_PASSWORD } }
roles: { dba: { name: Anna, contact: '1' } }
phases: { notify: [{ id: tell, run: 'echo \${{ params.days }}' }] }
`;
const change = `
kind: Change
id: CHG1
system: shop
frame: ./playbook.yaml
steps:
  - id: deploy
    run: 'echo \${{ params.release }} \${{ roles.dba.contact }} >&2; echo before=4.1 > $BACKOUT_OUTPUT'
    env: { PASSWORD: '\${{ secrets.password }}' }
    backout:
      - run: 'echo \${{ params.release }} "\${{ steps.deploy.outputs.before }}"'
        env: { PASSWORD: '\${{ secrets.password }}' }
        verify: { run: 'test -n "\${{ steps.deploy.outputs.before }}"' }
`;

function siteOf(written = frame): Site {
  const site = new Site(written);
  site.write('change.yaml', change);
  site.env = { SHOP_PASSWORD: 'not-a-real-one' };
  return site;
}

describe('a frame that cannot be read', () => {
  test.each([
    ['missing', 'frame: ./other.yaml', frame, 'the frame ./other.yaml is not there'],
    ['broken', 'frame: ./playbook.yaml', frame.replace('run:', 'rum:'), 'unknown key "rum"'],
    ['no YAML', 'frame: ./playbook.yaml', 'name: a: [', 'not valid YAML'],
  ])('%s: what it would declare is not asked for elsewhere', async (_, named, written, words) => {
    const site = siteOf(written);
    site.write('change.yaml', change.replace('frame: ./playbook.yaml', named).replace('verify:', 'verfiy:'));
    const { code, stdout } = await site.call(['lint', 'change.yaml']);
    expect([code, stdout]).toEqual([2, expect.stringContaining(words)]);
    expect(stdout).toContain('unknown key "verfiy"');
    expect(stdout).not.toContain('unknown-reference');
  });

  test('of one that can be read each missing name is told', async () => {
    const site = siteOf(frame.replace('release:', 'relaese:'));
    const { stdout } = await site.call(['lint', 'change.yaml']);
    expect(stdout).toContain('there is no parameter "release"');
  });
});

describe('derive takes values', () => {
  test('of the frame, the change and of outputs that are not known yet', async () => {
    const site = siteOf();
    site.write('values.yaml', 'release: "41"\ndays: 2\n');
    const call = ['derive', 'change.yaml', '--params-file', 'values.yaml', '--param', 'days=3', '-o', 'back.yaml'];
    const { code, stderr } = await site.call([...call, '--param', 'deploy-before=v40']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('Written')]);
    const plan = JSON.parse((await site.call(['plan', 'back.yaml', '--json'])).stdout);
    expect(plan.plan.params).toEqual({ release: '41', days: 3, 'deploy-before': 'v40' });
  });

  test('one stands in place of that which was recorded', async () => {
    const site = siteOf();
    await site.call(['change', 'run', 'change.yaml', '--yes', '--param', 'release=41', '--param', 'days=5']);
    const derive = ['derive', 'CHG1', '--ledger', '--json'];
    const parameters = async (...more: readonly string[]) => {
      const document = JSON.parse((await site.call([...derive, ...more])).stdout);
      return [document.playbook.parameters.release.default, document.playbook.parameters.days.default];
    };
    expect(await parameters()).toEqual(['41', 5]);
    expect(await parameters('--param', 'release=40')).toEqual(['40', 5]);
  });

  test.each([
    ['relaese=41', 'Did you mean "release"?'],
    ['days=0', 'days is "0", which'],
    ['days', '--param days is not NAME=VALUE'],
  ])('--param %s is refused', async (given, words) => {
    const { code, stderr, stdout } = await siteOf().call(['derive', 'change.yaml', '--param', given]);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(words)]);
  });
});

test('an output that was not recorded is named once, however often the step needs it', async () => {
  const site = siteOf();
  await site.call(['change', 'record', 'change.yaml', 'deploy', 'failed']);
  const { stdout, stderr } = await site.call(['derive', 'CHG1', '--ledger']);
  expect(stderr).toContain('needs the output before of deploy, and none');
  expect(stdout.match(/by itself: it needs .*/)?.[0].match(/the output before of step deploy/g)).toHaveLength(1);
});

describe('change record', () => {
  const record = (site: Site, ...words: readonly string[]) => site.call(['change', 'record', ...words]);

  test('an id alone that begins a ledger is told, with the id that may have been meant', async () => {
    const site = new Site();
    const first = await record(site, 'CHG0042', 'one', 'done');
    expect(first.stderr).toBe(
      'This begins the ledger of CHG0042: nothing was recorded of it here before.\nCHG0042: one done\n',
    );
    expect((await record(site, 'CHG0042', 'two', 'done')).stderr).toBe('CHG0042: two done\n');
    const slip = await record(site, 'CHG0024', 'two', 'done');
    expect([slip.code, slip.stderr]).toEqual([0, expect.stringContaining('There is one of CHG0042')]);
  });

  test('a file that names its own id begins one without a word', async () => {
    expect((await record(siteOf(), 'change.yaml', 'deploy', 'done')).stderr).toBe('CHG1: deploy done\n');
  });

  test('an endless id of a step is refused', async () => {
    const { code, stderr } = await record(new Site(), 'CHG1', 'a'.repeat(100_000), 'done');
    expect([code, stderr]).toEqual([2, expect.stringContaining('longer than 200 characters')]);
    expect(stderr.length).toBeLessThan(200);
    expect((await record(new Site(), 'CHG1', 'a'.repeat(200), 'done')).code).toBe(0);
  });
});
