/**
 * What is restored is what was dumped, and all that belongs to the database as a whole is what it was. Planted faults
 * that were caught: the comment with the marker is not carried over, nor privileges and settings; rows are read as SQL.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { adapter as access } from '../../adapters/postgres/access/index.ts';
import { adapter as query } from '../../adapters/postgres/query/index.ts';
import { adapter } from '../../adapters/postgres/restore/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../rig/servers/postgres.ts';
import { breakShop, contentOf, databases, dropAll, key, makeShop, wholeOf } from './rig/postgres-scene.ts';
import { contextIn, perform, preflight, probe, runStep, workInPlace } from './rig/step.ts';

jest.setTimeout(60_000);

describeWith(postgresPrograms, 'postgres/restore', () => {
  let server: Postgres;
  let dumps: string;

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
  });

  const given = (archive: string, more: JsonObject = {}): JsonObject => ({
    ...server.login,
    database: 'shop',
    archive,
    dumpOf: 'source',
    ...more,
  });
  const old = `shop_before_${key}`;

  test.each(['c.dump', 'folder', 'plain-folder', 'dump.sql', 'dump.sql.gz', 'dump.sql.zst'])(
    'from %s',
    async (archive) => {
      const before = wholeOf(server, 'shop');
      expect(await preflight(adapter, given(archive), dumps)).toMatchObject({ ok: true });
      expect(await probe(adapter, given(archive), { key })).toBe('no');
      const ended = await workInPlace(adapter, given(archive, { jobs: 2 }), dumps, key);
      expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { old, bytes: expect.stringMatching(/^\d+$/) } });
      expect(contentOf(server, 'shop')).toBe('1000 orders, 1000 lines');
      expect(wholeOf(server, 'shop')).toBe(before);
      expect(wholeOf(server, old)).toBe(before);
      expect(databases(server)).toEqual(['shop', old]);
      expect(await probe(adapter, given(archive), { key })).toBe('yes');
      expect(server.sql('shop', "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'orders'")).toBe('t');
    },
  );

  test('a late backout hears what the queries of the playbook count since the dump was made', async () => {
    server.sql('shop', "CREATE TABLE visits AS SELECT now() AS at UNION ALL SELECT now() - interval '1 day'");
    const writtenSince = {
      visits: 'SELECT count(*) FROM visits WHERE at > :made',
      'visits of today by local time': 'SELECT count(*)::int FROM visits WHERE at::timestamp > :made',
      carts: 'SELECT count(*) FROM carts',
      rows: 'INSERT INTO visits VALUES (now())',
    };
    const asked = adapter.input['~standard'].validate(given('c.dump', { writtenSince }));
    const said = await adapter.writtenSince?.((asked as { value: never }).value, contextIn(dumps));
    expect(said).toMatch(
      /^written since its dump of \d{4}-\S+Z: 1 visits, 1 visits of today by local time, carts: not known \(.*"carts" does not exist.*\), rows: not known \(.*read-only transaction.*\)$/s,
    );
    expect(server.sql('shop', 'SELECT count(*) FROM visits')).toBe('2');
  });

  test('a dump that an earlier step brings is not looked for: what it cannot check is said', async () => {
    expect(await preflight(adapter, given('none.dump'), dumps)).toMatchObject({ ok: false });
    const looked = await preflight(adapter, given('none.dump', { fetched: true }), dumps);
    expect(looked).toMatchObject({ ok: true, uncovered: expect.stringContaining('none.dump') });
    const denied = given('none.dump', { fetched: true, password: 'another-password' });
    expect(await preflight(adapter, denied, dumps)).toMatchObject({ ok: false });
    const ended = await workInPlace(adapter, given('c.dump', { fetched: true }), dumps, key);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('in a process of its own, which shows no password', async () => {
    const proof = [{ query: 'SELECT count(*) FROM orders', expect: { min: 1000 } }];
    const ended = await runStep(adapter, given('c.dump', { proof, keepOld: false, analyze: false }), dumps, key);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('As it should be: SELECT count(*) FROM orders');
    expect(ended.stdout).not.toContain(server.password);
    expect(databases(server)).toEqual(['shop']);
    expect(await probe(adapter, given('c.dump', { keepOld: false }), { key })).toBe('unknown');
  });

  test('access that was closed stays closed, and opens as it was', async () => {
    const before = wholeOf(server, 'shop');
    const turn = (to: string) => perform(access, { ...server.login, access: to, database: 'shop' });
    expect(await turn('closed')).toMatchObject({ ok: true });
    const closed = wholeOf(server, 'shop');
    expect(await workInPlace(adapter, given('c.dump'), dumps, key)).toMatchObject({ code: 0, stderr: '' });
    expect(wholeOf(server, 'shop')).toBe(closed);
    expect(() => server.run('psql', ['-c', 'SELECT 1', 'shop'], { PGUSER: 'app', PGPASSWORD: 'app-secret' })).toThrow(
      /permission denied for database/,
    );
    expect(await turn('open')).toMatchObject({ ok: true });
    expect(wholeOf(server, 'shop')).toBe(before);
    expect(
      server.run('psql', ['-Atc', 'SELECT count(*) FROM orders', 'shop'], { PGUSER: 'app', PGPASSWORD: 'app-secret' }),
    ).toBe('1000\n');
  });

  test('where there was none', async () => {
    server.sql('postgres', 'DROP DATABASE shop');
    expect(await workInPlace(adapter, given('c.dump'), dumps, key)).toMatchObject({ code: 0, stderr: '' });
    expect(contentOf(server, 'shop')).toBe('1000 orders, 1000 lines');
    expect(server.run('psql', ['-Atc', 'SELECT 1', 'shop'], { PGUSER: 'app', PGPASSWORD: 'app-secret' })).toBe('1\n');
    expect(await probe(adapter, given('c.dump'), { key })).toBe('yes');
    expect(databases(server)).toEqual(['shop']);
  });

  test('by an owner who is no superuser, all belonging to him', async () => {
    server.sql('postgres', "CREATE ROLE boss LOGIN CREATEDB PASSWORD 'boss-secret'; ALTER DATABASE shop OWNER TO boss");
    const boss = { user: 'boss', password: 'boss-secret', ownership: 'skip' };
    expect(await preflight(adapter, given('c.dump', boss), dumps)).toMatchObject({ ok: true });
    expect(await workInPlace(adapter, given('c.dump', boss), dumps, key)).toMatchObject({
      code: 119,
      stderr: expect.stringContaining('could not be made and given what belongs to shop as a whole: '),
    });
    expect(databases(server)).toEqual(['shop']);
    server.sql('postgres', 'ALTER DATABASE shop RESET ALL; ALTER ROLE app IN DATABASE shop RESET ALL');
    expect(await workInPlace(adapter, given('c.dump', boss), dumps, key)).toMatchObject({ code: 0, stderr: '' });
    expect(server.sql('shop', "SELECT tableowner FROM pg_tables WHERE tablename = 'orders'")).toBe('boss');
  });

  test('an owner who is no superuser closes, restores, asks and opens', async () => {
    server.sql(
      'postgres',
      "CREATE ROLE chief LOGIN CREATEDB PASSWORD 'chief-secret'; GRANT pg_signal_backend TO chief",
    );
    server.sql('postgres', 'CREATE DATABASE counted OWNER chief');
    const before = wholeOf(server, 'counted');
    const chief = { ...server.login, user: 'chief', password: 'chief-secret', database: 'counted' };
    const restore = { ...chief, archive: 'c.dump', dumpOf: 'source', ownership: 'skip' };
    expect(await perform(access, { ...chief, access: 'closed' })).toMatchObject({ ok: true });
    expect(await workInPlace(adapter, restore, dumps, key)).toMatchObject({ code: 0, stderr: '' });
    const count = { ...chief, query: 'SELECT count(*) FROM orders', expect: { equals: 1000 } };
    expect(await perform(query, count)).toMatchObject({ ok: true });
    expect(await perform(access, { ...chief, access: 'open' })).toMatchObject({ ok: true });
    expect(wholeOf(server, 'counted')).toBe(before);
  });

  test('a name is a name, whatever is in it, and however long', async () => {
    const names = [`we"ird'; drop --x \\ :y $1`, 'ü'.repeat(31)];
    for (const database of names) {
      breakShop(server, database);
      expect(await workInPlace(adapter, given('c.dump', { database }), dumps, key)).toMatchObject({
        code: 0,
        stderr: '',
      });
      expect(contentOf(server, database)).toBe('1000 orders, 1000 lines');
      expect(await probe(adapter, given('c.dump', { database }), { key })).toBe('yes');
    }
    expect(databases(server)).toHaveLength(5);
  });
});
