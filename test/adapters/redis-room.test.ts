/** `redis/restore` and the folder of the old data: is there room? Against a real Redis server. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { adapter as tested } from '../../adapters/redis/restore/index.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type RedisServer, redisPrograms, startRedis } from '../rig/servers/redis.ts';
import { newFolder } from './rig/folder.ts';
import { onSmallDisk } from './rig/small-disk.ts';
import { preflight } from './rig/step.ts';

const adapter: Adapter = tested;
let live: RedisServer;
let folder: string;

describeWith(redisPrograms, 'redis/restore and the room for the old data', () => {
  beforeAll(async () => {
    live = await startRedis();
    live.pipe(Array.from({ length: 50 }, (_, n) => `SET key:${n} ${randomBytes(500).toString('hex')}`));
    live.cli('SAVE');
  });
  beforeEach(() => {
    folder = newFolder();
    copyFileSync(join(live.folder, 'dump.rdb'), join(folder, 'backup.rdb'));
  });
  afterAll(() => live?.stop());

  const given = (keepIn: string) => ({ ...live.login, backup: 'backup.rdb', keepIn });

  test('a folder that is too full for the old data is found before the run', async () => {
    const shown = await onSmallDisk(16, async (disk) => {
      writeFileSync(join(disk, 'full'), Buffer.alloc(12 * 1_024));
      expect(await preflight(adapter, given(disk), folder)).toMatchObject({
        ok: false,
        reason: expect.stringMatching(
          /^The old data of .* cannot be kept: .* has 4\.0 KiB free, .* are needed \(an estimate\)$/,
        ),
      });
    });
    if (!shown) process.stderr.write('Not shown: this user may not mount a small disk.\n');
  });

  test('a folder with room is said to have it', async () => {
    expect(await preflight(adapter, given('.'), folder)).toMatchObject({
      ok: true,
      checked: expect.arrayContaining([expect.stringMatching(/has room for the old data, about/)]),
    });
  });
});
