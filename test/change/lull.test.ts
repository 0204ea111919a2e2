/** Signals between a change that failed and its backout: nothing is in flight, and nothing is left unsaid. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const change = `kind: Change
id: C1
system: shop
frame: playbook.yaml
steps:
  - { id: a, run: 'echo a', backout: [{ run: 'echo a >> undone' }] }
  - { id: b, run: 'touch failed; false', atomic: true, backout: [{ run: 'true' }] }
`;
/** The secret is read before the change begins, and again when it is taken back: there it waits. */
const frame = `name: shop
secrets: { key: { command: [sh, -c, 'test ! -e failed || { : > waits; until [ -e ready ]; do sleep 0.01; done; }; echo a-long-secret'] } }
phases:
  restore: []
  health-checks: [{ id: ok, run: 'true', env: { KEY: '\${{ secrets.key }}' } }]
escalate: [{ id: alarm, run: 'echo people >> alarm' }]
`;
const takingBack = ['change', 'run', 'change.yaml', '--yes', '--backout-on-failure', '--json'];

function siteOf(): Site {
  const site = new Site(frame);
  site.write('change.yaml', change);
  return site;
}

test('SIGHUP is nothing', async () => {
  const site = siteOf();
  const engine = site.start(takingBack);
  await site.appeared('waits');
  engine.signal('SIGHUP');
  site.write('ready', '');
  expect([(await engine.ended).code, site.read('undone')]).toEqual([8, 'a\n']);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: exit 4 at once; that it is not taken back is said, and resume does it',
  async (signal) => {
    const site = siteOf();
    const engine = site.start(takingBack);
    await site.appeared('waits');
    engine.signal(signal);
    const { code, stdout, stderr } = await engine.ended;
    expect([code, site.read('undone')]).toEqual([4, '']);
    expect(stderr).toContain(
      `backout: ${signal} came before C1, which failed, could be taken back: IT IS NOT TAKEN BACK`,
    );
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'change', backout: null, lastExitCode: 4 });
    site.write('ready', '');
    expect([(await site.call(['resume'])).code, site.read('undone')]).toEqual([8, 'a\n']);
  },
);
