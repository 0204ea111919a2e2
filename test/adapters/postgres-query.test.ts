import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { adapter as access } from '../../adapters/postgres/access/index.ts';
import { adapter } from '../../adapters/postgres/query/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../rig/servers/postgres.ts';
import { closedPort } from './rig/servers.ts';
import { complaints, perform, preflight } from './rig/step.ts';

const previous = { connect: 'public' };

describeWith(postgresPrograms, 'postgres/query', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
    server.sql('postgres', 'CREATE DATABASE shop');
    server.sql(
      'shop',
      "CREATE TABLE orders (id int, note text); INSERT INTO orders VALUES (1, E'two\\nlines'), (2, NULL)",
    );
  });
  afterAll(() => server.stop());

  const asked = (query: string, good: JsonObject, more: JsonObject = {}) => ({
    ...server.login,
    database: 'shop',
    query,
    expect: good,
    ...more,
  });

  test.each<[string, JsonObject, JsonObject]>([
    [
      'SELECT count(*) FROM orders',
      { min: 1, max: 2, equals: 2, rows: 1, matches: '^\\d$' },
      { value: '2', rows: '1' },
    ],
    ['SELECT note, id FROM orders ORDER BY id', { equals: 'two\nlines', rows: 2 }, { value: 'two\nlines', rows: '2' }],
    ['SELECT note FROM orders WHERE id = 2', { rows: 1 }, { value: '', rows: '1' }],
    ['SELECT 1 WHERE false', { rows: 0 }, { value: '', rows: '0' }],
    ["SELECT '' AS empty", { equals: '' }, { value: '', rows: '1' }],
    ['SELECT true', { equals: true }, { value: 't', rows: '1' }],
    ["SELECT ':HOME' || '\\! id'", { equals: ':HOME\\! id' }, { value: ':HOME\\! id', rows: '1' }],
  ])('%s is good: %j', async (query, good, outputs) => {
    expect(await perform(adapter, asked(query, good))).toMatchObject({ ok: true, outputs });
  });

  test.each<[string, JsonObject, string]>([
    ['SELECT count(*) FROM orders', { min: 3 }, 'shop: it says 2, less than 3'],
    ['SELECT count(*) FROM orders', { max: 1 }, 'shop: it says 2, more than 1'],
    ['SELECT 1 WHERE false', { min: 0 }, 'shop: no row came back'],
    ['SELECT NULL', { equals: '' }, 'shop: it says NULL'],
    ['SELECT 7', { rows: 2, matches: '^8' }, 'shop: 1 row instead of 2; it says "7", which does not match ^8'],
  ])('%s is measured bad: %j', async (query, good, reason) => {
    expect(await perform(adapter, asked(query, good))).toMatchObject({ ok: false, class: 'check', reason });
  });

  test.each<[string, string, string, JsonObject]>([
    ['a missing table', 'SELECT 1 FROM nothing', 'relation "nothing" does not exist', {}],
    ['a change', 'DELETE FROM orders', 'cannot execute DELETE in a read-only transaction', {}],
    [
      'one that takes too long',
      'SELECT pg_sleep(20)',
      'canceling statement due to statement timeout',
      { timeout: '200ms' },
    ],
    ['a missing database', 'SELECT 1', 'database "sh\'op" does not exist. Correct `database`.', { database: "sh'op" }],
    [
      'a wrong password',
      'SELECT 1',
      'password authentication failed for user "postgres". Correct `user`',
      { password: 'wrong-one' },
    ],
  ])('%s could not be measured, and says why', async (_, query, because, more) => {
    const performed = await perform(adapter, asked(query, { rows: 1 }, more));
    expect(performed).toMatchObject({ ok: false, class: 'error', reason: expect.stringContaining(because) });
    expect(JSON.stringify(performed)).not.toContain('wrong-one');
    expect(server.sql('shop', 'SELECT count(*) FROM orders')).toBe('2');
  });

  test('a server that is not there is said by preflight and by the check', async () => {
    const given = asked('SELECT 1', { rows: 1 }, { port: await closedPort() });
    expect(await preflight(adapter, given)).toMatchObject({ ok: false, remedy: expect.stringContaining('`port`') });
    expect(await perform(adapter, given)).toMatchObject({
      ok: false,
      class: 'error',
      reason: expect.stringContaining('Connection refused'),
    });
    expect(await preflight(adapter, asked('SELECT 1 FROM later', { rows: 1 }))).toMatchObject({ ok: true });
  });

  test('a query is ended on the server too when the check is', async () => {
    const performed = await perform(adapter, asked("SELECT pg_sleep(20), 'mark'", { rows: 1 }), {
      signal: AbortSignal.timeout(300),
    });
    expect(performed).toMatchObject({ ok: false, class: 'error' });
    const left =
      "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%''mark''' AND pid <> pg_backend_pid()";
    expect(server.sql('shop', left)).toBe('0');
  });

  test('a login that backout itself keeps out is told so, with what to write', async () => {
    server.sql('postgres', "CREATE ROLE app LOGIN PASSWORD 'app-secret'");
    server.sql('postgres', 'CREATE DATABASE closed');
    const given = asked('SELECT 1', { rows: 1 }, { database: 'closed', user: 'app', password: 'app-secret' });
    server.sql('postgres', 'REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
    const denied = await perform(adapter, given);
    expect(denied).toMatchObject({ ok: false, reason: expect.stringContaining('GRANT CONNECT ON DATABASE …') });
    expect(JSON.stringify(denied)).not.toContain('except');
    expect(await perform(access, { ...server.login, access: 'closed', database: 'closed', previous })).toMatchObject({
      ok: true,
    });
    const remedy = `Name app in \`except\` of the step that closes it (postgres/access). For this run: GRANT CONNECT ON DATABASE "closed" TO "app"; then try again; opening takes it back.`;
    const reason = 'permission denied for database "closed": backout has closed access to it, and app is not let in';
    expect(await perform(adapter, given)).toMatchObject({ ok: false, reason: `closed: ${reason}. ${remedy}` });
    expect(await preflight(adapter, given)).toMatchObject({ reason: expect.stringContaining(reason), remedy });
    server.sql('postgres', 'GRANT CONNECT ON DATABASE "closed" TO "app";');
    expect(await perform(adapter, given)).toMatchObject({ ok: true });
  });

  test('what is no query is refused', () => {
    expect(complaints(adapter, { database: 'x', query: ' \\! id', expect: { rows: 1 } })).toContain('write SQL');
    expect(complaints(adapter, { database: 'x', query: 'SELECT 1', expect: {} })).toContain('say what is good');
  });
});
