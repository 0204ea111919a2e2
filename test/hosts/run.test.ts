/** A step on many hosts with the real program and a real OpenSSH server. */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { describeWith } from '../rig/servers/needs.ts';
import { type SshServer, startSshd } from '../rig/servers/sshd.ts';
import { until } from '../rig/until.ts';
import { hostEnds, hostsSite, outcomes, remoteFiles, run } from './hosts-site.ts';

jest.setTimeout(60_000);

describeWith(['sshd', 'ssh', 'ssh-keygen'], 'a step on hosts', () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server.stop());

  test('runs on each host, with its environment and input, and says what each printed', async () => {
    const site = hostsSite(server, {
      hosts: '["web[01:03]"]',
      step: `run: 'echo "$GREETING from $BACKOUT_HOST at $BACKOUT_STEP"; cat', env: { GREETING: "it's $HOME \`x\`" }, stdin: "fed\\n"`,
    });
    const { code, stderr } = await site.call(run);
    expect([code, stderr]).toEqual([0, expect.stringContaining('succeeded')]);
    expect(outcomes(site).toSorted()).toEqual(['web01 succeeded', 'web02 succeeded', 'web03 succeeded']);
    const { stdout } = await site.call(['logs', site.runs[0] ?? '', 'deploy']);
    expect(stdout).toContain("[web02] it's $HOME `x` from web02 at deploy\n[web02] fed\n");
  });

  test('a script is obeyed with its first line and arguments; a program gets its arguments as they are', async () => {
    const words = `["it's", 'a "b" $c', '']`;
    const site = hostsSite(server, {
      hosts: '[web01]',
      step: `script: ./go.sh, args: ${words}`,
      rest: `    - { id: program, hosts: { sshConfig: ${server.config}, list: [web01] }, uses: command, with: { argv: [printf, '<%s>', "it's", 'a "b" $c', ''] } }`,
    });
    site.write('go.sh', '#!/bin/bash -u\n[[ -n $BASH_VERSION ]] && printf "(%s)" "$@"\n');
    const { code, stderr } = await site.call(run);
    expect([code, stderr]).toEqual([0, expect.anything()]);
    const { stdout } = await site.call(['logs', site.runs[0] ?? '']);
    expect(stdout).toContain(`[web01] (it's)(a "b" $c)()`);
    expect(stdout).toContain(`[web01] <it's><a "b" $c><>`);
  });

  test('what failed on one host is named; a retry asks only the hosts that have not succeeded', async () => {
    const site = hostsSite(server, {
      hosts: '[web01, web02, web03], concurrency: 3',
      step: `run: 'echo done >> ${'$'}DIR/effect.$BACKOUT_HOST; [ $BACKOUT_HOST != web02 ] || [ -e $DIR/go ] || { echo no go >&2; exit 7; }', env: { DIR: '\${{ params.dir }}' }`,
    });
    site.write('playbook.yaml', `parameters: { dir: { default: ${site.folder} } }\n${site.read('playbook.yaml')}`);
    const first = await site.call(run);
    expect([first.code, first.stderr]).toEqual([
      1,
      expect.stringMatching(/failed.* on 1 of 3 hosts: web02 \(exit code 7\).*\n.*\| \[web02\] no go/),
    ]);
    const status = await site.status();
    expect(status.failure?.reason).toContain('web02 (exit code 7)');
    site.write('go', '');
    expect((await site.call(['retry', site.runs[0] ?? '', 'deploy', '--reason', 'go'])).code).toBe(0);
    expect(['web01', 'web02', 'web03'].map((host) => site.read(`effect.${host}`))).toEqual([
      'done\n',
      'done\ndone\n',
      'done\n',
    ]);
    expect(site.events('step.started').at(-1)?.does[0]).toBe('on 1 host of 3 (web02), 20 at once'.replace('20', '3'));
  });

  test('secrets travel over standard input: they stand in no argument, file or record (P9)', async () => {
    const site = hostsSite(server, {
      hosts: '[web01]',
      step: `run: 'cat; echo "$TOKEN"; : > "$DIR/begun"; until [ -e "$DIR/go" ]; do sleep 0.02; done; printf "%s" "$TOKEN" | base64 >&2; exit 3', stdin: '\${{ secrets.token }}', env: { TOKEN: '\${{ secrets.token }}', DIR: '\${{ params.dir }}' }`,
    });
    const head = `parameters: { dir: { default: ${site.folder} } }\nsecrets: { token: { env: FLEET_TOKEN } }\n`;
    site.write('playbook.yaml', `${head}${site.read('playbook.yaml')}`);
    const secret = 'hush-0f9a-hush';
    const engine = site.start(run, { env: { FLEET_TOKEN: secret } });
    await site.appeared('begun');
    const commands = globSync('/proc/[0-9]*/cmdline').map((file) => (existsSync(file) ? textOf(file) : ''));
    expect(commands.filter((text) => text.includes('.script')).length).toBeGreaterThan(0);
    expect(commands.filter((text) => text.includes(secret))).toEqual([]);
    site.write('go', '');
    expect((await engine.ended).code).toBe(1);
    const kept = globSync(`${site.home}/**/*`, { withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = kept.map((entry) => textOf(`${entry.parentPath}/${entry.name}`));
    for (const form of [secret, Buffer.from(secret).toString('base64')]) {
      expect(texts.filter((text) => text.includes(form))).toEqual([]);
      expect(remoteFiles(server).filter(([, text]) => text.includes(form))).toEqual([]);
    }
    expect(hostEnds(site)[0]?.lastWords).toBe('***');
    const { stdout } = await site.call(['logs', site.runs[0] ?? '']);
    expect(stdout).toContain('[web01] ******');
  });

  test('a host that cannot be reached is an outcome of its own, with its cause and remedy', async () => {
    const site = hostsSite(server, {
      hosts: '[web01, nowhere1, stranger1, refused1]',
      step: `run: 'true', retry: { attempts: 1 }`,
    });
    expect((await site.call(run)).code).toBe(1);
    const reasons = Object.fromEntries(
      hostEnds(site).map(({ host, outcome, reason }) => [host, `${outcome}: ${reason}`]),
    );
    expect(reasons).toEqual({
      web01: 'succeeded: null',
      nowhere1: expect.stringMatching(/^unreachable: connection refused: no ssh server listens there/),
      stranger1: expect.stringMatching(
        /^unreachable: its host key is not known.*ssh -o StrictHostKeyChecking=ask -F \S+ stranger1 true/,
      ),
      refused1: expect.stringMatching(/^unreachable: it refuses the login: check user, key and agent/),
    });
    const dry = hostsSite(server, { hosts: '[web01, nowhere1, stranger1]', step: `run: 'touch ran'` });
    const { code, stderr } = await dry.call([...run, '--dry-run']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/not ready: 2 of 3 hosts: nowhere1 .*stranger1 .*StrictHostKeyChecking=ask/s),
    ]);
    const fine = hostsSite(server, { hosts: '[web01, web02]', step: `run: 'touch ran'` });
    expect((await fine.call([...run, '--dry-run'])).stderr).toContain('what it does on the 2 hosts cannot be checked');
  });

  test('the command that is given for an unknown host key puts it where it is looked for', async () => {
    const site = hostsSite(server, { hosts: '[stranger1]', step: `run: 'true', retry: { attempts: 1 }` });
    const known = site.path('known_hosts');
    const text = readFileSync(server.config, 'utf8').replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${known}`);
    const config = site.write('ssh_config', text);
    site.write('playbook.yaml', site.read('playbook.yaml').replace(server.config, config));
    expect((await site.call(run)).code).toBe(1);
    const typed = /ssh -o StrictHostKeyChecking=ask .*? true/.exec(hostEnds(site)[0]?.reason ?? '')?.[0] ?? 'false';
    // Nobody is there to say yes.
    execFileSync('/bin/sh', ['-c', typed.replace('=ask', '=accept-new')], { stdio: 'ignore' });
    expect((await site.call(run)).code).toBe(0);
  });

  test('a canary that fails stops the rest; failures within the limit are an exception of the run', async () => {
    const fails = (host: string) => `run: '[ $BACKOUT_HOST != ${host} ]'`;
    const canary = hostsSite(server, {
      hosts: 'list: ["web[01:10]"], batch: [1, 50%, 100%], maxFailures: 5',
      step: fails('web01'),
    });
    const first = await canary.call(run);
    expect([first.code, first.stderr]).toEqual([1, expect.stringContaining('9 were not begun')]);
    expect(outcomes(canary)).toEqual(['web01 failed']);
    const some = hostsSite(server, { hosts: 'list: ["web[01:04]"], maxFailures: 25%', step: fails('web03') });
    const second = await some.call(run);
    expect([second.code, second.stderr]).toEqual([
      6,
      expect.stringContaining('deploy was not done on every host: web03 (failed)'),
    ]);
    const many = hostsSite(server, {
      hosts: 'list: ["web[01:06]"], concurrency: 1, maxFailures: 1',
      step: `run: 'case $BACKOUT_HOST in web01|web06) ;; *) exit 1 ;; esac'`,
    });
    expect((await many.call(run)).code).toBe(1);
    expect(outcomes(many)).toEqual(['web01 succeeded', 'web02 failed', 'web03 failed']);
  });

  test('nothing of a run is left on the hosts but who did it and how it ended', async () => {
    await until('only claims and ends', () =>
      remoteFiles(server).every(([name]) => name.endsWith('.claim') || name.endsWith('.status')),
    );
  });
});

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
