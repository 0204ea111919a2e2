/** What is begun on a host outlives the engine, the worker and the connection, and runs once (P4); a limit ends it there (P6). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { kill, processesOf } from '../rig/leftovers.ts';
import { goneMs } from '../rig/patience.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type SshServer, startSshd } from '../rig/servers/sshd.ts';
import type { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';
import { hostEnds, hostsSite, outcomes, run } from './hosts-site.ts';

jest.setTimeout(60_000);

const names = ['web01', 'web02'];
/** Begins, says so, waits for the file `go`, has its effect. */
const waits = (more = '') =>
  `env: { DIR: '\${{ params.dir }}' }, run: 'echo x >> "$DIR/begun.$BACKOUT_HOST"; until [ -e "$DIR/go" ]; do sleep 0.02; done; echo x >> "$DIR/done.$BACKOUT_HOST"'${more}`;

describeWith(['sshd', 'ssh', 'ssh-keygen'], 'a step on hosts', () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server.stop());

  const siteOf = (step: string, hosts = '[web01, web02]'): Site => {
    const site = hostsSite(server, { hosts, step });
    site.write('playbook.yaml', `parameters: { dir: { default: ${site.folder} } }\n${site.read('playbook.yaml')}`);
    return site;
  };
  const begun = (site: Site) =>
    until('both hosts to begin', () => names.every((name) => existsSync(site.path(`begun.${name}`))));
  const effects = (site: Site) => names.map((name) => [site.read(`begun.${name}`), site.read(`done.${name}`)]);
  const once = [
    ['x\n', 'x\n'],
    ['x\n', 'x\n'],
  ];

  test('goes on when the engine is killed; a resume takes what ended meanwhile', async () => {
    const site = siteOf(waits());
    const engine = site.start(run);
    await begun(site);
    engine.signal('SIGKILL');
    await engine.ended;
    site.write('go', '');
    await until('the ends', () => names.every((name) => existsSync(site.path(`done.${name}`))));
    await site.quiet();
    const { code, stderr } = await site.call(['resume', site.runs[0] ?? '']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('while no engine ran')]);
    expect(effects(site)).toEqual(once);
    expect(outcomes(site).toSorted()).toEqual(['web01 succeeded', 'web02 succeeded']);
  });

  test('is found again by the next engine while it runs; what is recorded of a host is not recorded twice', async () => {
    const site = siteOf(
      `env: { DIR: '\${{ params.dir }}' }, run: 'echo x >> "$DIR/begun.$BACKOUT_HOST"; [ $BACKOUT_HOST = web01 ] || until [ -e "$DIR/go" ]; do sleep 0.02; done; echo x >> "$DIR/done.$BACKOUT_HOST"'`,
    );
    const engine = site.start(run);
    await begun(site);
    await site.recorded('step.hosts-ended');
    engine.signal('SIGKILL');
    await engine.ended;
    const second = site.start(['resume', site.runs[0] ?? '']);
    await site.recorded('engine.attached');
    site.write('go', '');
    expect((await second.ended).code).toBe(0);
    expect(outcomes(site)).toEqual(['web01 succeeded', 'web02 succeeded']);
    expect(effects(site)).toEqual(once);
  });

  test('goes on when the worker is killed: the next attempt follows it there, without asking anybody', async () => {
    const site = siteOf(waits());
    const engine = site.start(run);
    await begun(site);
    const worker = site.alive.find((line) => line.includes(' hosts') && line.includes('worker'));
    kill(worker ?? '');
    await until('a second attempt', () => site.events('step.started').length === 2);
    site.write('go', '');
    const { code, stderr } = await engine.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('its worker ended before it had heard of all hosts')]);
    expect(effects(site)).toEqual(once);
  });

  test('goes on when its connection is cut, and is followed over a new one', async () => {
    const site = siteOf(waits());
    const engine = site.start(run);
    await begun(site);
    expect(server.cut()).toBeGreaterThanOrEqual(2);
    site.write('go', '');
    expect([(await engine.ended).code, effects(site)]).toEqual([0, once]);
  });

  test('a host that stays away has an unknown end, and a person is asked; a retry follows what is there', async () => {
    const site = siteOf(waits(), '[web01, web02], reconnect: 200ms');
    const config = server.config;
    const other = site.write('ssh_config', readFileSync(config, 'utf8'));
    site.write('playbook.yaml', site.read('playbook.yaml').replace(config, other));
    const engine = site.start([...run, '--wait']);
    await begun(site);
    site.write('ssh_config', `Host web02\n  HostName 127.0.0.1\n  Port 1\n${readFileSync(config, 'utf8')}`);
    server.cut();
    await until('web02 to be given up', () => outcomes(site).includes('web02 unknown'));
    site.write('go', '');
    await site.recorded('step.unknown');
    expect((await site.status()).waitingFor).toHaveLength(1);
    site.write('ssh_config', readFileSync(config, 'utf8'));
    expect((await site.call(['retry', site.runs[0] ?? '', 'deploy', '--reason', 'it is back'])).code).toBe(0);
    expect((await engine.ended).code).toBe(0);
    expect(effects(site)).toEqual(once);
    expect(hostEnds(site).map(({ host, outcome }) => `${host} ${outcome}`)).toEqual([
      'web02 unknown',
      'web01 succeeded',
      'web02 succeeded',
    ]);
  });

  describe('ends on the hosts', () => {
    const stubborn = `trap "" TERM; (setsid sh -c "trap : TERM; while :; do sleep 0.05; done" & (trap "" TERM; while :; do sleep 0.05; done) & wait)`;
    const left = (site: Site) => processesOf([`BACKOUT_ATTEMPT=${site.runs[0]}`]);

    test('at its timeout, with grandchildren that ignore TERM', async () => {
      const site = siteOf(`timeout: 1500ms, grace: 300ms, run: '${stubborn}'`);
      const { code, stderr } = await site.call(run);
      expect(left(site)).toEqual([]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/deploy +timed out/)]);
      expect(outcomes(site).toSorted()).toEqual(['web01 timed-out', 'web02 timed-out']);
    });

    test('also what has left session and environment behind (su -), and its orphans', async () => {
      const loop = `trap : TERM; until [ -e "$DIR/go" ]; do sleep 0.05; done`;
      const script = `#!/bin/sh
# The outer one dies of TERM; only what was seen before tells that the inner one belongs to the step.
env -i setsid sh -c "env -i DIR=$DIR setsid sh -c '${loop.replaceAll('$', '\\$').replaceAll('"', '\\"')}' inner $DIR/mark & wait" outer $DIR/mark
`;
      const site = siteOf(
        `timeout: 1500ms, grace: 300ms, env: { DIR: '\${{ params.dir }}' }, script: forget.sh`,
        '[web01]',
      );
      site.write('forget.sh', script);
      const engine = site.start(run);
      const living = () => processesOf([site.path('mark')]);
      await until('both to begin', () => living().length >= 2);
      const { code } = await engine.ended;
      const survivors = living();
      site.write('go', '');
      expect([code, survivors, outcomes(site)]).toEqual([1, [], ['web01 timed-out']]);
    });

    test('when the engine is told to stop, in its 8 seconds', async () => {
      const site = siteOf(
        `grace: 300ms, run: 'echo x > "$DIR/begun.$BACKOUT_HOST"; ${stubborn}', env: { DIR: '\${{ params.dir }}' }`,
      );
      const engine = site.start(run);
      await begun(site);
      const told = Date.now();
      engine.signal('SIGTERM');
      expect((await engine.ended).code).toBe(4);
      expect(Date.now() - told).toBeLessThan(goneMs);
      expect(left(site)).toEqual([]);
      expect(outcomes(site).toSorted()).toEqual(['web01 cancelled', 'web02 cancelled']);
    });

    test('not where it cannot be reached: that is said, and nothing is begun beside it', async () => {
      const site = siteOf(waits(', timeout: 2s, grace: 100ms, retry: { attempts: 3, delay: 1ms }'), '[web01, web02]');
      const other = site.write('ssh_config', readFileSync(server.config, 'utf8'));
      site.write('playbook.yaml', site.read('playbook.yaml').replace(server.config, other));
      const engine = site.start(run);
      await begun(site);
      site.write('ssh_config', `Host web02\n  HostName 127.0.0.1\n  Port 1\n${readFileSync(server.config, 'utf8')}`);
      server.cut();
      const { code, stderr } = await engine.ended;
      expect([code, stderr]).toEqual([3, expect.stringMatching(/could not be ended on 1 of 2 hosts: web02/)]);
      expect(left(site)).not.toEqual([]);
      site.write('go', '');
      await until('the end of what was left', () => left(site).length === 0);
      expect(effects(site)).toEqual([
        ['x\n', ''],
        ['x\n', 'x\n'],
      ]);
    });
  });

  test('what was killed there without a word is unknown, and is not begun again by itself', async () => {
    const site = siteOf(`run: 'kill -9 $PPID; sleep 5'`, '[web01]');
    expect((await site.call(run)).code).toBe(3);
    expect(hostEnds(site)[0]).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringContaining('left no exit code'),
    });
    expect(site.events('step.started')).toHaveLength(1);
    for (const line of processesOf([`BACKOUT_ATTEMPT=${site.runs[0]}`])) kill(line);
  });

  afterEach(() => {
    // A follower that a cut connection left behind says nothing to anybody and goes with what it followed.
    expect(readdirSync(join(server.state, 'backout/hosts')).length).toBeGreaterThan(0);
  });
});
