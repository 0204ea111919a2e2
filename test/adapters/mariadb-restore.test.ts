/** Against a real MariaDB server: what is restored, and how. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/mariadb/restore/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { type Mariadb, mariadbPrograms, startMariadb } from '../rig/servers/mariadb.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { newFolder } from './rig/folder.ts';
import { dumpOptions, fill, leftIn, said, whole, writeDump } from './rig/mariadb-scene.ts';
import { contextIn, preflight, probe, runStep, workInPlace } from './rig/step.ts';

let server: Mariadb;
let dump: string;
const old = 'shop_before_run1-step-1';
const good = [500, 'good'] as const;
const bad = [20, 'bad'] as const;

describeWith(mariadbPrograms, 'mariadb/restore', () => {
  beforeAll(async () => {
    server = await startMariadb(['--event-scheduler=ON']);
    dump = writeDump(server, server.folder, ...good);
    server.sql(`CREATE USER app@'%'; GRANT SELECT, INSERT ON shop.* TO app@'%'`);
  }, 60_000);
  afterAll(() => server?.stop());
  beforeEach(() => {
    for (const name of leftIn(server)) server.sql(`DROP DATABASE IF EXISTS \`${name}\``);
    server.sql('DROP DATABASE IF EXISTS backout');
    fill(server, 'shop', ...bad);
  });

  const given = (more: JsonObject = {}): JsonObject => ({ ...server.login, database: 'shop', archive: dump, ...more });
  const proof = [
    { query: 'SELECT COUNT(*) FROM orders', expect: { equals: 500 } },
    { query: 'SELECT 1 FROM big', expect: { rows: { min: 500 } } },
  ];

  test('puts everything back, and keeps the old database whole in a schema of its own', async () => {
    server.sql("GRANT EXECUTE ON PROCEDURE shop.say TO app@'%'; GRANT SELECT ON shop.big TO app@'%'");
    const grants = server.sql("SHOW GRANTS FOR app@'%'");
    const folder = newFolder();
    expect(await probe(adapter, given(), {})).toBe('no');
    const ended = await runStep(adapter, given({ proof }), folder);
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { tables: '5', old } });
    expect(said(server)).toBe(whole(...good));
    expect(said(server, old)).toBe(whole(...bad).replace(/bad$/, 'NULL'));
    expect(leftIn(server)).toEqual([old]);
    expect(server.sql("SHOW GRANTS FOR app@'%'")).toBe(grants);
    expect(server.sql('CALL shop.say()')).toBe('good');
    expect(await probe(adapter, given(), {})).toBe('yes');
    expect(server.sql('SELECT document FROM backout.restores')).toContain('EVENT `tidy`');
  });

  test('what it restored works: keys, triggers, sequences, full text', async () => {
    await workInPlace(adapter, given(), newFolder());
    expect(() => server.sql('INSERT INTO shop.orders (customer) VALUES (99)')).toThrow(/REFERENCES .customers./);
    server.sql("INSERT INTO shop.orders (customer, note) VALUES (1, 'new')");
    expect(server.sql("SELECT COUNT(*) FROM shop.audit WHERE what LIKE 'good order %' AND id >= 5000")).toBe('1');
    expect(server.sql("SELECT COUNT(*) FROM shop.customers WHERE MATCH (name) AGAINST ('good')")).toBe('1');
    expect(server.sql(`SELECT COUNT(*) FROM \`${old}\`.orders`)).toBe('20');
    expect(() => server.sql(`INSERT INTO \`${old}\`.orders (customer) VALUES (99)`)).toThrow(/REFERENCES/);
  });

  test.each([
    ['gzip', (file: string) => writeFileSync(`${file}.gz`, gzipSync(readFileSync(file))), '.gz'],
    ['zstd', (file: string) => execFileSync('zstd', ['-qf', file, '-o', `${file}.zst`]), '.zst'],
  ])('a dump packed by %s', async (_, pack, suffix) => {
    pack(dump);
    expect(await preflight(adapter, given({ archive: dump + suffix }))).toMatchObject({ ok: true });
    expect(await workInPlace(adapter, given({ archive: dump + suffix }), newFolder())).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(said(server)).toBe(whole(...good));
  });

  test('where there was none, and without keeping the old', async () => {
    server.sql('DROP DATABASE shop');
    expect(await preflight(adapter, given())).toMatchObject({
      ok: true,
      uncovered: expect.stringContaining('will be made'),
    });
    expect(await workInPlace(adapter, given(), newFolder())).toMatchObject({
      code: 0,
      stderr: '',
      outputs: { tables: '5' },
    });
    expect([said(server), leftIn(server)]).toEqual([whole(...good), []]);
    const again = await workInPlace(adapter, given({ keepOld: false }), newFolder(), 'run2-step-1');
    expect(again).toMatchObject({ code: 0, outputs: { tables: '5' } });
    expect(leftIn(server)).toEqual([]);
  });

  test('a dump that names its database is loaded beside all the same, and may be of another name', async () => {
    fill(server, 'shop_2025', 500, 'good');
    const file = join(newFolder(), 'named.sql');
    writeFileSync(file, server.dump(...dumpOptions, '--add-drop-database', '--databases', 'shop_2025'));
    expect(await preflight(adapter, given({ archive: file }))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('is of database shop_2025, not of shop'),
    });
    const from = { archive: file, dumpOf: 'shop_2025' };
    server.sql('DELETE FROM shop_2025.old_style');
    const ended = await workInPlace(adapter, given(from), newFolder());
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(said(server)).toBe(whole(...good));
    expect(server.sql('SELECT COUNT(*) FROM shop_2025.old_style')).toBe('0');
  });

  test('a database that is damaged is put back too', async () => {
    server.sql('DROP TABLE shop.customers, shop.old_style', [
      '--no-defaults',
      `--socket=${server.socket}`,
      '--user=root',
      '--init-command=SET foreign_key_checks=0',
    ]);
    const ended = await workInPlace(adapter, given(), newFolder());
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(said(server)).toBe(whole(...good));
    expect(ended.stdout).toContain('Not all of the old views');
  });

  test('a late backout hears what the queries of the playbook count since the dump was made', async () => {
    server.sql(`CREATE TABLE shop.visits (at DATETIME, of TIMESTAMP);
      INSERT INTO shop.visits VALUES (NOW() + INTERVAL 2 SECOND, NOW() + INTERVAL 2 SECOND), (NOW() - INTERVAL 1 DAY, NOW() - INTERVAL 1 DAY)`);
    const writtenSince = {
      visits: 'SELECT COUNT(*) FROM visits WHERE at > :made',
      times: 'SELECT COUNT(*) FROM visits WHERE of > :made',
      carts: 'SELECT COUNT(*) FROM carts',
      rows: 'INSERT INTO visits (at) VALUES (NOW())',
    };
    const asked = adapter.input['~standard'].validate(given({ writtenSince }));
    const said = await adapter.writtenSince?.((asked as { value: never }).value, contextIn(newFolder()));
    expect(said).toMatch(
      /^written since its dump of \d{4}-\S+Z: 1 visits, 1 times, carts: not known \(.*carts' doesn't exist.*\), rows: not known \(.*READ ONLY.*\)$/s,
    );
    expect(server.sql('SELECT COUNT(*) FROM shop.visits')).toBe('2');
  });

  test('a repeat with the same key does not restore again', async () => {
    await workInPlace(adapter, given(), newFolder());
    server.sql("UPDATE shop.old_style SET word = 'kept'");
    const again = await workInPlace(adapter, given(), newFolder());
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('already restored'), outputs: { old } });
    expect(server.sql('SELECT word FROM shop.old_style')).toBe('kept');
  });
});
