/**
 * A database is put back whole or not at all, and never under the hands of those who have it open. Planted faults that
 * were caught: log files left where they are; no checkpoint; holders not looked for; the path empty for a moment.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, jest, test } from '@jest/globals';
import { adapter } from '../../adapters/sqlite/restore/index.ts';
import { placesOf } from '../../adapters/sqlite/restore/places.ts';
import { swapDatabase } from '../../adapters/sqlite/restore/swap.ts';
import { sha256 } from '../../src/kernel/sha256.ts';
import { fill, holder, integrity, type JournalMode, makeDatabase, said, summarySql } from './rig/database.ts';
import { given, key, live, scene, withUnwrittenLog } from './rig/database-scene.ts';
import { preflight, probe, runStep, workInPlace } from './rig/step.ts';
import { leftovers } from './rig/tree.ts';

jest.setTimeout(60_000);

describe('why not simply copy: a bare rename over a live WAL database', () => {
  test('shows the old rows to who has it open, and passes integrity_check', async () => {
    const { backup, database } = scene();
    const service = await holder(database);
    renameSync(backup, database);
    expect(await service.ask(summarySql)).toBe('20 bad');
    expect(await service.ask('PRAGMA integrity_check')).toBe('ok');
  });

  test('shows the old rows to everybody where the log was left behind, and passes integrity_check', () => {
    const { folder, database } = scene();
    copyFileSync(database, join(folder, 'early.db'));
    withUnwrittenLog(database);
    renameSync(join(folder, 'early.db'), database);
    expect(integrity(database)).toBe('ok');
    expect(said(database)).toBe('25 bad');
  });
});

describe('into the file', () => {
  test.each<JournalMode>(['wal', 'delete'])('restores, and keeps the old database whole (%s)', async (mode) => {
    const { folder, backup, database, old } = scene(mode);
    chmodSync(database, 0o640);
    const ended = await runStep(adapter, { ...given, checksum: sha256(readFileSync(backup)) }, folder);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.outputs).toEqual({ bytes: String(statSync(backup).size), integrity: 'ok', old });
    expect((statSync(database).mode & 0o777).toString(8)).toBe('640');
    expect([said(database), said(old)]).toEqual(['500 good', '20 bad']);
    expect(leftovers(folder)).toEqual(['.shop.db.backout-old-run1-step-1']);
  });

  test('rows that stood only in the log are kept with the old database, and do not reach the new one', async () => {
    const { folder, database, old } = scene();
    withUnwrittenLog(database);
    expect(await workInPlace(adapter, given, folder)).toMatchObject({ code: 0, stderr: '' });
    expect(leftovers(folder)).not.toContain('.shop.db.backout-old-run1-step-1-wal');
    expect([said(database), said(old)]).toEqual(['500 good', '25 bad']);
  });

  test('a damaged database is moved aside as it is, its log too', async () => {
    const { folder, database, old } = scene();
    writeFileSync(database, 'this is no database'.repeat(300));
    writeFileSync(`${database}-wal`, 'old log');
    expect(await workInPlace(adapter, given, folder)).toMatchObject({ code: 0, stderr: '' });
    expect(said(database)).toBe('500 good');
    expect(readFileSync(`${old}-wal`, 'utf8')).toBe('old log');
  });

  test('where there was none', async () => {
    const { folder, database } = scene();
    rmSync(database);
    expect(await workInPlace(adapter, given, folder)).toMatchObject({ code: 0, outputs: { integrity: 'ok' } });
    expect(said(database)).toBe('500 good');
    expect(leftovers(folder)).toEqual([]);
  });

  test.each<JournalMode>(['wal', 'delete'])(
    'is refused while another process has it open, by its name (%s)',
    async (mode) => {
      const { folder, database } = scene(mode);
      const service = await holder(database);
      const ended = await workInPlace(adapter, given, folder);
      expect(ended).toMatchObject({
        code: 119,
        stderr: expect.stringContaining(`open in pid ${service.pid} (node reader.mjs)`),
      });
      expect(await preflight(adapter, given, folder)).toMatchObject({
        ok: true,
        uncovered: expect.stringContaining(`pid ${service.pid}`),
      });
      expect(await service.ask(summarySql)).toBe('20 bad');
      expect(leftovers(folder)).toEqual([]);
      await service.leave();
      expect(await workInPlace(adapter, given, folder)).toMatchObject({ code: 0 });
    },
  );
});

describe('a backup that is not sound is refused, and not changed', () => {
  const wrong: readonly (readonly [string, (backup: string) => void, string])[] = [
    ['not there', (backup) => rmSync(backup), 'no such file'],
    ['empty', (backup) => truncateSync(backup), 'no SQLite database'],
    ['another file', (backup) => writeFileSync(backup, 'x'.repeat(8_192)), 'no SQLite database'],
    ['truncated', (backup) => truncateSync(backup, 8_192), 'truncated'],
    ['truncated in a page', (backup) => truncateSync(backup, 9_000), 'truncated'],
    ['damaged inside', (backup) => scribble(backup, 4_096), 'integrity check'],
    ['with changes in a log beside it', (backup) => writeFileSync(`${backup}-wal`, 'x'), 'VACUUM INTO'],
    ['with a hot journal beside it', (backup) => writeFileSync(`${backup}-journal`, 'x'), 'VACUUM INTO'],
  ];

  test.each(wrong)('%s', async (_, spoil, because) => {
    const { folder, backup, database } = scene('delete');
    spoil(backup);
    const before = existsSync(backup) ? readFileSync(backup) : null;
    const bytes = readFileSync(database);
    expect(await preflight(adapter, given, folder)).toMatchObject({
      ok: false,
      reason: expect.stringContaining(because),
    });
    for (const input of [given, live]) {
      const ended = await workInPlace(adapter, input, folder);
      expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining(because) });
    }
    expect(readFileSync(database).equals(bytes)).toBe(true);
    expect(leftovers(folder)).toEqual([]);
    if (before !== null) expect(readFileSync(backup).equals(before)).toBe(true);
  });

  test('that is too old', async () => {
    const { folder } = scene();
    expect(await preflight(adapter, { ...given, newerThan: '1ms' }, folder)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('older than 1 ms'),
    });
    expect(await preflight(adapter, { ...given, newerThan: '1d' }, folder)).toMatchObject({ ok: true });
  });

  test('of another checksum', async () => {
    const { folder } = scene();
    const input = { ...given, checksum: '0'.repeat(64) };
    expect(await workInPlace(adapter, input, folder)).toMatchObject({
      code: 119,
      stderr: expect.stringContaining('has the SHA-256'),
    });
  });

  test('a sound one in WAL mode is read without leaving anything beside it', async () => {
    const { folder, backup } = scene();
    rmSync(backup);
    makeDatabase(backup, 500, 'good', 'wal');
    expect(await preflight(adapter, given, folder)).toMatchObject({ ok: true });
    expect(['-wal', '-shm'].filter((suffix) => existsSync(backup + suffix))).toEqual([]);
  });
});

function scribble(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes.fill(0xab, at, at + 200);
  writeFileSync(file, bytes);
}

describe('a swap that was stopped is finished by a repeat with the same key', () => {
  test.each([0, 1, 2, 3, 4])('after %d of its operations', async (count) => {
    const { folder, backup, database, old } = scene();
    withUnwrittenLog(database);
    const places = placesOf(database, key);
    copyFileSync(backup, places.fresh);
    const swap = swapDatabase(places);
    for (let n = 0; n < count; n += 1) swap.next();
    // The path is never empty: a service that starts now must not make a new database.
    expect(existsSync(database)).toBe(true);
    expect(await probe(adapter, given, { folder })).toBe(count === 4 ? 'yes' : 'no');
    expect(await workInPlace(adapter, given, folder)).toMatchObject({ code: 0, stderr: '', outputs: { old } });
    expect([said(database), said(old)]).toEqual(['500 good', '25 bad']);
    expect(leftovers(folder).filter((name) => !name.includes('-old-'))).toEqual([]);
  });

  test.each([given, live])('half-made copies of this and of earlier attempts are removed (%j)', async (input) => {
    const { folder, old } = scene();
    for (const name of ['part-run1-step-1', 'part-run1-step-1-journal', 'part-run0', 'part-run0-journal', 'new-run0']) {
      writeFileSync(join(folder, `.shop.db.backout-${name}`), 'half');
    }
    expect(await workInPlace(adapter, input, folder)).toMatchObject({ code: 0, stderr: '' });
    expect(leftovers(folder)).toEqual(['.shop.db.backout-old-run1-step-1']);
    expect(said(old)).toBe('20 bad');
  });

  test('a database that was put in the way is not overwritten', async () => {
    const { folder, backup, database } = scene();
    const places = placesOf(database, key);
    copyFileSync(backup, places.fresh);
    renameSync(database, places.old);
    makeDatabase(database, 1, 'newer');
    expect(await workInPlace(adapter, given, folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has put another'),
    });
    expect(said(database)).toBe('1 newer');
  });
});

test('probe compares what the databases say', async () => {
  const { folder, database } = scene('delete');
  expect(await probe(adapter, given, { folder })).toBe('no');
  const file = new DatabaseSync(database);
  file.exec('DELETE FROM orders');
  fill(file, 500, 'good');
  file.close();
  expect(await probe(adapter, given, { folder })).toBe('yes');
});
