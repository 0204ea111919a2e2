/** What restic says it has restored is compared with what stands there; nothing restored is never taken for restored. */
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { faultOf, type Listing, rootOf } from '../../adapters/restic/restore/listing.ts';
import { saying } from '../../adapters/restic/restore/locks.ts';
import { meaning } from '../../adapters/restic/restore/restic.ts';
import { newFolder } from './rig/folder.ts';
import { plant } from './rig/tree.ts';

const listing: Listing = new Map([
  ['a.txt', { type: 'file', size: 5 }],
  ['deep', { type: 'dir', size: 0 }],
  ['deep/b', { type: 'file', size: 4 }],
  ['link', { type: 'symlink', size: 0 }],
  ['f\ufffdr', { type: 'file', size: 1 }],
]);

describe('a restored tree', () => {
  const restored = (): string => {
    const folder = newFolder();
    plant(folder, { 'a.txt': 'alpha', 'deep/b': 'beta' });
    symlinkSync('/no/where', join(folder, 'link'));
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xfc, 0x72])]), 'x');
    return folder;
  };
  const faults: readonly (readonly [string, (folder: string) => void, string | null])[] = [
    ['is what was listed', () => undefined, null],
    ['lacks a file', (at) => rmSync(join(at, 'deep', 'b')), '1 missing: deep/b'],
    ['has a file that is cut', (at) => writeFileSync(join(at, 'a.txt'), 'al'), '1 of another size or kind: a.txt'],
    [
      'has a folder where a file was',
      (at) => {
        rmSync(join(at, 'a.txt'));
        renameSync(join(at, 'deep'), join(at, 'a.txt'));
      },
      '2 missing: deep, deep/b; 1 of another size or kind: a.txt',
    ],
    ['is empty', (at) => rmSync(join(at), { recursive: true }) ?? plant(at, {}), '5 missing: '],
  ];

  test.each(faults)('%s', (_, change, fault) => {
    const folder = restored();
    change(folder);
    if (fault === null) expect(faultOf(folder, listing)).toBeNull();
    else expect(faultOf(folder, listing)).toContain(fault);
  });
});

describe('where a folder stands in a snapshot', () => {
  const of = (...paths: readonly string[]): Listing => new Map(paths.map((path) => [path, { type: 'dir', size: 0 }]));
  test.each([
    ['under its full path', of('/srv', '/srv/up'), '/srv/up', ['/srv/up'], '/srv/up'],
    ['under the end of it', of('/up', '/up/a'), '/srv/up', ['/srv/up'], '/up'],
    ['at the root', of('/a', '/b'), '/srv/up', ['/srv/up'], '/'],
    ['at the root, where one in it has the same name', of('/up', '/b'), '/srv/up', ['/srv/up'], '/'],
    ['a part of what was backed up', of('/up', '/up/a'), '/srv/up/a', ['/srv/up'], '/up/a'],
    ['nowhere', of('/up', '/up/a'), '/srv/up/b', ['/srv/up'], undefined],
  ])('%s', (_, all, path, backedUp, root) => {
    expect(rootOf(all, path, backedUp)).toBe(root);
  });
});

describe('a lock that keeps a restore out', () => {
  const lock = { time: '2026-11-22T03:00:00.5Z', exclusive: true, username: 'root', pid: process.pid };
  const now = Date.parse('2026-11-22T03:10:00Z');
  test.each([
    ['of a process that lives here', { ...lock, hostname: hostname() }, now, 'Wait'],
    ['of a process that is gone', { ...lock, hostname: hostname(), pid: 4_194_305 }, now, 'restic unlock'],
    ['of another host', { ...lock, hostname: 'backup1' }, now, 'Wait'],
    ['of another host, long not refreshed', { ...lock, hostname: 'backup1' }, now + 3_600_000, 'restic unlock'],
  ])('%s', (_, held, at, remedy) => {
    expect(saying(held, at)).toMatchObject({
      reason: expect.stringContaining(`process ${held.pid} of root on ${held.hostname} since 2026-11-22T03:00:00`),
      remedy: expect.stringContaining(remedy),
    });
  });
});

test.each([
  ['unable to create lock in backend: repository is already locked exclusively by PID 1', 'locked by another restic'],
  ['Fatal: write /x: no space left on device', 'the disk is full'],
  ['Fatal: Get "http://h/": dial tcp: lookup h: no such host', 'it cannot be reached'],
  ['Fatal: something new', 'restic: Fatal: something new'],
])('%s', (stderr, reason) => {
  expect(meaning(stderr, '/backup').reason).toContain(reason);
});
