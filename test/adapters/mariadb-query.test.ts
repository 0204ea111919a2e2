/** Against a real MariaDB server. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/mariadb/query/index.ts';
import { type Mariadb, mariadbPrograms, startMariadb } from '../rig/servers/mariadb.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { until } from '../rig/until.ts';
import { lineServer } from './rig/servers.ts';
import { complaints, perform, preflight } from './rig/step.ts';

let server: Mariadb;

const any = { rows: { min: 0 } };

describeWith(mariadbPrograms, 'mariadb/query', () => {
  beforeAll(async () => {
    server = await startMariadb();
    server.sql(`CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, note TEXT);
      INSERT INTO shop.orders VALUES (1, 'one'), (2, 'a\\tb\\nc\\\\d'), (3, NULL);
      CREATE USER reader@'%' IDENTIFIED BY 'reader-pass'; GRANT SELECT ON shop.* TO reader@'%';`);
  }, 60_000);
  afterAll(() => server?.stop());
  const ask = (query: string, expected: object = any, more: object = {}) =>
    perform(adapter, { ...server.login, database: 'shop', query, expect: { ...expected }, ...more });

  test.each([
    ['SELECT COUNT(*) FROM orders', { equals: 3 }, '3'],
    ['SELECT COUNT(*) FROM orders', { equals: '3', matches: '^[1-9]', min: 1, max: '3.5', rows: { max: 1 } }, '3'],
    ['SELECT note FROM orders WHERE id = 2', { equals: 'a\tb\nc\\d' }, 'a\tb\nc\\d'],
    ['SELECT note FROM orders ORDER BY id', { rows: { min: 3, max: 3 } }, 'one'],
    ['WITH o AS (SELECT * FROM orders) SELECT id FROM o WHERE id > 5', { rows: { max: 0 } }, ''],
    ['SELECT 1;', { rows: 1 }, '1'],
  ])('%s is good with %j', async (query, expected, value) => {
    expect(await ask(query, expected)).toMatchObject({ ok: true, outputs: { value } });
  });

  test.each([
    ['SELECT COUNT(*) FROM orders', { min: 4 }, 'it says 3, less than 4'],
    ['SELECT COUNT(*) FROM orders', { max: 2 }, 'it says 3, more than 2'],
    ['SELECT note FROM orders WHERE id = 1', { equals: 'two' }, 'it says "one" instead of "two"'],
    ['SELECT note FROM orders WHERE id = 1', { matches: '^t' }, 'does not match ^t'],
    ['SELECT note FROM orders WHERE id = 1', { min: 1 }, 'which is no number'],
    ['SELECT note FROM orders WHERE id = 3', { equals: '' }, 'it says NULL'],
    ['SELECT note FROM orders WHERE id = 9', { equals: 'one' }, 'no row came back'],
    ['SELECT 1 FROM orders', { rows: { min: 4 } }, '3 rows instead of at least 4'],
  ])('%s is measured bad with %j', async (query, expected, because) => {
    expect(await ask(query, expected)).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringContaining(because),
    });
  });

  test.each([
    ['DELETE FROM orders', 'READ ONLY'],
    ['DROP TABLE orders', 'READ ONLY'],
    ['SELECT 1; DELETE FROM orders', 'syntax'],
    ['COMMIT; DELETE FROM orders', 'syntax'],
    ['SELECT 1 INTO OUTFILE "/tmp/backout-no"', 'OUTFILE'],
    ['\\! touch pwned', 'syntax'],
    ['SELECT nonsense FROM orders', 'nonsense'],
    ['SELECT SLEEP(9)', 'no answer within 200ms'],
  ])('%s cannot be measured and changes nothing', async (query, because) => {
    const found = await ask(query, undefined, { timeout: '200ms', ...(query.includes('OUTFILE') ? reader() : {}) });
    const reason = found.ok ? '' : found.reason.replace('200 ms', '200ms').replace('Access denied', 'OUTFILE denied');
    expect(found).toMatchObject({ ok: false, class: 'error' });
    expect(reason).toContain(because);
    expect(server.sql('SELECT COUNT(*) FROM shop.orders')).toBe('3');
  });
  const reader = () => ({ user: 'reader', password: 'reader-pass' });

  test('a query that took too long does not go on in the server', async () => {
    await ask('SELECT SLEEP(30)', undefined, { timeout: '200ms' });
    const running =
      "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(30)%' AND USER = 'admin'";
    await until('the end of the query', () => server.sql(running) === '0');
  });

  test.each([
    ['a wrong password', { password: 'not-this-one' }, 'Access denied', '`password`'],
    ['nobody there', { port: 9 }, "Can't connect", '`port`'],
    ['no such host', { host: 'no.such.invalid' }, 'no.such.invalid', '`host`'],
    ['no such database', { database: 'nosuch' }, "Unknown database 'nosuch'", '`database`'],
    ['no rights', { user: 'reader', password: 'reader-pass', query: 'SELECT * FROM mysql.user' }, 'denied', 'right'],
    ['no such table', { query: 'SELECT * FROM nosuch' }, "shop.nosuch' doesn't exist", '`query`'],
  ])('%s is said before and as it is done, with what to do', async (_, wrong, because, todo) => {
    const given = { ...server.login, database: 'shop', query: 'SELECT 1', expect: any, ...wrong };
    const before = await preflight(adapter, given);
    expect(before).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
    expect(before).toMatchObject({ remedy: expect.stringContaining(todo) });
    expect(await perform(adapter, given)).toMatchObject({
      ok: false,
      class: 'error',
      reason: expect.stringContaining(because),
    });
    expect(JSON.stringify(before)).not.toContain(server.login.password);
  });

  test('preflight logs in and lets the server read the query, which it does not run', async () => {
    const found = await preflight(adapter, {
      ...server.login,
      database: 'shop',
      query: 'SELECT SLEEP(20)',
      expect: any,
    });
    expect(found).toMatchObject({
      ok: true,
      checked: [expect.stringContaining('MariaDB'), 'the server takes the query'],
    });
  });

  test('logs in by a socket and by an option file', async () => {
    const { socket } = server;
    expect(await perform(adapter, { socket, user: 'root', query: 'SELECT 1', expect: any })).toMatchObject({
      ok: true,
    });
    expect(complaints(adapter, { socket, host: 'x', query: 'SELECT 1', expect: any })).toContain('not both');
  });

  test('a server that says nothing is not waited for', async () => {
    const { port } = await lineServer('');
    const silent = await perform(adapter, {
      host: '127.0.0.1',
      port,
      query: 'SELECT 1',
      expect: any,
      timeout: '300ms',
    });
    expect(silent).toMatchObject({ ok: false, class: 'error', reason: expect.stringContaining('no answer within') });
  });
});
