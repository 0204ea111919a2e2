/**
 * Killed at any moment, a restore leaves the old database in use or the new one, whole; the next attempt finishes or
 * begins anew, and nothing is left over. Planted faults that were caught: what is ready is restored again,
 * somebody else's database is removed, sessions are not ended before the swap.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { adapter as restore } from '../../adapters/postgres/restore/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../rig/servers/postgres.ts';
import { until } from '../rig/until.ts';
import { breakShop, contentOf, databases, dropAll, key, makeShop, wholeOf } from './rig/postgres-scene.ts';
import { contextIn, parsed, probe, workInPlace } from './rig/step.ts';

const adapter: Adapter = restore;
const fresh = `shop_new_${key}`;
const old = `shop_before_${key}`;
const other = 'run1-restore-2';

// Each test is two restores on a machine that may be busy.
jest.setTimeout(90_000);

describeWith(postgresPrograms, 'postgres/restore, killed', () => {
  let server: Postgres;
  let dumps: string;
  let before: string;

  beforeAll(async () => {
    server = await startPostgres();
    process.env.PATH = server.env.PATH;
    dumps = join(server.folder, 'dumps');
    makeShop(server, dumps);
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    dropAll(server);
    breakShop(server, 'shop');
    before = wholeOf(server, 'shop');
  });

  const given = (more: JsonObject = {}): JsonObject => ({
    ...server.login,
    database: 'shop',
    archive: 'c.dump',
    dumpOf: 'source',
    analyze: false,
    ...more,
  });

  /** Runs the worker in a process group of its own, and kills all of it once `look` sees what it waits for; what it has said. */
  async function killedWhen(what: string, look: () => boolean, more: JsonObject = {}): Promise<string> {
    const command = adapter.command?.(parsed(adapter, given(more)), contextIn(dumps, { key }));
    const [program = '', ...args] = command?.argv ?? [];
    const child = spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    const said = text(child.stdout);
    child.stdin.on('error', () => undefined).end(command?.stdin ?? '');
    await until(what, look, 25_000);
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await ended;
    return said;
  }

  const finished = (by: string) => {
    expect(contentOf(server, 'shop')).toBe('1000 orders, 1000 lines');
    expect(wholeOf(server, 'shop')).toBe(before);
    expect(databases(server)).toEqual(['shop', `shop_before_${by}`]);
    expect(contentOf(server, `shop_before_${by}`)).toBe('broken');
  };

  /** A dump in the middle of which the restore stays until it is killed. */
  function slowDump(): void {
    const text = readFileSync(join(dumps, 'dump.sql'), 'utf8');
    writeFileSync(join(dumps, 'slow.sql'), text.replace('CREATE VIEW', 'SELECT pg_sleep(60);\nCREATE VIEW'));
  }
  const sleeps = () =>
    server.sql(
      'postgres',
      `SELECT count(*) FROM pg_stat_activity WHERE datname = '${fresh}' AND wait_event = 'PgSleep'`,
    ) === '1';

  test.each([key, other])('in the middle of the restore; the next attempt is %s', async (next) => {
    slowDump();
    const said = await killedWhen('the restore sleeps', sleeps, { archive: 'slow.sql' });
    expect(said.trimEnd().split('\n').at(-1)).toContain(`this leaves ${fresh} on the server`);
    expect(databases(server)).toContain(fresh);
    expect(contentOf(server, 'shop')).toBe('broken');
    expect(await probe(adapter, given(), { key })).toBe('no');
    const ended = await workInPlace(adapter, given(), dumps, next);
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`Removed ${fresh}.`) });
    finished(next);
  });

  /** Somebody holds the database in a transaction, so that it cannot be renamed. */
  async function held(): Promise<() => Promise<void>> {
    const child = spawn('psql', ['-XAtq', 'postgres'], { env: server.env, stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.write("BEGIN; COMMENT ON DATABASE shop IS 'mine'; SELECT 1;\n");
    await once(child.stdout, 'data');
    return async () => {
      child.stdin.end('ROLLBACK;\n');
      await once(child, 'exit');
    };
  }
  const waits = () =>
    server.sql(
      'postgres',
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%RENAME%'",
    ) === '1';

  test.each([key, other])('in the middle of the swap; the next attempt, %s, does not restore again', async (next) => {
    const release = await held();
    await killedWhen('the swap waits', waits);
    await release();
    expect(contentOf(server, 'shop')).toBe('broken');
    expect(await probe(adapter, given(), { key })).toBe('no');
    const ended = await workInPlace(adapter, given(), dumps, next);
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.not.stringContaining('Restoring') });
    finished(next);
  });

  test('after the swap: the same attempt finds it done', async () => {
    await killedWhen('it is swapped', () => databases(server).includes(old));
    expect(await probe(adapter, given(), { key })).toBe('yes');
    const ended = await workInPlace(adapter, given(), dumps, key);
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('already finished') });
    finished(key);
    expect(await workInPlace(adapter, given({ keepOld: false }), dumps, key)).toMatchObject({ code: 0, stderr: '' });
    expect(databases(server)).toEqual(['shop']);
  });

  test('between making its database and marking it as its own', async () => {
    server.sql('postgres', `CREATE DATABASE "${fresh}"`);
    expect(await workInPlace(adapter, given(), dumps, key)).toMatchObject({ code: 0, stderr: '' });
    finished(key);
  });

  test("a database of that name that is somebody else's is not removed", async () => {
    server.sql('postgres', `CREATE DATABASE "${fresh}"`);
    server.sql(fresh, 'CREATE TABLE theirs ()');
    expect(await workInPlace(adapter, given(), dumps, key)).toMatchObject({
      code: 119,
      stderr: expect.stringContaining(`There is a database ${fresh} that backout has not made.`),
    });
    expect(server.sql(fresh, 'SELECT count(*) FROM theirs')).toBe('0');
    expect(contentOf(server, 'shop')).toBe('broken');
  });

  test('sessions that come back again and again do not hold the swap up', async () => {
    const loop = 'while :; do psql -XAtqc "SELECT pg_sleep(30)" shop; done';
    const clients = [1, 2, 3].map(() =>
      spawn('sh', ['-c', loop], { env: server.env, stdio: 'ignore', detached: true }),
    );
    await until(
      'they are in',
      () => Number(server.sql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop'")) > 1,
    );
    const ended = await workInPlace(adapter, given(), dumps, key);
    for (const { pid } of clients) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    finished(key);
  });
});
