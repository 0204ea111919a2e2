/** What cannot be restored is refused with its name and a remedy, and the database that is in use stays as it is. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { adapter as restore } from '../../adapters/postgres/restore/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../rig/servers/postgres.ts';
import { breakShop, contentOf, databases, key, makeShop, wholeOf } from './rig/postgres-scene.ts';
import { closedPort } from './rig/servers.ts';
import { complaints, contextIn, parsed, preflight, workInPlace } from './rig/step.ts';

const adapter: Adapter = restore;

jest.setTimeout(60_000);

describeWith(postgresPrograms, 'postgres/restore refuses', () => {
  let server: Postgres;
  let dumps: string;
  let before: string;

  beforeAll(async () => {
    server = await startPostgres();
    process.env.PATH = server.env.PATH;
    dumps = join(server.folder, 'dumps');
    makeShop(server, dumps);
    breakShop(server, 'shop');
    before = wholeOf(server, 'shop');
    spoil();
  });
  afterAll(() => server.stop());

  const at = (name: string) => join(dumps, name);
  const sql = () => readFileSync(at('dump.sql'), 'utf8');

  function spoil(): void {
    const half = (name: string, to: string) => {
      cpSync(at(name), at(to));
      truncateSync(at(to), Math.floor(readFileSync(at(to)).length / 2));
    };
    half('c.dump', 'half.dump');
    half('dump.sql', 'half.sql');
    half('dump.sql.gz', 'half.sql.gz');
    half('dump.sql.zst', 'half.sql.zst');
    writeFileSync(at('empty'), '');
    writeFileSync(at('text'), 'hello\n');
    mkdirSync(at('no-dump'));
    for (const [from, to] of [
      ['folder', 'half-folder'],
      ['plain-folder', 'half-plain-folder'],
      ['plain-folder', 'lacking-folder'],
    ] as const) {
      cpSync(at(from), at(to), { recursive: true });
      const [largest = ''] = readdirSync(at(to))
        .filter((name) => name !== 'toc.dat')
        .sort((a, b) => readFileSync(join(at(to), b)).length - readFileSync(join(at(to), a)).length);
      if (to === 'lacking-folder') rmSync(join(at(to), largest));
      else truncateSync(join(at(to), largest), Math.floor(readFileSync(join(at(to), largest)).length / 2));
    }
    server.run('pg_dump', ['-Ft', '-f', at('t.tar'), 'source']);
    server.run('pg_dump', ['-C', '-f', at('create.sql'), 'source']);
    writeFileSync(at('packed.dump.gz'), gzipSync(readFileSync(at('c.dump'))));
    writeFileSync(at('cluster.sql'), server.run('pg_dumpall', []));
    writeFileSync(at('newer.sql'), sql().replace('Dumped from database version 15', 'Dumped from database version 99'));
    writeFileSync(
      at('extension.sql'),
      sql().replace('-- Name: pgcrypto; Type: EXTENSION', '-- Name: nosuch; Type: EXTENSION'),
    );
    writeFileSync(
      at('role.sql'),
      sql().replace('Type: TABLE; Schema: public; Owner: app', 'Type: TABLE; Schema: public; Owner: gone role'),
    );
    writeFileSync(at('fails.sql'), sql().replace('CREATE VIEW', 'CREATE VIOW'));
    writeFileSync(
      at('lacking.sql'),
      sql()
        .replace(/CREATE VIEW [^;]*;/, '')
        .replace(/ALTER (?:VIEW|TABLE) public.open_orders[^;]*;/, ''),
    );
  }

  const given = (archive: string, more: JsonObject = {}): JsonObject => ({
    ...server.login,
    database: 'shop',
    archive,
    dumpOf: 'source',
    ...more,
  });
  const unharmed = () => {
    expect(databases(server)).toEqual(['shop']);
    expect(contentOf(server, 'shop')).toBe('broken');
    expect(wholeOf(server, 'shop')).toBe(before);
  };

  const early: readonly (readonly [string, string, JsonObject, string, string])[] = [
    ['what is not there', 'no.dump', {}, 'no.dump: no such file or folder', '`archive`'],
    ['an empty file', 'empty', {}, 'it is empty', '`archive`'],
    ['another file', 'text', {}, 'it is no dump of pg_dump', '`archive`'],
    ['another folder', 'no-dump', {}, 'without toc.dat', '`archive`'],
    ['a tar', 't.tar', {}, 'it is a tar', '`archive`'],
    ['a dump packed twice', 'packed.dump.gz', {}, 'packed again with gzip', '`archive`'],
    ['a dump of a whole server', 'cluster.sql', {}, 'pg_dumpall', '`archive`'],
    ['half an SQL file', 'half.sql', {}, 'the end that pg_dump writes is missing', 'another dump'],
    ['half a gzip', 'half.sql.gz', {}, 'it is damaged or truncated', 'another dump'],
    ['half a zstd', 'half.sql.zst', {}, 'it is ', 'another dump'],
    ['half a data file', 'half-plain-folder', {}, 'it is truncated: the end of', 'another dump'],
    ['SQL that chooses its database', 'create.sql', {}, 'it enters a database of its own choice', 'without --create'],
    [
      'a dump of another database',
      'c.dump',
      { dumpOf: 'shop' },
      'it was made of the database source, not of shop',
      '`dumpOf: source`',
    ],
    ['another size', 'c.dump', { bytes: 7 }, 'bytes, not 7', 'another dump'],
    ['another checksum', 'c.dump', { checksum: '0'.repeat(64) }, 'it has the SHA-256', 'another dump'],
    ['a newer server', 'newer.sql', {}, 'is of PostgreSQL 99', 'of that version'],
    ['an extension that is not there', 'extension.sql', {}, 'lacks extensions that the dump needs: nosuch', 'Install'],
    ['a role that is not there', 'role.sql', {}, 'lacks roles that the dump needs: gone role', 'CREATE ROLE'],
    ['a wrong password', 'c.dump', { password: 'not-this-one' }, 'password authentication failed', '`password`'],
    [
      'a login without rights',
      'c.dump',
      { user: 'app', password: 'app-secret' },
      'The role app may not create databases',
      'CREATEDB',
    ],
    ['its own database', 'c.dump', { maintenance: 'shop' }, 'backout itself logs in to', '`maintenance`'],
    ['owners that SQL holds', 'dump.sql', { ownership: 'skip' }, 'the owners are written into its SQL', 'Leave out'],
  ];
  test.each(early)('%s, in preflight and before anything is made', async (_, archive, more, reason, remedy) => {
    const answer = await preflight(adapter, given(archive, more), dumps);
    expect(answer).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason),
      remedy: expect.stringContaining(remedy),
    });
    const ended = await workInPlace(adapter, given(archive, more), dumps, key);
    expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining(reason) });
    expect(ended.stdout).not.toContain('Restoring');
    expect(JSON.stringify([answer, ended])).not.toContain('not-this-one');
    unharmed();
  });

  const late: readonly (readonly [string, string, JsonObject, string])[] = [
    ['half an archive', 'half.dump', {}, 'end of file'],
    ['half a packed data file', 'half-folder', {}, 'could not be restored from'],
    ['a folder without one of its files', 'lacking-folder', {}, 'could not be restored from'],
  ];
  test.each(late)('%s: whole reading finds it, and so does the restore', async (_, archive, more, reason) => {
    expect(await preflight(adapter, given(archive, more), dumps)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/truncated|lacking/),
    });
    const ended = await workInPlace(adapter, given(archive, { jobs: 1, ...more }), dumps, key);
    expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining(reason) });
    expect(ended.stderr).toContain('shop was not touched.');
    expect(ended.stdout).toContain(`Removed shop_new_${key}.`);
    unharmed();
  });

  test.each<[string, string, JsonObject, string]>([
    ['fails in the middle', 'fails.sql', {}, 'syntax error at or near "VIOW"'],
    ['lacks what its list names', 'lacking.sql', {}, 'has 0 of the 1 objects of type VIEW'],
    [
      'is not as it should be',
      'c.dump',
      { proof: [{ query: 'SELECT count(*) FROM orders', expect: { min: 5000 } }] },
      'SELECT count(*) FROM orders: it says 1000, less than 5000',
    ],
  ])('a restore that %s', async (_, archive, more, reason) => {
    const ended = await workInPlace(adapter, given(archive, more), dumps, key);
    expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining(reason) });
    expect(ended.stdout).toContain(`Removed shop_new_${key}.`);
    unharmed();
  });

  test('a dump that is too old, by the date in it', async () => {
    const long = new Date(Date.now() - 3 * 86_400_000);
    utimesSync(at('dump.sql'), long, long);
    utimesSync(at('c.dump'), long, long);
    expect(await preflight(adapter, given('dump.sql', { newerThan: '2d' }), dumps)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('older than 48 h 00 min'),
    });
    expect(await preflight(adapter, given('c.dump', { newerThan: '2d' }), dumps)).toMatchObject({ ok: true });
    expect(complaints(adapter, given('c.dump', { newerThan: '2' }))).toContain('unit');
  });

  test('a missing program, before hours have gone by', async () => {
    const bin = join(server.folder, 'bin');
    mkdirSync(bin);
    const [own = ''] = server.env.PATH?.split(':') ?? [];
    for (const program of ['psql', 'pg_restore']) symlinkSync(join(own, program), join(bin, program));
    const lacking = { env: { PATH: bin } };
    const answer = await adapter.preflight(parsed(adapter, given('c.dump')), contextIn(dumps, lacking));
    expect(answer).toMatchObject({
      ok: false,
      reason: expect.stringContaining('The program vacuumdb is missing'),
      remedy: 'Install it: apt-get install postgresql-client',
    });
    const without = parsed(adapter, given('c.dump', { analyze: false }));
    expect(await adapter.preflight(without, contextIn(dumps, lacking))).toMatchObject({ ok: true });
  });

  test('a server that is not there', async () => {
    const nowhere = given('c.dump', { port: await closedPort() });
    expect(await preflight(adapter, nowhere, dumps)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('Connection refused'),
      remedy: expect.stringContaining('`port`'),
    });
    expect(await workInPlace(adapter, nowhere, dumps, key)).toMatchObject({ code: 119 });
    unharmed();
  });

  /** A disk of 40 MB for one tablespace. */
  function smallDisk(): string {
    const disk = join(server.folder, 'small');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', disk], { stdio: 'ignore' });
    const { uid, gid } = statSync(server.folder);
    mkdirSync(join(disk, 'space'));
    chownSync(join(disk, 'space'), uid, gid);
    return disk;
  }

  const mayMount = spawnSync('unshare', ['--mount', 'true']).status === 0;
  const testWithDisk = mayMount
    ? test
    : (name: string) => test.skip(`${name} (needs the right to mount)`, () => undefined);
  testWithDisk('a full disk, in preflight where that can be known and in the middle of a restore', async () => {
    const disk = smallDisk();
    try {
      server.sql('postgres', `CREATE TABLESPACE small LOCATION '${join(disk, 'space')}'`);
      server.sql('postgres', 'CREATE DATABASE large');
      server.sql('large', "CREATE TABLE t AS SELECT repeat('x', 2000) AS x FROM generate_series(1, 20000)");
      server.run('pg_dump', ['-Fc', '-f', at('large.dump'), 'large']);
      server.sql('postgres', 'DROP DATABASE large');
      server.sql('postgres', 'ALTER DATABASE shop SET TABLESPACE small');
      const large = given('large.dump', { dumpOf: 'large' });
      const full = /small\/space has .* free, .* are needed/;
      expect(await preflight(adapter, large, dumps)).toMatchObject({ ok: false, reason: expect.stringMatching(full) });
      const ended = await workInPlace(adapter, large, dumps, key);
      expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining('No space left on device') });
      expect(ended.stderr).toContain('shop was not touched. Make room on the disk of the server.');
      unharmed();
    } finally {
      server.run('psql', [
        '-c',
        'ALTER DATABASE shop SET TABLESPACE pg_default',
        '-c',
        'DROP TABLESPACE IF EXISTS small',
        'postgres',
      ]);
      execFileSync('umount', [disk]);
    }
  });
});
