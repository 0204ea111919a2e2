/**
 * Who may log in, measured by logins. Planted faults that were caught: CONNECT is not taken away, sessions are not
 * ended, a second closing overwrites the marker, limits are not put back, what was put back is not proven.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { adapter } from '../../adapters/postgres/access/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { describeWith, path } from '../rig/servers/needs.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../rig/servers/postgres.ts';
import { perform as performIn, preflight as preflightIn, probe as probeIn } from './rig/step.ts';

const hostile = `we"ird'; drop --x \\ :y ü`;
const quoted = `"${hostile.replaceAll('"', '""')}"`;

jest.setTimeout(60_000);

describeWith(postgresPrograms, 'postgres/access', () => {
  let server: Postgres;
  let database: string;
  let count = 0;

  beforeAll(async () => {
    server = await startPostgres();
    process.env.PATH = server.env.PATH;
    server.sql(
      'postgres',
      "CREATE ROLE app LOGIN PASSWORD 'app-secret'; CREATE ROLE admin LOGIN PASSWORD 'admin-secret'",
    );
    server.sql(
      'postgres',
      "CREATE ROLE boss LOGIN PASSWORD 'boss-secret' CREATEDB; CREATE ROLE reader; GRANT reader TO app",
    );
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    count += 1;
    database = `shop${count}`;
    server.sql('postgres', `CREATE DATABASE ${database} OWNER boss`);
  });

  const perform = (given: JsonObject, more: Partial<AdapterContext> = {}) => performIn(adapter, given, more);
  const preflight = (given: JsonObject) => preflightIn(adapter, given);
  const probe = (given: JsonObject) => probeIn(adapter, given, {});

  const closed = (more: JsonObject = {}) => ({ ...server.login, access: 'closed', database, ...more });
  const opened = (more: JsonObject = {}) => ({ ...server.login, access: 'open', database, ...more });

  /** All that access is, but for the order in which privileges stand. */
  const accessTo = (name = database) =>
    server.sql(
      'postgres',
      `SELECT datallowconn, datconnlimit, shobj_description(oid, 'pg_database'),
        ARRAY(SELECT x::text FROM unnest(coalesce(datacl, acldefault('d', datdba))) x ORDER BY 1)
       FROM pg_database WHERE datname = '${name.replaceAll("'", "''")}'`,
    );
  const login = (user: string, name = database): string => {
    try {
      return server
        .run('psql', ['-XAtc', 'SELECT current_user', name], { PGUSER: user, PGPASSWORD: `${user}-secret` })
        .trim();
    } catch (error) {
      return String(error).split('FATAL:  ')[1]?.split('\n')[0] ?? String(error);
    }
  };
  /** A session that stays until it is ended; resolves once it is in. */
  const session = async (user: string): Promise<{ readonly ended: Promise<unknown> }> => {
    const env = { ...server.env, PGUSER: user, PGPASSWORD: user === 'postgres' ? server.password : `${user}-secret` };
    const child = spawn(path('psql'), ['-XAtq', database], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    child.stdin.on('error', () => undefined).write("SELECT 'in';\n");
    await once(child.stdout, 'data');
    child.stdin.write('SELECT pg_sleep(60);\n');
    child.stdin.end();
    return { ended };
  };

  test('refuses whom it let in, ends their sessions, and puts back exactly what was there', async () => {
    server.sql(
      'postgres',
      `COMMENT ON DATABASE ${database} IS 'The shop''s own'; ALTER DATABASE ${database} CONNECTION LIMIT 17`,
    );
    server.sql('postgres', `GRANT CREATE, CONNECT ON DATABASE ${database} TO admin WITH GRANT OPTION`);
    server.sql('postgres', `SET ROLE admin; GRANT CONNECT ON DATABASE ${database} TO reader`);
    const before = accessTo();
    const sessions = await Promise.all([session('app'), session('app')]);
    expect(await preflight(closed())).toMatchObject({ ok: true, uncovered: null });
    expect(await probe(closed())).toBe('no');
    expect(await perform(closed())).toMatchObject({
      ok: true,
      detail: `${database} is closed; 2 sessions ended; can still log in: postgres (superuser)`,
      outputs: { ended: '2', access: 'closed' },
    });
    await Promise.all(sessions.map(({ ended }) => ended));
    for (const user of ['app', 'admin', 'boss'])
      expect(login(user)).toBe(`permission denied for database "${database}"`);
    expect(await probe(closed())).toBe('yes');
    expect(await probe(opened())).toBe('no');
    expect(await perform(opened())).toMatchObject({
      ok: true,
      detail: `${database} is open, as it was before`,
    });
    expect(accessTo()).toBe(before);
    expect(login('app')).toBe('app');
    expect(await probe(opened())).toBe('yes');
  });

  test('lets in the role that is excepted, keeps its session, and names who is in', async () => {
    const before = accessTo();
    const [app, admin] = await Promise.all([session('app'), session('admin')]);
    expect(await perform(closed({ except: 'admin' }))).toMatchObject({
      ok: true,
      detail: `${database} is closed; 1 session ended; can still log in: admin, postgres (superuser); still in it: admin from 127.0.0.1 (psql)`,
    });
    await app.ended;
    expect([login('admin'), login('app')]).toEqual(['admin', `permission denied for database "${database}"`]);
    server.sql('postgres', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`);
    await admin.ended;
    await perform(opened());
    expect(accessTo()).toBe(before);
  });

  test('a second closing, by another attempt, keeps the marker of the first', async () => {
    const before = accessTo();
    await perform(closed(), { key: 'run1-close-1' });
    const note = accessTo();
    expect(note).toContain('run1-close-1');
    server.sql('postgres', `GRANT CONNECT ON DATABASE ${database} TO app`);
    expect(await perform(closed(), { key: 'run2-close-1' })).toMatchObject({ ok: true });
    expect(accessTo()).toBe(note);
    expect(login('app')).toContain('permission denied');
    await perform(opened());
    expect(accessTo()).toBe(before);
  });

  test('opening what is open does nothing, and says so', async () => {
    const before = accessTo();
    expect(await perform(opened())).toMatchObject({
      ok: true,
      detail: `${database} was open already: nothing was done`,
    });
    expect(accessTo()).toBe(before);
  });

  test.each([
    ['REVOKE CONNECT ON DATABASE x FROM PUBLIC, boss', 'no ordinary role has the privilege CONNECT'],
    ['ALTER DATABASE x ALLOW_CONNECTIONS false', 'it allows no connections'],
    ['ALTER DATABASE x CONNECTION LIMIT 0', 'its connection limit is 0'],
  ])('closed by somebody else (%s): asks what open means', async (how, why) => {
    server.sql('postgres', how.replace(' x ', ` ${database} `));
    const found = accessTo();
    for (const given of [closed(), opened()]) {
      expect(await perform(given)).toMatchObject({
        ok: false,
        class: 'error',
        reason: expect.stringContaining(
          `${database} is closed (${why}), and no marker says how it was before. Say what open means: \`previous: { connect: [public] }\``,
        ),
      });
    }
    expect(await preflight(closed())).toMatchObject({ ok: false });
    expect(accessTo()).toBe(found);
    const previous = { connect: ['public', 'boss'], connectionLimit: 5 };
    expect(await perform(opened({ previous }))).toMatchObject({ ok: true });
    expect([login('app'), login('boss')]).toEqual(['app', 'boss']);
    expect(accessTo()).toContain('t|5|');
  });

  test('closed by hand, which leaves the owner in: is no open access', async () => {
    server.sql('postgres', `GRANT CONNECT ON DATABASE ${database} TO app, reader`);
    server.sql('postgres', `REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC, app, reader`);
    const found = accessTo();
    expect([login('boss'), login('app')]).toEqual(['boss', `permission denied for database "${database}"`]);
    const reason = `${database} is closed (nobody but its owner boss and superusers can log in), and no marker says how it was before`;
    const remedy =
      'Say what open means: `previous: { connect: [public] }` for everybody, `previous: { connect: [boss] }` if it is open as it is now, or the roles by name; `connectionLimit: N` where there was a limit.';
    expect(await preflight(closed())).toMatchObject({ ok: false, reason: expect.stringContaining(reason), remedy });
    expect(await perform(closed())).toMatchObject({
      ok: false,
      class: 'error',
      reason: expect.stringContaining(`${reason}. ${remedy}`),
    });
    expect(accessTo()).toBe(found);
    expect(await perform(opened())).toMatchObject({
      ok: true,
      detail: `${database} was open already: nothing was done; but only its owner boss and superusers can log in`,
    });
    const previous = { connect: ['boss', 'app'] };
    expect(await preflight(closed({ previous }))).toMatchObject({ ok: true });
    expect(await perform(closed({ previous }))).toMatchObject({ ok: true });
    expect(login('boss')).toContain('permission denied');
    expect(await perform(opened())).toMatchObject({ ok: true, detail: `${database} is open, as it was before` });
    expect([login('boss'), login('app')]).toEqual(['boss', 'app']);
  });

  test('a database that only its owner uses is open when the playbook says so', async () => {
    server.sql('postgres', `REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC; GRANT pg_signal_backend TO boss`);
    const found = accessTo();
    const boss = { user: 'boss', password: 'boss-secret' };
    expect(await perform(closed(boss))).toMatchObject({ ok: false });
    expect(await perform(closed({ ...boss, previous: { connect: 'boss' } }))).toMatchObject({ ok: true });
    expect(await probe(opened(boss))).toBe('no');
    expect(await perform(opened(boss))).toMatchObject({ ok: true });
    expect(await probe(opened(boss))).toBe('yes');
    expect(await perform(opened(boss))).toMatchObject({ ok: true });
    expect(accessTo()).toBe(found);
    server.sql('postgres', 'REVOKE pg_signal_backend FROM boss');
  });

  test.each([
    ['a role by name', 'GRANT CONNECT ON DATABASE x TO app'],
    ['a group of a role', 'GRANT CONNECT ON DATABASE x TO reader'],
  ])('open to %s is open', async (_, how) => {
    server.sql('postgres', `REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC`);
    server.sql('postgres', how.replace(' x ', ` ${database} `));
    const before = accessTo();
    expect(await preflight(closed())).toMatchObject({ ok: true });
    expect(await perform(closed())).toMatchObject({ ok: true });
    expect(await perform(opened())).toMatchObject({ ok: true });
    expect(accessTo()).toBe(before);
  });

  test('closed by somebody else and told what open means, it keeps that in its marker', async () => {
    server.sql('postgres', `REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC, boss`);
    expect(await perform(closed({ previous: { connect: 'app' } }))).toMatchObject({ ok: true });
    expect(await perform(opened())).toMatchObject({ ok: true });
    expect([login('app'), login('admin')]).toEqual(['app', `permission denied for database "${database}"`]);
  });

  test('an owner who is no superuser may close, if he may end sessions', async () => {
    const before = accessTo();
    const boss = { user: 'boss', password: 'boss-secret' };
    expect(await preflight(closed(boss))).toMatchObject({
      ok: false,
      remedy: 'GRANT pg_signal_backend TO boss;',
    });
    server.sql('postgres', 'GRANT pg_signal_backend TO boss');
    const stays = 'boss (this login), postgres (superuser)';
    expect(await preflight(closed(boss))).toMatchObject({
      ok: true,
      checked: expect.arrayContaining([`can still log in while it is closed: ${stays}`]),
    });
    const { ended } = await session('app');
    expect(await perform(closed(boss))).toMatchObject({
      ok: true,
      detail: `${database} is closed; 1 session ended; can still log in: ${stays}`,
    });
    await ended;
    expect([login('boss'), login('app')]).toEqual(['boss', `permission denied for database "${database}"`]);
    expect(await probe(closed(boss))).toBe('yes');
    expect(await perform(closed(boss), { key: 'run1-close-2' })).toMatchObject({ ok: true });
    expect(login('boss')).toBe('boss');
    expect(await perform(opened(boss))).toMatchObject({ ok: true });
    expect(accessTo()).toBe(before);
    expect(await probe(opened(boss))).toBe('yes');
    server.sql('postgres', 'REVOKE pg_signal_backend FROM boss');
  });

  test('who would be let in with the login that closes is said before anything is changed', async () => {
    server.sql('postgres', 'GRANT pg_signal_backend TO boss; GRANT boss TO app');
    const boss = { user: 'boss', password: 'boss-secret' };
    expect(await preflight(closed(boss))).toMatchObject({
      ok: false,
      reason: 'app can log in as long as boss can, as a member of it',
    });
    expect(await preflight(closed({ ...boss, except: 'app' }))).toMatchObject({ ok: true });
    expect(await preflight(closed())).toMatchObject({ ok: true });
    expect(await perform(closed(boss))).toMatchObject({
      ok: false,
      reason: expect.stringContaining(`app can still log in to ${database}`),
    });
    server.sql('postgres', 'REVOKE boss FROM app; REVOKE pg_signal_backend FROM boss');
  });

  test('what the server did not put back is no success, and the marker stays', async () => {
    server.sql('postgres', `GRANT CONNECT ON DATABASE ${database} TO admin WITH GRANT OPTION`);
    server.sql('postgres', `SET ROLE admin; GRANT CONNECT ON DATABASE ${database} TO reader`);
    await perform(closed());
    // As if admin had lost the right to grant on: to give it to reader is a warning only.
    const note = accessTo().split('|')[2]?.replace('true', 'false') ?? '';
    expect(note).toContain('"grantee":"admin","grantor":"boss","privilege":"CONNECT","grantable":false');
    server.sql('postgres', `COMMENT ON DATABASE ${database} IS '${note.replaceAll("'", "''")}'`);
    expect(await perform(opened())).toMatchObject({
      ok: false,
      reason: expect.stringContaining(`the server did not put access to ${database} back as it was`),
    });
    expect(await probe(opened())).toBe('no');
  });

  test('a login of our own that was never possible does not hold the opening up, but is said', async () => {
    const rules = join(server.folder, 'data', 'pg_hba.conf');
    const before = readFileSync(rules, 'utf8');
    await perform(closed());
    writeFileSync(rules, `host ${database} postgres 127.0.0.1/32 reject\n${before}`);
    server.sql('postgres', 'SELECT pg_reload_conf()');
    const turned = await perform(opened());
    writeFileSync(rules, before);
    server.sql('postgres', 'SELECT pg_reload_conf()');
    expect(turned).toMatchObject({
      ok: true,
      detail: expect.stringContaining('(not proven by a login of our own: pg_hba'),
    });
    expect(login('app')).toBe('app');
  });

  test('a marker that cannot be read is not taken for none', async () => {
    await perform(closed());
    const comment = `Access is closed by backout, which needs the next line to open it again:\n{"schema`;
    server.sql('postgres', `COMMENT ON DATABASE ${database} IS '${comment}'`);
    expect(await perform(opened())).toMatchObject({
      ok: false,
      reason: expect.stringContaining('is not JSON'),
    });
    expect(await probe(closed())).toBe('unknown');
  });

  test.each<[string, JsonObject, string, string]>([
    ['a wrong password', { password: 'not-this-one' }, 'password authentication failed', '`password`'],
    ['no such database', { database: 'nosuch' }, 'there is no database nosuch', '`database`'],
    [
      'no rights',
      { user: 'admin', password: 'admin-secret' },
      'admin is neither a superuser nor the owner',
      'Log in as',
    ],
    ['no such role', { except: ['app', 'nosuch'] }, 'there is no role nosuch', '`except`'],
    ['its own database', { maintenance: 'shop' }, '', ''],
  ])('%s is said before anything is changed', async (_, more, reason, remedy) => {
    const before = accessTo();
    const given = closed(more.maintenance === undefined ? more : { maintenance: database });
    const answer = await preflight(given);
    expect(answer).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason),
      remedy: expect.stringContaining(remedy),
    });
    expect(JSON.stringify(answer)).not.toContain('not-this-one');
    if (more.maintenance === undefined) expect(await perform(given)).toMatchObject({ ok: false });
    expect(accessTo()).toBe(before);
  });

  test('a name is a name, whatever is in it', async () => {
    server.sql('postgres', `CREATE DATABASE ${quoted}`);
    const before = accessTo(hostile);
    expect(await perform(closed({ database: hostile }))).toMatchObject({ ok: true });
    expect(accessTo(hostile)).not.toBe(before);
    expect(await perform(opened({ database: hostile }))).toMatchObject({ ok: true });
    expect(accessTo(hostile)).toBe(before);
  });
});
