/** Looking without touching (P10), and what is read off runs afterwards: lists, logs, reports. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { RunView } from '../../src/views/run-view.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../rig/servers/postgres.ts';
import { redisPrograms, startRedis } from '../rig/servers/redis.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const dry = ['run', 'playbook.yaml', '--dry-run'];
const playbook = (url: string) => `
name: shop
phases:
  disable-access: [{ id: close, run: 'touch touched' }]
  restore: [{ id: copy, uses: files/restore, with: { source: backup, target: shop } }]
  health-checks: [{ id: port, uses: tcp, with: { host: 127.0.0.1, port: 1 } }]
  enable-access: [{ id: open, manual: '${url}' }]
`;

test('nothing is done, what cannot be checked is listed, and the run bears its own mark', async () => {
  const site = new Site(playbook('Open the gate'));
  site.write('backup/order', '1');
  site.write('shop/order', '2');
  const { code, stdout, stderr } = await site.call([...dry, '--json']);
  const view = JSON.parse(stdout);
  expect([code, view.mode, view.status, view.exitCode]).toEqual([0, 'dry-run', 'simulated', 0]);
  expect([site.read('touched'), site.read('shop/order')]).toEqual(['', '2']);
  expect(stderr).toMatch(/could not be checked|uncovered/i);
  const steps = view.phases.flatMap((phase: { steps: unknown[] }) => phase.steps);
  for (const step of steps)
    expect(step).toMatchObject({ status: 'simulated', attempts: [{ n: 1, outcome: 'simulated' }] });
  expect(site.events('run.began')[0]?.mode).toBe('dry-run');
  expect((await site.call(['audit', 'verify', view.run])).stdout).toMatch(/Intact and closed/);
});

test('a preflight that fails is exit 1, and says what is missing', async () => {
  const site = new Site(playbook('Open the gate'));
  const { code, stderr } = await site.call(dry);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/backup/)]);
  expect(await site.status()).toMatchObject({ status: 'simulated', exitCode: 1 });
});

const copying = (from: string) => `uses: files/restore, with: { source: ${from}, target: shop }`;
const twoWays = (more: string) => `
name: shop
phases: { restore: [{ id: copy, ${copying('backup')}, contingency: [{ id: older, ${copying('older')}${more} }] }] }
`;
const missing = (name: string) => expect.stringMatching(`/${name}: no such file or folder`);

test('a contingency that is not there is exit 1 too, by its name; where nothing is there, all of it is told', async () => {
  const site = new Site(twoWays(''));
  site.write('shop/order', '2');
  const reason = async () => {
    const { code } = await site.call(dry);
    return [code, (await site.status()).phases.flatMap(({ steps }) => steps)[0]?.attempts[0]?.reason];
  };
  expect(await reason()).toEqual([1, missing('backup')]);
  expect(await reason()).toEqual([1, missing('older')]);
  site.write('backup/order', '1');
  expect(await reason()).toEqual([1, expect.stringMatching(/^contingency older: [^;]*\/older: no such file/)]);
  site.write('older/order', '1');
  expect(await reason()).toEqual([0, null]);
});

test('a contingency that its `if` leaves out is not looked for', async () => {
  const site = new Site(twoWays(', if: false'));
  site.write('backup/order', '1');
  site.write('shop/order', '2');
  expect((await site.call(dry)).code).toBe(0);
});

test('into a pipe all that would be done is there to be reviewed, and nothing is said to be started', async () => {
  const long = `echo ${'word '.repeat(60)}end`;
  const site = new Site(`{ name: shop, phases: { restore: [{ id: say, run: '${long}' }] } }`);
  const { stderr } = await site.call(dry);
  expect(stderr).toContain(`      would do: ${long}\n`);
  expect(stderr).not.toContain('started');
});

test('it takes no lock: it runs beside a real run', async () => {
  const site = new Site(`
name: shop
phases: { restore: [{ id: wait, run: ': > begun; until [ -e go ]; do sleep 0.01; done' }] }
`);
  const engine = site.start(['run', 'playbook.yaml', '--yes']);
  await site.appeared('begun');
  expect((await site.call(dry)).code).toBe(0);
  site.write('go', '');
  expect((await engine.ended).code).toBe(0);
});

test('runs, logs, report and prune', async () => {
  const site = new Site(`
name: shop
phases: { restore: [{ id: talk, run: 'echo out & echo err >&2; wait' }, { id: bad, run: 'echo "<&> bad" >&2; exit 3' }] }
`);
  expect((await site.call(['run', 'playbook.yaml', '--yes'])).code).toBe(1);
  const id = site.runs[0] ?? '';
  expect(JSON.parse((await site.call(['runs', '--json'])).stdout)).toMatchObject([{ run: id, status: 'failed' }]);
  expect((await site.call(['runs'])).stdout).toContain(id);
  expect((await site.call(['logs', id, 'talk'])).stdout).toMatch(/stdout\nout\n[\s\S]*stderr\nerr\n/);
  expect((await site.call(['logs', id, 'nosuch'])).code).toBe(2);
  expect((await site.call(['report', id, '--format', 'md'])).stdout).toMatch(/^# [\s\S]*exit code 3/);
  expect(JSON.parse((await site.call(['report', id, '--format', 'json'])).stdout)).toMatchObject({ run: id });
  const junit = (await site.call(['report', id, '--format', 'junit'])).stdout;
  expect(junit).toMatch(/^<\?xml[\s\S]*<testsuites?[\s\S]*<failure/);
  expect(junit).not.toMatch(/<&>/);
  expect((await site.call(['report', id, '--format', 'pdf'])).code).toBe(2);
  expect((await site.call(['runs', 'prune', '--older-than', '1h', '--yes'])).code).toBe(0);
  expect(site.runs).toEqual([id]);
  expect((await site.call(['runs', 'prune', '--older-than', '0s'])).code).toBe(2);
  expect((await site.call(['runs', 'prune', '--older-than', '0s', '--yes'])).code).toBe(0);
  expect(site.runs).toEqual([]);
});

describe('what only looks is done for real', () => {
  const [health, closed] = [createServer((_, answer) => answer.end(`${++asked}`)), createServer()];
  const portOf = (server: Server) => (server.address() as AddressInfo).port;
  let [port, shut, asked] = [0, 0, 0];
  beforeAll(async () => {
    for (const server of [health, closed]) await once(server.listen(0, '127.0.0.1'), 'listening');
    [port, shut] = [portOf(health), portOf(closed)];
    closed.close();
  });
  afterAll(() => {
    health.close();
  });

  const look = async (steps: string, ...more: readonly string[]) => {
    const site = new Site(`{ name: shop, phases: { restore: [${steps}] } }`);
    const { code, stdout, stderr } = await site.call([...dry, '--json', ...more]);
    if (stdout === '') throw new Error(stderr);
    const view: RunView = JSON.parse(stdout);
    return { code, stderr, steps: view.phases.flatMap((phase) => phase.steps) };
  };
  const until = 'until: { every: 100ms, within: 2s, successes: 1 }';

  test('a bad answer is told, and fails nothing; a good one is told too', async () => {
    const { code, stderr, steps } = await look(`
      { id: port, uses: tcp, with: { host: 127.0.0.1, port: ${shut} }, ${until} },
      { id: crypt, uses: tls, with: { host: 127.0.0.1, port: ${shut} } },
      { id: gone, uses: http, with: { url: 'http://127.0.0.1:${shut}/' } },
      { id: teapot, uses: http, with: { url: 'http://127.0.0.1:${port}/', expect: { status: 418 } }, ${until} },
      { id: home, uses: http, with: { url: 'http://127.0.0.1:${port}/' } },
      { id: copy, run: "true", contingency: [{ id: instead, uses: tcp, with: { host: 127.0.0.1, port: ${shut} } }] }`);
    expect([code, steps.filter(({ status }) => status === 'simulated').length]).toEqual([0, steps.length]);
    expect(asked).toBe(2);
    const said = Object.fromEntries(steps.map(({ id, attempts }) => [id, attempts.at(-1)?.reason]));
    for (const id of ['port', 'crypt', 'gone']) expect(said[id]).toMatch(/^not good now: .*connection refused/);
    expect(said.teapot).toMatch(/^not good now: .*418/);
    expect(said.home).toMatch(/^good now: .*status 200/);
    expect(said.copy).toMatch(/^not good now: contingency instead: .*connection refused/);
    expect(stderr).toMatch(/Not good now[^\n]*:\n {2}- port: .*\n(?:.*\n)* {2}- teapot: /);
    expect(stderr).toMatch(/home +checked\n.*\n.*\n {6}good now: GET/);
    expect(stderr).toMatch(/ teapot +checked\n/);
  });

  test('what cannot be measured because of the call itself fails', async () => {
    const { code, stderr } = await look(
      `{ id: home, uses: http, with: { url: 'https://127.0.0.1:${port}/', ca: /nonexistent.pem } }`,
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('/nonexistent.pem: no such file')]);
  });

  test('it waits for no answer longer than the step would', async () => {
    const site = new Site();
    const mute = createServer(() => {});
    await once(mute.listen(0, '127.0.0.1'), 'listening');
    site.atEnd(() => mute.closeAllConnections());
    site.atEnd(() => mute.close());
    const url = `http://127.0.0.1:${portOf(mute)}/`;
    const { code, steps } = await look(`{ id: mute, uses: http, timeout: 500ms, with: { url: '${url}' } }`);
    expect([code, steps[0]?.attempts[0]?.reason]).toEqual([
      0,
      expect.stringMatching(/^not good now: no answer within/),
    ]);
  });

  test('a program of the house that only looks is run', async () => {
    const site = new Site('{ name: shop, phases: { restore: [{ id: own, uses: ./own.sh, with: {} }] } }');
    const facts = '{ "readOnly": true, "repeatable": true }';
    site.write('own.sh', `#!/bin/sh\ngrep -q '"describe"' && echo '${facts}' && exit\necho sour >&2; exit 3\n`, 0o755);
    const { code, stderr } = await site.call(dry);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/not good now: exit code 3 [^\n]*: sour/)]);
  });
});

describeWith(redisPrograms, 'a refusal in a dry run', () => {
  test('is one sentence, and then what to do', async () => {
    const server = await startRedis();
    const login = `host: 127.0.0.1, port: ${server.login.port}, password: '\${{ secrets.p }}'`;
    const site = new Site(`
name: shop
secrets: { p: { env: PASSWORD_OF_TEST } }
phases: { health-checks: [{ id: ask, uses: redis/ping, with: { ${login} } }] }
`);
    site.atEnd(server.stop);
    const { code, stderr } = await site.call(dry, { env: { PASSWORD_OF_TEST: 'a-wrong-password' } });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/WRONGPASS [^\n]*[^.]\. Correct `password`/)]);
  });
});

describeWith(postgresPrograms, 'a query in a dry run', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  test.each([
    ['SELECT 1', 0, 'good now: postgres: 1'],
    ['SELECT 2', 0, 'not good now: postgres: '],
    ['SELECT pg_sleep(5)', 0, 'not good now: postgres: canceling statement due to statement timeout'],
    ['SELECT count(*) FROM orders', 1, 'relation "orders" does not exist'],
    ['SELEKT 1', 1, 'syntax error'],
  ])('%s: exit %i, and it says %s', async (query, code, said) => {
    const { host, port, user, password } = server.login;
    const login = `host: ${host}, port: ${port}, user: ${user}, password: '\${{ secrets.p }}'`;
    const site = new Site(`
name: shop
secrets: { p: { env: PASSWORD_OF_TEST } }
phases:
  health-checks: [{ id: ask, uses: postgres/query, with: { ${login}, database: postgres, timeout: 300ms, query: '${query}', expect: { equals: 1 } } }]
`);
    const ran = await site.call(dry, { env: { PATH: server.env.PATH, PASSWORD_OF_TEST: password } });
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(said)]);
  });
});

test('what asks for the output of an earlier step is not looked at, and fails no dry run', async () => {
  const site = new Site(`
name: shop
phases:
  restore:
    - { id: a, run: 'echo v=1 >> "$BACKOUT_OUTPUT"' }
    - { id: b, run: 'echo "\${{ steps.a.outputs.v }}" > b' }
    - { id: c, run: ': > c', if: "steps.a.outputs.v == '1'" }
    - { id: d, manual: 'Look at \${{ steps.a.outputs.v }}' }
`);
  const { code, stderr } = await site.call(['run', 'playbook.yaml', '--dry-run']);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  for (const step of ['b', 'c', 'd'])
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      `${step}: it asks for what an earlier step puts out, which a dry run does not have`,
    );
});

test('what cannot be filled in for another reason fails it still', async () => {
  const site = new Site("name: shop\nphases:\n  restore:\n    - { id: a, run: 'echo ${{ int(run.id) }}' }\n");
  const { code, stderr } = await site.call(['run', 'playbook.yaml', '--dry-run']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('a: failed: it could not be prepared')]);
});
