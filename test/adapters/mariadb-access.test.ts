/**
 * Against a real MariaDB server. Planted faults that were caught: the marker written again by a second closing; all
 * accounts unlocked by opening; sessions left; roles not followed; a closing without PROCESS taken for proven.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { matchesPattern, reachOf } from '../../adapters/mariadb/access/accounts.ts';
import { adapter } from '../../adapters/mariadb/access/index.ts';
import { accountFor } from '../../adapters/mariadb/access/sessions.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { type Mariadb, mariadbPrograms, startMariadb } from '../rig/servers/mariadb.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { until } from '../rig/until.ts';
import { newFolder } from './rig/folder.ts';
import { perform, preflight, probe } from './rig/step.ts';

let server: Mariadb;
const clients: ChildProcess[] = [];

const users = [
  'app@%',
  'part@%',
  'shopper@127.0.0.1',
  'global@%',
  'pattern@%',
  'asleep@%',
  'other@%',
  'dba@%',
  'weak@%',
];
const known = users.map((name) => `'${name.replace('@', "'@'")}'`);
const setUp = `
CREATE DATABASE shop; CREATE TABLE shop.orders (id INT); CREATE DATABASE other; CREATE TABLE other.t (id INT);
CREATE ROLE selling; GRANT INSERT ON shop.* TO selling; CREATE ROLE staff; GRANT selling TO staff;
${known.map((name) => `CREATE USER ${name} IDENTIFIED BY 'user-pass';`).join('')}
GRANT SELECT ON shop.* TO app@'%'; GRANT SELECT ON shop.orders TO part@'%'; GRANT staff TO shopper@'127.0.0.1';
SET DEFAULT ROLE staff FOR shopper@'127.0.0.1';
GRANT SELECT ON *.* TO global@'%'; GRANT UPDATE ON \`sh_p\`.* TO pattern@'%'; GRANT ALL ON shop.* TO asleep@'%';
GRANT ALL ON other.* TO other@'%'; GRANT ALL ON *.* TO dba@'%';
GRANT SELECT ON mysql.* TO weak@'%'; GRANT CREATE USER, CONNECTION ADMIN ON *.* TO weak@'%';`;

describeWith(mariadbPrograms, 'mariadb/access', () => {
  beforeAll(async () => {
    server = await startMariadb();
    server.sql(setUp);
  }, 60_000);
  afterAll(() => server?.stop());
  beforeEach(() => {
    server.sql(`DROP DATABASE IF EXISTS backout; ${known.map((name) => `ALTER USER ${name} ACCOUNT UNLOCK;`).join('')}
      ALTER USER asleep@'%' ACCOUNT LOCK;`);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.kill('SIGKILL');
    for (const user of ['app', 'other', 'dba', 'shopper']) server.sql(`KILL HARD USER ${user}`);
  });

  const given = (access: string, more: JsonObject = {}): JsonObject => ({
    ...server.login,
    access,
    database: 'shop',
    ...more,
  });
  const close = (more: JsonObject = {}, key = 'run1-close-1') => perform(adapter, given('closed', more), { key });
  const open = (more: JsonObject = {}) => perform(adapter, given('open', more), { key: 'run1-open-1' });
  const locked = () =>
    server
      .sql(
        "SELECT CONCAT(User, '@', Host) FROM mysql.global_priv WHERE JSON_VALUE(Priv, '$.account_locked') AND User <> 'mariadb.sys' ORDER BY 1",
      )
      .split('\n');
  const marker = () => server.sql('SELECT document FROM backout.access');
  const shut = ['app@%', 'asleep@%', 'global@%', 'part@%', 'pattern@%', 'shopper@127.0.0.1'];
  const opened = ['asleep@%'];

  const sessionOf = async (user: string, database = 'shop') => {
    const to = ['--no-defaults', '--protocol=tcp', `--port=${server.login.port}`, '--host=127.0.0.1', `--user=${user}`];
    const argv = [...to, `--database=${database}`, '--execute=SELECT SLEEP(60)'];
    const client = spawn('mariadb', argv, { stdio: 'ignore', env: { ...process.env, MYSQL_PWD: 'user-pass' } });
    clients.push(client);
    await until(`${user} is there`, () => usersThere().includes(user));
  };
  const usersThere = () =>
    server
      .sql(
        "SELECT USER FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(60)%' AND USER <> 'root' ORDER BY 1",
      )
      .split('\n');

  test('closes to all that may reach it, in whatever way, and opens to exactly those that were let in before', async () => {
    for (const user of ['app', 'shopper']) await sessionOf(user);
    await sessionOf('other', 'other');
    expect(await close()).toMatchObject({ ok: true, outputs: { locked: '6', ended: '2' } });
    expect(locked()).toEqual(shut);
    expect(usersThere()).toEqual(['other']);
    const login = ['--no-defaults', `--socket=${server.socket}`, '--user=app', '--password=user-pass'];
    expect(() => server.sql('SELECT 1', login)).toThrow(/account is locked/);
    expect(await probe(adapter, given('closed'), {})).toBe('yes');
    expect(await probe(adapter, given('open'), {})).toBe('no');
    expect(await open()).toMatchObject({ ok: true, detail: expect.stringContaining('locked as before: asleep@%') });
    expect(locked()).toEqual(opened);
    expect(marker()).toBe('');
    expect(await probe(adapter, given('open'), {})).toBe('yes');
    expect(await probe(adapter, given('closed'), {})).toBe('no');
  });

  test('a second closing keeps what the first one found', async () => {
    await close();
    const first = marker();
    expect(await close({}, 'run2-close-1')).toMatchObject({ ok: true, outputs: { ended: '0' } });
    expect(marker()).toBe(first);
    expect(JSON.parse(first)).toMatchObject({
      adapter: 'mariadb/access',
      key: 'run1-close-1',
      previous: { locked: ['asleep@%'] },
    });
    await open();
    expect(locked()).toEqual(opened);
  });

  test('a closing that stopped after its marker, or half way, is gone on with', async () => {
    await close();
    server.sql("ALTER USER app@'%' ACCOUNT UNLOCK");
    expect(await probe(adapter, given('closed'), {})).toBe('no');
    expect(await close()).toMatchObject({ ok: true });
    expect(locked()).toEqual(shut);
    server.sql("ALTER USER part@'%' ACCOUNT UNLOCK");
    expect(await open()).toMatchObject({ ok: true });
    expect(locked()).toEqual(opened);
  });

  test('found closed without a marker, it asks what open means, and takes the answer', async () => {
    await close();
    server.sql('DELETE FROM backout.access');
    for (const access of ['closed', 'open']) {
      const found = await perform(adapter, given(access), {});
      expect(found).toMatchObject({ ok: false, class: 'error', reason: expect.stringContaining('previous: ["app@%"') });
    }
    expect(await preflight(adapter, given('closed'))).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('previous: ['),
    });
    expect(locked()).toEqual(shut);
    const previous = ['app', 'global@%', 'part@%', 'pattern', 'shopper'];
    expect(await close({ previous })).toMatchObject({ ok: true });
    expect(await open()).toMatchObject({ ok: true });
    expect(locked()).toEqual(opened);
    await close();
    server.sql('DELETE FROM backout.access');
    expect(await open({ previous })).toMatchObject({ ok: true });
    expect(locked()).toEqual(opened);
  });

  test('opening what is open says so', async () => {
    expect(await open()).toMatchObject({ ok: true, detail: expect.stringContaining('was open already') });
    expect(locked()).toEqual(opened);
  });

  test('only those named are locked, and who is excepted goes on', async () => {
    await sessionOf('app');
    expect(await close({ users: ['part', 'shopper@127.0.0.1'], except: 'app@%' })).toMatchObject({
      ok: true,
      outputs: { ended: '0' },
    });
    expect(locked()).toEqual(['asleep@%', 'part@%', 'shopper@127.0.0.1']);
    expect(usersThere()).toEqual(['app']);
    expect(await open({ users: ['part', 'shopper'] })).toMatchObject({ ok: true });
    expect(locked()).toEqual(opened);
  });

  test('an administrator at work in the database is named, and locked where that is asked for', async () => {
    await sessionOf('dba');
    const found = await close();
    expect(found).toMatchObject({ ok: false, class: 'check', reason: expect.stringContaining('dba@127.0.0.1') });
    expect(await close({ except: ['dba'] })).toMatchObject({
      ok: true,
      detail: expect.stringContaining('still let in'),
    });
    await open();
    expect(await close({ users: ['app', 'dba'] })).toMatchObject({ ok: true, outputs: { ended: '1' } });
    expect(locked()).toEqual(['app@%', 'asleep@%', 'dba@%']);
  });

  test('an account that came since the first closing is not overlooked', async () => {
    await close();
    server.sql("CREATE USER late@'%'; GRANT SELECT ON shop.* TO late@'%'");
    expect(await close()).toMatchObject({ ok: false, reason: expect.stringContaining('late@%') });
    server.sql("DROP USER late@'%'");
  });

  test.each([`'; DROP TABLE x; -- "`, 'a`b\\', '$(touch pwned) %s @ ☃'])(
    'an account may be called %s',
    async (name) => {
      const named = `\`${name.replaceAll('`', '``')}\`@'%'`;
      server.sql(`CREATE USER ${named}; GRANT SELECT ON shop.* TO ${named}`);
      expect(await close({ users: name })).toMatchObject({ ok: true });
      expect(locked()).toHaveLength(2);
      expect(await open({ users: `${name}@%` })).toMatchObject({ ok: true });
      expect(locked()).toEqual(opened);
      server.sql(`DROP USER ${named}`);
    },
  );

  test('an account that is gone is asked for, and the marker kept', async () => {
    server.sql("CREATE USER brief@'%'; GRANT SELECT ON shop.* TO brief@'%'");
    await close();
    server.sql("DROP USER brief@'%'");
    expect(await open()).toMatchObject({ ok: false, reason: expect.stringContaining('brief@% was open') });
    expect(marker()).not.toBe('');
  });

  test('the marker may be a file', async () => {
    const file = join(newFolder(), 'marker.json');
    expect(await close({ marker: file })).toMatchObject({ ok: true });
    expect(JSON.parse(readFileSync(file, 'utf8')).previous.locked).toEqual(['asleep@%']);
    expect(await open({ marker: file })).toMatchObject({ ok: true });
    expect(existsSync(file)).toBe(false);
    expect(server.sql("SHOW DATABASES LIKE 'backout'")).toBe('');
    const nowhere = { marker: '/no/such/folder/marker' };
    expect(await preflight(adapter, given('closed', nowhere))).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('`marker`'),
    });
    expect(await close(nowhere)).toMatchObject({ ok: false, reason: expect.stringContaining('Nothing was changed') });
    expect(locked()).toEqual(opened);
  });

  test('a marker that cannot be read is not taken for none', async () => {
    await close();
    server.sql("UPDATE backout.access SET document = 'x'");
    for (const access of ['closed', 'open']) {
      expect(await perform(adapter, given(access))).toMatchObject({
        ok: false,
        reason: expect.stringContaining('not JSON'),
      });
    }
    expect(locked()).toEqual(shut);
  });

  test.each<[string, JsonObject, string]>([
    ['a wrong password', { password: 'not-this-one' }, 'Access denied'],
    ['nobody there', { port: 9 }, "Can't connect"],
    ['no such database', { database: 'nosuch' }, 'no database nosuch'],
    ['no such account', { users: ['nosuch'] }, 'no account nosuch'],
    ['its own account', { users: ['admin'] }, 'that backout logs in as'],
    [
      'without PROCESS, which would see no sessions',
      { user: 'weak', password: 'user-pass' },
      'lacks the right PROCESS',
    ],
    ['nobody to lock', { database: 'mysql', except: ['global', 'weak'] }, 'No account to lock'],
  ])('%s is said before anything is changed', async (_, wrong, because) => {
    expect(await preflight(adapter, given('closed', wrong))).toMatchObject({
      ok: false,
      reason: expect.stringContaining(because),
    });
    expect(await close(wrong)).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
    expect(locked()).toEqual(opened);
    expect(server.sql("SHOW DATABASES LIKE 'backout'")).toBe('');
  });

  test('preflight says who would be locked', async () => {
    const found = await preflight(adapter, given('closed'));
    expect(found).toMatchObject({ ok: true, checked: [expect.anything(), expect.stringContaining('pattern@%')] });
  });
});

describe('who may reach a database', () => {
  test.each([
    ['shop', 'shop', true],
    ['sh_p', 'shop', true],
    ['sh\\_p', 'shop', false],
    ['sh\\_p', 'sh_p', true],
    ['s%', 'shop', true],
    ['%', 'shop', true],
    ['shop.', 'shopx', false],
  ])('the right on %s is one on %s: %s', (pattern, database, is) => {
    expect(matchesPattern(pattern, database)).toBe(is);
  });

  test('PUBLIC is everybody, and circles of roles end', () => {
    const rows = [
      ['account', 'one', '%', '0', '0', ''],
      ['account', 'PUBLIC', '', '0', '0', '1'],
      ['role', 'one', '%', 'a'],
      ['role', 'a', '', 'b'],
      ['role', 'b', '', 'a'],
    ];
    expect(reachOf(rows, 'shop')).toMatchObject([{ user: 'one', reaches: false }]);
    expect(reachOf([...rows, ['right', 'PUBLIC', '', 'shop']], 'shop')).toMatchObject([{ user: 'one', reaches: true }]);
  });

  test('a session is of the account with the most exact host', () => {
    const accounts = ['%', '10.%', '10.0.0.1'].map((host) => ({ user: 'app', host }));
    const from = (host: string) => accountFor({ id: '1', user: 'app', from: host, database: '' }, accounts)?.host;
    expect(['10.0.0.1', '10.0.0.2', '192.168.0.1'].map(from)).toEqual(['10.0.0.1', '10.%', '%']);
  });
});
