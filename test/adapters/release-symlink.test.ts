/** The link goes back once, whatever is repeated; what was never finished or was backed out before is not gone back to. */
import { mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/release/symlink/index.ts';
import { recordFile } from '../../adapters/release/symlink/record.ts';
import { newFolder } from './rig/folder.ts';
import { complaints, contextIn, perform, preflight, probe } from './rig/step.ts';
import { plant } from './rig/tree.ts';

const attempt = (n: number, run = 'run1') => ({ key: `${run}.go-back.${n}` });

/** Releases 1, 2 and 3, of which 3 is current. */
function app(current = 'releases/3'): string {
  const folder = newFolder();
  plant(folder, { 'releases/1/app': 'one', 'releases/2/app': 'two', 'releases/3/app': 'three' });
  symlinkSync(current, join(folder, 'current'));
  return folder;
}
const now = (folder: string) => readlinkSync(join(folder, 'current'));
const back = (folder: string, more: object = {}, context = attempt(1)) =>
  perform(adapter, { path: folder, ...more }, context);

describe('goes back', () => {
  test('to the release before the current one, and says from where', async () => {
    const folder = app();
    expect(await probe(adapter, { path: folder }, attempt(1))).toBe('no');
    expect(await preflight(adapter, { path: folder })).toMatchObject({
      ok: true,
      checked: ['3 is current; it would go to 2'],
    });
    expect(await back(folder)).toMatchObject({ ok: true, outputs: { release: '2', previous: '3' } });
    expect(now(folder)).toBe('releases/2');
    expect(await probe(adapter, { path: folder }, attempt(1))).toBe('yes');
  });

  test('once only: neither another attempt nor another run of the same plan goes further', async () => {
    const folder = app();
    for (const context of [attempt(1), attempt(1), attempt(2), attempt(1, 'run2')]) {
      expect(await back(folder, {}, context)).toMatchObject({ ok: true, outputs: { release: '2', previous: '3' } });
      expect(now(folder)).toBe('releases/2');
    }
  });

  test('after a crash between the record and the link, to what was recorded', async () => {
    const folder = app();
    await back(folder);
    rmSync(join(folder, 'current'));
    symlinkSync('releases/3', join(folder, 'current'));
    plant(folder, { 'releases/2.5/app': 'came meanwhile' });
    expect(await probe(adapter, { path: folder }, attempt(2))).toBe('no');
    expect(await back(folder, {}, attempt(2))).toMatchObject({ ok: true, outputs: { release: '2' } });
  });

  test('past a release that was backed out of before', async () => {
    const folder = app();
    await back(folder);
    plant(folder, { 'releases/4/app': 'four' });
    rmSync(join(folder, 'current'));
    symlinkSync('releases/4', join(folder, 'current'));
    const second = await back(folder, {}, attempt(1, 'run2'));
    expect(second).toMatchObject({ ok: true, outputs: { release: '2', previous: '4' } });
    expect(second.ok && second.detail).toContain('3 is passed over: it was backed out of before');
  });

  test('by the order of version numbers, and past what was never finished', async () => {
    const folder = newFolder();
    plant(folder, { 'releases/4.9.0/REVISION': 'a', 'releases/4.10.0/x': '', 'releases/4.11.0/REVISION': 'c' });
    symlinkSync('releases/4.11.0', join(folder, 'current'));
    expect(await back(folder, { mustHold: 'REVISION' })).toMatchObject({ outputs: { release: '4.9.0' } });
  });

  test("to what Capistrano's log knows as deployed", async () => {
    const folder = app();
    const line = (n: number) => `Branch main (at abc${n}) deployed as release ${n} by deploy\n`;
    writeFileSync(join(folder, 'revisions.log'), line(1) + line(3));
    expect(await back(folder)).toMatchObject({ ok: true, outputs: { release: '1' } });
    expect(await back(folder, { to: '2' }, attempt(1, 'run2'))).toMatchObject({ ok: true, outputs: { release: '2' } });
  });

  test('to a named one, also where there is no link yet', async () => {
    const folder = app();
    expect(await back(folder, { to: '1' })).toMatchObject({ ok: true, outputs: { release: '1', previous: '3' } });
    rmSync(join(folder, 'current'));
    expect(await back(folder, { to: '3' }, attempt(1, 'run2'))).toMatchObject({ ok: true });
    expect(now(folder)).toBe('releases/3');
  });

  test.each([
    ['relative', 'releases/3', 'releases/2'],
    ['relative, roundabout', './releases/../releases/3', 'releases/2'],
  ])('with the link as it was: %s', async (_, before, after) => {
    const folder = app(before);
    await back(folder);
    expect(now(folder)).toBe(after);
  });

  test('with an absolute link into a folder of the release', async () => {
    const folder = app();
    for (const n of [1, 2, 3]) plant(folder, { [`releases/${n}/dist/x`]: '' });
    rmSync(join(folder, 'current'));
    symlinkSync(join(folder, 'releases/3/dist'), join(folder, 'current'));
    await back(folder);
    expect(now(folder)).toBe(join(folder, 'releases/2/dist'));
    rmSync(join(folder, 'releases/1/dist'), { recursive: true });
    expect(await back(folder, { to: '1' }, attempt(1, 'run2'))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('has no folder dist'),
    });
  });

  test('with the rollout halted and the bad release marked, each of them kept by a repeat', async () => {
    const folder = app();
    const asked = { halt: 'HALT', quarantine: true };
    expect(await back(folder, asked)).toMatchObject({ ok: true, outputs: { halt: join(folder, 'HALT') } });
    const said = readFileSync(join(folder, 'HALT'), 'utf8');
    expect(said).toContain('3 was backed out, 2 is current');
    expect(await back(folder, asked, attempt(2))).toMatchObject({ ok: true });
    expect(readFileSync(join(folder, 'HALT'), 'utf8')).toBe(said);
    rmSync(recordFile(join(folder, 'current')));
    expect(await back(folder, { to: '3' }, attempt(1, 'run2'))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('marked as backed out'),
    });
    rmSync(join(folder, 'HALT'));
    expect(await probe(adapter, { path: folder, ...asked }, attempt(1))).toBe('no');
  });
});

describe('refuses, and leaves the link as it was', () => {
  const wrong: readonly (readonly [string, (folder: string) => object, string])[] = [
    ['a release that is not there', () => ({ to: '9' }), 'no release 9 in'],
    ['an oldest release', (at) => repoint(at, 'releases/1'), 'no release before 1'],
    ['a link out of the releases', (at) => repoint(at, '/usr'), 'which is no release'],
    ['no link', (at) => without(join(at, 'current')), 'nothing is previous to it'],
    ['an empty release', (at) => made(join(at, 'releases/2.5'), { to: '2.5' }), 'it is empty'],
    ['no application', () => ({ path: '/no/such' }), 'no such file'],
    [
      'a folder in place of the link',
      (at) => {
        rmSync(join(at, 'current'));
        mkdirSync(join(at, 'current'));
        return {};
      },
      'is no symbolic link',
    ],
    [
      'a current release that is gone',
      (at) => {
        renameSync(join(at, 'releases/3'), join(at, 'three'));
        return {};
      },
      'is gone from',
    ],
    [
      'a record that cannot be read',
      (at) => {
        writeFileSync(recordFile(join(at, 'current')), '{');
        return {};
      },
      'backout-release.json',
    ],
  ];
  const without = (path: string) => {
    rmSync(path);
    return {};
  };
  const made = (path: string, given: object) => {
    mkdirSync(path);
    return given;
  };
  const repoint = (at: string, to: string) => {
    rmSync(join(at, 'current'));
    symlinkSync(to, join(at, 'current'));
    return {};
  };

  test.each(wrong)('%s', async (_, arrange, because) => {
    const folder = app();
    const given = { path: folder, ...arrange(folder) };
    const before = linkOf(folder);
    const looked = await preflight(adapter, given);
    expect(looked).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
    expect(await perform(adapter, given, attempt(1))).toMatchObject({
      ok: false,
      reason: expect.stringContaining(because),
    });
    expect(linkOf(folder)).toBe(before);
  });

  test('a deployment between two attempts', async () => {
    const folder = app();
    await back(folder);
    plant(folder, { 'releases/4/app': 'four' });
    rmSync(join(folder, 'current'));
    symlinkSync('releases/4', join(folder, 'current'));
    expect(await back(folder, {}, attempt(2))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('somebody has deployed since'),
    });
    expect(now(folder)).toBe('releases/4');
  });

  test('a path in place of a name', () => {
    expect(complaints(adapter, { path: 'x', to: '../etc' })).toContain('not a path');
    expect(complaints(adapter, { path: 'x', to: '..' })).toContain('the name of a release');
  });

  test('nothing is done once it is cancelled', async () => {
    const folder = app();
    expect(await adapter.perform?.({ path: folder }, contextIn('/', { signal: AbortSignal.abort() }))).toMatchObject({
      ok: false,
    });
    expect(now(folder)).toBe('releases/3');
  });
});

function linkOf(folder: string): string {
  try {
    return now(folder);
  } catch {
    return 'none';
  }
}
