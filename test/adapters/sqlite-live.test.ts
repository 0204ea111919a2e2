/** Into a live database: who has it open sees the old rows, and then the restored ones. */
import { rmSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { adapter } from '../../adapters/sqlite/restore/index.ts';
import { holder, integrity, type JournalMode, makeDatabase, said, summarySql } from './rig/database.ts';
import { key, live, scene } from './rig/database-scene.ts';
import { probe, workInPlace } from './rig/step.ts';

jest.setTimeout(60_000);

describe('into: live', () => {
  test.each<JournalMode>(['wal', 'delete'])('who has it open sees the restored rows (%s)', async (mode) => {
    const { folder, database, old } = scene(mode);
    const service = await holder(database);
    expect(await workInPlace(adapter, live, folder)).toMatchObject({
      code: 0,
      stderr: '',
      outputs: { integrity: 'ok', old },
    });
    expect(await service.ask(summarySql)).toBe('500 good');
    expect(await service.ask("INSERT INTO orders (note) VALUES ('new') RETURNING id")).toBe(501);
    expect(await service.ask('PRAGMA journal_mode')).toBe(mode);
    expect(said(old)).toBe('20 bad');
    expect(await probe(adapter, live, { folder })).toBe('no');
    await service.leave();
    expect([said(database), integrity(database)]).toEqual(['501 good,new', 'ok']);
  });

  test('a reader in the middle of its transaction keeps what it sees, and then sees the restored rows', async () => {
    const { folder, database } = scene('wal');
    const service = await holder(database);
    await service.ask('BEGIN');
    expect(await service.ask(summarySql)).toBe('20 bad');
    expect(await workInPlace(adapter, live, folder)).toMatchObject({ code: 0 });
    expect(await service.ask(summarySql)).toBe('20 bad');
    await service.ask('COMMIT');
    expect(await service.ask(summarySql)).toBe('500 good');
  });

  test("waits for another's lock, and goes on when it is gone", async () => {
    const { folder, database } = scene('wal');
    const service = await holder(database);
    await service.ask('BEGIN IMMEDIATE');
    const locked = Promise.withResolvers<void>();
    const running = workInPlace(adapter, live, folder, key, (output) => {
      if (output.includes('is locked by another transaction')) locked.resolve();
    });
    await locked.promise;
    await service.ask("UPDATE orders SET note = 'worse'");
    await service.ask('COMMIT');
    expect(await running).toMatchObject({ code: 0 });
    expect(await service.ask(summarySql)).toBe('500 good');
  });

  test('a live WAL database of another page size is refused with what helps', async () => {
    const { folder, backup, database } = scene('wal');
    rmSync(backup);
    makeDatabase(backup, 500, 'good', 'delete', 8_192);
    const service = await holder(database);
    expect(await workInPlace(adapter, live, folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another page size'),
    });
    expect(await service.ask(summarySql)).toBe('20 bad');
  });

  test('a repeat with the same key keeps the old rows that the first one kept', async () => {
    const { folder, database, old } = scene('wal');
    await workInPlace(adapter, live, folder);
    expect(await workInPlace(adapter, live, folder)).toMatchObject({ code: 0 });
    expect([said(database), said(old)]).toEqual(['500 good', '20 bad']);
    expect(await probe(adapter, live, { folder })).toBe('yes');
  });
});
