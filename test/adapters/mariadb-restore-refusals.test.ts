/** Against a real MariaDB server: what is refused, and what is true of the old data then and after a kill. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { noFacts, readDump } from '../../adapters/mariadb/restore/dump-reader.ts';
import { adapter } from '../../adapters/mariadb/restore/index.ts';
import { namesFor } from '../../adapters/mariadb/restore/names.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { type Mariadb, mariadbPrograms, startMariadb } from '../rig/servers/mariadb.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { until } from '../rig/until.ts';
import { newFolder } from './rig/folder.ts';
import { dumpOptions, fill, leftIn, said, whole, writeDump } from './rig/mariadb-scene.ts';
import { contextIn, parsed, preflight, probe, workInPlace } from './rig/step.ts';

let server: Mariadb;
let dump: string;
let content: string;
const good = [500, 'good'] as const;
const bad = [20, 'bad'] as const;

describeWith(mariadbPrograms, 'mariadb/restore', () => {
  beforeAll(async () => {
    server = await startMariadb();
    dump = writeDump(server, server.folder, ...good);
    content = readFileSync(dump, 'utf8');
    server.sql(
      `CREATE DATABASE elsewhere; CREATE USER weak@'%' IDENTIFIED BY 'weak-pass'; GRANT ALL ON shop.* TO weak@'%'`,
    );
    fill(server, 'shop', ...bad);
  }, 60_000);
  afterAll(() => server?.stop());

  const given = (more: JsonObject = {}): JsonObject => ({ ...server.login, database: 'shop', archive: dump, ...more });
  const written = (name: string, text: string | Buffer): JsonObject => {
    const file = join(newFolder(), name);
    writeFileSync(file, text);
    return { archive: file };
  };
  const untouched = () => {
    expect(said(server)).toBe(whole(...bad));
    expect(leftIn(server)).toEqual([]);
  };

  describe('is refused before anything is changed', () => {
    const wrong: readonly (readonly [string, () => JsonObject, string])[] = [
      ['no dump', () => ({ archive: '/no/such.sql' }), 'no such file'],
      ['an empty one', () => written('a.sql', ''), 'is empty'],
      ['another file', () => written('a.sql', 'hello, this is no dump\n'.repeat(9)), 'is no dump'],
      ['a truncated one', () => written('a.sql', content.slice(0, -200)), 'truncated'],
      ['one cut in the middle of a line', () => written('a.sql', content.slice(0, 5_000)), 'truncated'],
      ['a truncated gzip', () => written('a.gz', gzipSync(content).subarray(0, -300)), 'unexpected end of file'],
      ['a damaged gzip', () => written('a.gz', gzipSync(content).fill(7, 900, 950)), 'Dump '],
      [
        'a dump of another database',
        () => written('a.sql', content.replace(/Database: shop/, 'Database: other')),
        'is of database other, not of shop',
      ],
      ['two dumps in one', () => written('a.sql', content + content), 'several databases'],
      [
        'a dump of several databases',
        () => written('a.sql', server.dump('--databases', 'shop', 'elsewhere')),
        'several databases: shop, elsewhere',
      ],
      ['a dump without rows', () => written('a.sql', server.dump('--no-data', 'shop')), 'made with --no-data'],
      [
        'a dump of a newer server',
        () => written('a.sql', content.replaceAll('10.11.', '99.1.')),
        'the server is older',
      ],
      ['another checksum', () => ({ checksum: '0'.repeat(64) }), 'has the SHA-256'],
      ['a dump that is too old', () => ({ newerThan: '1ms' }), 'may be 1 ms old'],
      ['a wrong password', () => ({ password: 'not-this-one' }), 'Access denied'],
      ['nobody there', () => ({ port: 9 }), "Can't connect"],
      ['no rights', () => ({ user: 'weak', password: 'weak-pass' }), 'lacks the right'],
      ["a schema of the server's own", () => ({ database: 'mysql', dumpOf: 'shop' }), "the server's own"],
    ];

    test.each(wrong)('%s', async (_, spoil, because) => {
      const input = given(spoil());
      const found = await preflight(adapter, input);
      expect(found).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
      const ended = await workInPlace(adapter, input, newFolder());
      expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining(because) });
      untouched();
    });

    test('a database into which others have foreign keys', async () => {
      server.sql('CREATE TABLE elsewhere.child (id INT, FOREIGN KEY (id) REFERENCES shop.orders (id))');
      const because = expect.stringContaining('elsewhere.child');
      expect(await preflight(adapter, given())).toMatchObject({ ok: false, reason: because });
      expect(await workInPlace(adapter, given(), newFolder())).toMatchObject({ code: 119, stderr: because });
      server.sql('DROP TABLE elsewhere.child');
      untouched();
    });

    test('a server that is read-only', async () => {
      server.sql('SET GLOBAL read_only = 1');
      expect(await preflight(adapter, given())).toMatchObject({
        ok: false,
        reason: expect.stringContaining('is read-only'),
      });
      server.sql('SET GLOBAL read_only = 0');
    });
  });

  test.each<[string, string, string]>([
    ['writes into the live database by its name', 'DELETE FROM `shop`.`orders`;', 'denied'],
    ['drops the live database', 'DROP DATABASE shop;', 'denied'],
    ['calls a shell', '\\! touch pwned', 'sandbox'],
    ['has a fault', 'INSERT INTO nosuch VALUES (1);', 'nosuch'],
    ['makes more than it tells', '/*!50001 CREATE TABLE more (id INT) */;', 'makes 5 tables, and 6'],
  ])('a dump that %s fails on its way, beside', async (_, line, because) => {
    const spoiled = written('a.sql', content.replace('\n-- Dump completed on', `\n${line}\n-- Dump completed on`));
    const ended = await workInPlace(adapter, given(spoiled), newFolder());
    expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining(because) });
    expect(ended.stderr).toContain('The old data is as it was');
    untouched();
  });

  test('a dump that does not say what is expected is not put in place', async () => {
    const proof = [{ query: 'SELECT COUNT(*) FROM orders', expect: { min: 501 } }];
    const ended = await workInPlace(adapter, given({ proof }), newFolder());
    expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining('it says 500, less than 501') });
    untouched();
  });

  test('who holds a table is named, and its database is whole again', async () => {
    const holder = spawn('mariadb', ['--no-defaults', `--socket=${server.socket}`, '--user=root', 'shop'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    holder.stdin.write('LOCK TABLES old_style READ; SELECT SLEEP(100);\n');
    await until(
      'it holds the table',
      () => server.sql("SELECT 1 FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(100)'") === '1',
    );
    const waiting = workInPlace(adapter, given(), newFolder());
    await until('the swap waits', () => renames() === '1');
    server.sql(
      `KILL QUERY ${server.sql("SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE '%RENAME TABLE%' AND USER = 'admin'")}`,
    );
    expect(await waiting).toMatchObject({ code: 1, stderr: expect.stringContaining('could not be swapped') });
    holder.kill('SIGKILL');
    untouched();
  });
  const renames = () =>
    server.sql(
      "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%RENAME TABLE%' AND USER = 'admin'",
    );

  describe('killed', () => {
    beforeEach(() => {
      server.sql('DROP DATABASE IF EXISTS backout');
      for (const name of leftIn(server)) server.sql(`DROP DATABASE IF EXISTS \`${name}\``);
      fill(server, 'shop', ...bad);
    });

    const startKilled = (killed: Adapter, key: string) => {
      const command = killed.command?.(parsed(killed, given()), contextIn('/', { key }));
      const [program = '', ...args] = command?.argv ?? [];
      const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
      child.stdin.end(command?.stdin ?? '');
      return child;
    };
    const phase = () => {
      try {
        return server.sql('SELECT phase FROM backout.restores');
      } catch {
        return '';
      }
    };
    const moments: readonly (readonly [string, () => boolean])[] = [
      ['before it has loaded', () => phase() === 'staging'],
      ['when the copy is filled', () => leftIn(server).length >= 2],
      ['when the swap is written down', () => phase() === 'swapping'],
      [
        'when the tables are swapped',
        () =>
          server.sql("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA LIKE 'shop\\_before%'") !== '0',
      ],
    ];

    test.each(moments)('%s: the tables are all old or all new, and another attempt restores', async (_, come) => {
      const child = startKilled(adapter, 'run1-step-1');
      await until('the moment', come);
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await once(child, 'close');
      const words = server.sql(
        'SELECT (SELECT word FROM shop.old_style), (SELECT name FROM shop.customers WHERE id = 1)',
      );
      expect(['bad\tbad', 'good\tgood']).toContain(words);
      const ended = await workInPlace(adapter, given(), newFolder(), 'run1-step-2');
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(said(server)).toBe(whole(...good));
      expect(leftIn(server).filter((name) => !name.includes('_before_'))).toEqual([]);
      expect(leftIn(server)).toContain('shop_before_run1-step-2');
    });

    test('between the tables and the rest: the same attempt and any other finish the swap', async () => {
      for (const key of ['run1-step-1', 'run1-step-2']) {
        await workInPlace(adapter, given(), newFolder(), 'run1-step-1');
        server.sql(`UPDATE backout.restores SET phase = 'swapping'; CREATE DATABASE \`${namesFor('shop', 'run1-step-1').staged}\`;
          USE shop; DROP VIEW big; DROP PROCEDURE say; DROP TRIGGER noted; DROP EVENT tidy`);
        expect(await probe(adapter, given(), {})).toBe('no');
        expect(await workInPlace(adapter, given(), newFolder(), key)).toMatchObject({ code: 0, stderr: '' });
        expect(said(server)).toBe(whole(...good));
        expect(leftIn(server).filter((name) => !name.includes('_before_'))).toEqual([]);
      }
    });
  });
});

const mayMount = process.getuid?.() === 0;
const describeMounting = mayMount
  ? describeWith
  : (_: readonly string[], name: string) => describe.skip(name, () => undefined);
describeMounting(mariadbPrograms, 'mariadb/restore on a full disk (mounting takes root)', () => {
  const disk = join('/tmp', `backout-full-${process.pid}`);
  let small: Mariadb | undefined;
  afterAll(async () => {
    await small?.stop();
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  test('says so, and the old data is as it was', async () => {
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=220m', 'tmpfs', disk]);
    small = await startMariadb(['--skip-log-bin'], disk);
    const big = join(newFolder(), 'big.sql');
    fill(small, 'shop', 20, 'bad');
    const rows = Array.from(
      { length: 60 },
      () => `INSERT INTO orders (customer, note) SELECT 1, REPEAT('x', 4000) FROM seq_1_to_1000;`,
    );
    const text = small
      .dump(...dumpOptions, 'shop')
      .replace('\n-- Dump completed on', `\n${rows.join('\n')}\n-- Dump completed on`);
    writeFileSync(big, text);
    const ended = await workInPlace(adapter, { ...small.login, database: 'shop', archive: big }, newFolder());
    expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining('the disk is full') });
    expect(ended.stderr).toContain('The old data is as it was');
    expect([said(small), leftIn(small)]).toEqual([whole(...bad), []]);
  }, 60_000);
});

describe('a dump is read', () => {
  const read = async (text: string, size: number) => {
    const facts = noFacts();
    const parts: Record<string, string> = { load: '', events: '', nowhere: '' };
    const bytes = Buffer.from(text);
    async function* inPieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    for await (const piece of readDump(inPieces(), facts, { from: 'shop', to: 'copy' }))
      parts[piece.to] += piece.bytes.toString();
    return { facts, parts };
  };
  const long = `INSERT INTO \`t\` VALUES (1,'${'x'.repeat(5_000)}');`;
  const lines = [
    ...['-- MariaDB dump 10.19', '-- Host: x    Database: shop', '-- Server version\t10.11.19-MariaDB', ''],
    ...[
      'CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin */;',
      'USE `shop`;',
    ],
    ...[
      'CREATE TABLE `t` (',
      '  `id` int DEFAULT nextval(`shop`.`s`),',
      '  `x` int DEFAULT nextval(`other`.`s`)',
      ');',
    ],
    ...['-- Dumping data for table `t`', 'LOCK TABLES `t` WRITE;', long, "(2,'USE mysql;');", 'UNLOCK TABLES;'],
    ...[
      'DELIMITER ;;',
      'CREATE PROCEDURE p() BEGIN',
      'USE mysql;',
      'CREATE TABLE `no` (',
      "-- Dumping events for database 'x'",
      'END ;;',
      'DELIMITER ;',
    ],
    ...[
      "-- Dumping events for database 'shop'",
      'DELIMITER ;;',
      'CREATE EVENT e DO',
      '-- Dump completed',
      'SELECT 1 ;;',
      'DELIMITER ;',
      '',
    ],
    ...["-- Dumping routines for database 'shop'", '-- Dump completed on 2026-01-02  3:04:05'],
  ];

  test.each([1, 7, 100, 1_023, 5_000, 100_000])('the same in pieces of %d bytes', async (size) => {
    const { facts, parts } = await read(lines.join('\n'), size);
    expect(facts).toMatchObject({ headers: 1, version: '10.11.19-MariaDB', tables: 1, withData: 1, complete: true });
    expect([...facts.databases]).toEqual(['shop']);
    expect([facts.charset, facts.completedAt]).toEqual([
      'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
      '2026-01-02  3:04:05',
    ]);
    expect(
      parts.nowhere
        ?.trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['CREATE', 'USE', 'LOCK', 'UNLOCK']);
    expect(parts.events).toContain('CREATE EVENT e DO\n-- Dump completed\nSELECT 1 ;;');
    expect(parts.load).toContain('DEFAULT nextval(`copy`.`s`),\n  `x` int DEFAULT nextval(`other`.`s`)');
    expect(parts.load).toContain(`${long}\n(2,'USE mysql;');\n`);
    expect(parts.load).toContain('BEGIN\nUSE mysql;\nCREATE TABLE `no` (');
  });

  test('names fit, and do not meet', () => {
    const names = namesFor('d'.repeat(64), '01JD3Z0000000000000000000A-restore-db-1');
    const others = namesFor('d'.repeat(64), '01JD3Z0000000000000000000A-restore-db-2');
    expect(Object.values(names).every((name) => name.length <= 64)).toBe(true);
    expect(new Set([...Object.values(names), ...Object.values(others)]).size).toBe(6);
    expect(namesFor('shop', 'R1')).toMatchObject({ staged: 'shop_new_r1', before: 'shop_before_r1' });
  });
});
