/** A run whose stop could not end a step on a host is not closed beside it (P7): the next engine ends it there (P6). */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { processesOf } from '../rig/leftovers.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type SshServer, startSshd } from '../rig/servers/sshd.ts';
import type { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';
import { hostsSite, outcomes, run } from './hosts-site.ts';

jest.setTimeout(60_000);

const waits = `grace: 300ms, env: { DIR: '\${{ params.dir }}' }, run: 'echo x >> "$DIR/begun.$BACKOUT_HOST"; until [ -e "$DIR/go" ]; do sleep 0.05; done'`;

interface StepOnHosts {
  readonly id: string;
  readonly hosts?: readonly { readonly name: string; readonly held: boolean }[];
}

describeWith(['sshd', 'ssh', 'ssh-keygen'], 'a stop that does not reach a host', () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server.stop());

  /** Its step runs on web01 and web02; then web02 is away, and the run is to end. */
  async function endedWithout02(
    end: (engine: ReturnType<Site['start']>, site: Site) => void,
    { step = waits, rest = '' } = {},
  ): Promise<{ readonly site: Site; readonly id: string; readonly code: number | null }> {
    const site = hostsSite(server, { hosts: '[web01, web02]', step, rest });
    const config = site.write('ssh_config', readFileSync(server.config, 'utf8'));
    const playbook = site.read('playbook.yaml').replace(server.config, config);
    site.write('playbook.yaml', `parameters: { dir: { default: ${site.folder} } }\n${playbook}`);
    const engine = site.start(run);
    await until('both to begin', () => ['web01', 'web02'].every((name) => existsSync(site.path(`begun.${name}`))));
    site.write('ssh_config', `Host web02\n  HostName 127.0.0.1\n  Port 1\n${readFileSync(server.config, 'utf8')}`);
    server.cut();
    end(engine, site);
    const { code, stderr } = await engine.ended;
    expect(stderr).toMatch(/not closed: deploy may still run on web02/);
    return { site, id: site.runs[0] ?? '', code };
  }
  async function stoppedWithout02(): Promise<{ readonly site: Site; readonly id: string }> {
    const { code, ...stopped } = await endedWithout02((engine) => engine.signal('SIGTERM'));
    expect(code).toBe(4);
    return stopped;
  }
  const living = (id: string) => processesOf([`BACKOUT_ATTEMPT=${id}`]);

  test('stays open and names the host; a new run is refused; a resume ends it there and closes', async () => {
    const { site, id } = await stoppedWithout02();
    expect(site.events('run.ended')).toEqual([]);
    expect(living(id)).not.toEqual([]);
    expect((await site.call(run)).code).toBe(5);
    const away = await site.call(['stop', id]);
    expect([away.code, site.events('run.ended').length, living(id).length > 0]).toEqual([4, 0, true]);
    expect(away.stderr).toContain(`backout abandon ${id}`);
    site.write('ssh_config', readFileSync(server.config, 'utf8'));
    expect((await site.call(['resume', id])).code).toBe(4);
    expect([site.events('run.ended').length, living(id)]).toEqual([1, []]);
    const of02 = outcomes(site).filter((line) => line.startsWith('web02'));
    expect(of02).toEqual(['web02 unknown', 'web02 unknown', 'web02 cancelled']);
    expect(site.read('begun.web02')).toBe('x\n');
  });

  test('has failed, not been stopped, where a step has failed; its status names the host that is held', async () => {
    const broken = `    - { id: broken, needs: [], run: 'until [ -e "$DIR/broken" ]; do sleep 0.05; done; exit 1', env: { DIR: '\${{ params.dir }}' } }\n`;
    const fail = (_: unknown, at: Site) => void at.write('broken', '');
    const { site, id, code } = await endedWithout02(fail, { step: `${waits}, timeout: 4s`, rest: broken });
    expect([code, site.events('run.ended')]).toEqual([1, []]);
    const { stdout } = await site.call(['status', id, '--json']);
    const { phases } = JSON.parse(stdout) as { readonly phases: readonly { readonly steps: readonly StepOnHosts[] }[] };
    const hosts = phases.flatMap(({ steps }) => steps).find((step) => step.id === 'deploy')?.hosts;
    expect(hosts?.map(({ name, held }) => [name, held])).toEqual([
      ['web01', false],
      ['web02', true],
    ]);
    site.write('ssh_config', readFileSync(server.config, 'utf8'));
    expect((await site.call(['stop', id])).code).toBe(1);
    expect([site.events('run.ended').length, living(id)]).toEqual([1, []]);
  });

  test('is closed by who gives it up', async () => {
    const { site, id } = await stoppedWithout02();
    const { code } = await site.call(['abandon', id, '--reason', 'web02 is scrapped']);
    expect([code, site.events('run.ended').length]).toEqual([4, 1]);
    site.write('go', '');
    await until('the end of what was left', () => living(id).length === 0);
  });
});
