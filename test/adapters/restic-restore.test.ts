/** Files come back from a real repository: whole, single, or only what is missing; and never a guess at which snapshot. */
import { chmodSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { adapter } from '../../adapters/restic/restore/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type Repository, resticRepository } from '../rig/servers/restic.ts';
import { newFolder } from './rig/folder.ts';
import { preflight, probe, runStep, workInPlace } from './rig/step.ts';
import { harvest, leftovers, plant } from './rig/tree.ts';

jest.setTimeout(60_000);

const good = { 'a.txt': 'alpha', 'deep/er/b.txt': 'beta', 'with [x]*?/ü\nnew': 'gamma', empty: '' };
const damaged = { 'a.txt': 'newer', 'junk.txt': 'junk' };
const key = 'run1.put-back.1';

interface Scene {
  readonly folder: string;
  readonly repository: Repository;
  /** What every step of the scene has in common. */
  readonly given: JsonObject;
}

/** A backup of `uploads` as it was good, and `uploads` as it is now. */
function scene(): Scene {
  const folder = newFolder();
  const repository = resticRepository(join(folder, 'repository'));
  plant(join(folder, 'uploads'), good);
  chmodSync(join(folder, 'uploads'), 0o751);
  repository.backup(folder, join(folder, 'uploads'), { host: 'web1', tag: 'nightly' });
  rmSync(join(folder, 'uploads'), { recursive: true });
  plant(join(folder, 'uploads'), damaged);
  return { folder, repository, given: { repository: 'repository', password: repository.password, target: 'uploads' } };
}
const uploads = ({ folder }: Scene) => harvest(join(folder, 'uploads'));

describeWith(['restic'], 'restic/restore', () => {
  test('puts a folder back, and keeps the old one', async () => {
    const at = scene();
    const looked = await preflight(adapter, { ...at.given, check: 'structure', minFiles: 4 }, at.folder);
    expect(looked).toMatchObject({
      ok: true,
      checked: [expect.stringContaining('4 files (14 bytes)'), expect.anything()],
    });
    expect(await probe(adapter, at.given, { folder: at.folder, key })).toBe('no');
    const ended = await runStep(adapter, { ...at.given, check: 'data', newerThan: '26h' }, at.folder, key);
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { files: '4', bytes: '14' } });
    expect(ended.outputs.snapshot).toMatch(/^[0-9a-f]{8}$/);
    expect(uploads(at)).toEqual(good);
    expect((statSync(join(at.folder, 'uploads')).mode & 0o777).toString(8)).toBe('751');
    expect(harvest(String(ended.outputs.old))).toEqual(damaged);
    expect(leftovers(at.folder)).toHaveLength(1);
    expect(await probe(adapter, at.given, { folder: at.folder, key })).toBe('yes');
    expect(`${ended.stdout}${ended.stderr}`).not.toContain(at.repository.password);
    expect(await runStep(adapter, at.given, at.folder, key)).toMatchObject({ code: 0, stderr: '' });
  });

  test('puts back only what is missing: a newer file is left as it is', async () => {
    const at = scene();
    const given = { ...at.given, missingOnly: true };
    expect(await preflight(adapter, given, at.folder)).toMatchObject({ ok: true });
    expect(await probe(adapter, given, { folder: at.folder, key })).toBe('no');
    const ended = await workInPlace(adapter, given, at.folder, key);
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { restored: '3', kept: '1' } });
    expect(uploads(at)).toEqual({ ...good, ...damaged });
    expect(leftovers(at.folder)).toEqual([]);
    expect(await probe(adapter, given, { folder: at.folder, key })).toBe('yes');
    expect(await workInPlace(adapter, given, at.folder, key)).toMatchObject({ outputs: { restored: '0', kept: '4' } });
  });

  test('never writes through a link that stands where a folder was', async () => {
    const at = scene();
    plant(join(at.folder, 'elsewhere'), {});
    symlinkSync(join(at.folder, 'elsewhere'), join(at.folder, 'uploads', 'deep'));
    const filled = await workInPlace(adapter, { ...at.given, missingOnly: true }, at.folder, key);
    expect(filled).toMatchObject({ code: 1, stderr: expect.stringContaining('uploads/deep was not put back') });
    const replaced = await workInPlace(adapter, { ...at.given, include: 'deep/er/b.txt' }, at.folder, 'run2.x.1');
    expect(replaced).toMatchObject({ code: 1, stderr: expect.stringContaining('is a symbolic link') });
    expect(harvest(join(at.folder, 'elsewhere'))).toEqual({});
  });

  test('puts single paths back, keeps what they replace, and is finished by a repeat', async () => {
    const at = scene();
    const given = { ...at.given, include: ['a.txt', 'with [x]*?'] };
    const ended = await workInPlace(adapter, given, at.folder, key);
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { restored: '2' } });
    expect(uploads(at)).toEqual({ ...damaged, 'a.txt': 'alpha', 'with [x]*?/ü\nnew': 'gamma' });
    expect(harvest(String(ended.outputs.old))).toEqual({ 'a.txt': 'newer' });
    // As if it had been killed after the first of its two paths.
    const fresh = String(ended.outputs.old).replace('-old-', '-new-');
    plant(fresh, {});
    renameSync(join(at.folder, 'uploads', 'with [x]*?'), join(fresh, 'with [x]*?'));
    expect(await probe(adapter, given, { folder: at.folder, key })).toBe('no');
    expect(await workInPlace(adapter, given, at.folder, key)).toMatchObject({ code: 0, stderr: '' });
    expect(uploads(at)).toMatchObject({ 'a.txt': 'alpha', 'with [x]*?/ü\nnew': 'gamma' });
    expect(harvest(String(ended.outputs.old))).toEqual({ 'a.txt': 'newer' });
    expect(leftovers(at.folder)).toHaveLength(1);
  });

  test('takes the snapshot that is meant: by time, of a relative path, of the folder itself', async () => {
    const at = scene();
    const { folder, repository } = at;
    const older = newFolder();
    plant(join(older, 'uploads'), { 'old.txt': 'older' });
    repository.backup(older, 'uploads', { host: 'web1', tag: 'relative', time: '2026-01-02 03:04:05' });
    repository.backup(join(older, 'uploads'), '.', { host: 'web1', tag: 'dot', time: '2026-01-01 03:04:05' });
    for (const [n, which] of [{ before: '2026-06-01T00:00:00Z', tag: 'relative' }, { tag: ['dot'] }].entries()) {
      const ended = await workInPlace(adapter, { ...at.given, ...which, keepOld: false }, folder, `run${n}.x.1`);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(uploads(at)).toEqual({ 'old.txt': 'older' });
    }
    const tooOld = await preflight(adapter, { ...at.given, tag: 'dot', newerThan: '26h' }, folder);
    expect(tooOld).toMatchObject({ ok: false, reason: expect.stringContaining('newerThan') });
    const vague = await preflight(adapter, at.given, folder);
    expect(vague).toMatchObject({ ok: false, remedy: 'Say which one is meant: `path`.' });
    const path = join(folder, 'uploads');
    expect(await preflight(adapter, { ...at.given, path: `${path}/`, host: 'web1' }, folder)).toMatchObject({
      ok: true,
    });
    expect(await preflight(adapter, { ...at.given, path: `${path}/deep` }, folder)).toMatchObject({
      ok: true,
      checked: [expect.stringContaining('1 file (4 bytes)'), expect.anything()],
    });
  });

  const wrong: readonly (readonly [string, (at: Scene) => JsonObject, string])[] = [
    ['a wrong password', () => ({ password: 'another' }), 'the password is wrong'],
    ['no password', () => ({ password: null }), 'no password was given'],
    ['no repository there', () => ({ repository: 'none' }), 'there is no restic repository'],
    ['another host', () => ({ host: 'web2' }), 'is of the host web1, not of web2'],
    ['another path', () => ({ path: '/srv/other' }), 'not /srv/other'],
    ['a tag that none has', () => ({ tag: 'release' }), 'has not the tag release'],
    ['an id that is none', () => ({ snapshot: 'beef1234' }), 'There is no snapshot beef1234; the newest are'],
    ['a time before the first', () => ({ before: '2020-01-01T00:00:00Z' }), 'was not taken before 2020'],
    ['too few files', () => ({ minFiles: 1_000 }), 'holds 4 files'],
    ['a path that the snapshot has not', () => ({ include: 'nothing' }), 'has no nothing'],
    ['a folder that the snapshot has not', () => ({ subfolder: '/nothing' }), 'has no /nothing'],
    ['a target in no folder', () => ({ target: 'none/uploads' }), 'no such file'],
    ['the root as target', () => ({ target: '/' }), 'root folder'],
    ['a live target that is not there', () => ({ target: 'none', missingOnly: true }), 'not a folder that stands'],
    ['a repository inside the target', ({ folder }) => ({ target: folder }), 'lies inside the target'],
    ['an index that is cut', (at) => damage(at, 'index'), 'it is damaged'],
  ];

  test.each(wrong)('%s: refused before anything is touched', async (_, arrange, because) => {
    const at = scene();
    const given = { ...at.given, ...arrange(at) };
    const asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
    const looked = await preflight(adapter, asked, at.folder);
    expect(looked).toMatchObject({ ok: false });
    expect(looked.ok ? '' : `${looked.reason} ${looked.remedy}`).toContain(because);
    const ended = await workInPlace(adapter, asked, at.folder, key);
    expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining(because) });
    expect(ended.stderr).toContain('The target was not touched.');
    expect(uploads(at)).toEqual(damaged);
    expect(leftovers(at.folder)).toEqual([]);
  });

  test('a pack that is damaged is found when it is restored, and the target is whole', async () => {
    const at = scene();
    const given = { ...at.given, ...damage(at, 'data') };
    expect(await workInPlace(adapter, given, at.folder, key)).toMatchObject({
      code: 119,
      stderr: expect.stringContaining('it is damaged'),
    });
    expect(uploads(at)).toEqual(damaged);
    expect(leftovers(at.folder)).toEqual([]);
  });
});

/** Changes one byte in the middle of every file of that kind that holds something of the files themselves. */
function damage({ repository, folder }: Scene, kind: 'index' | 'data'): JsonObject {
  const place = join(repository.path, kind);
  for (const name of Object.keys(harvest(place))) {
    const file = join(place, name);
    const content = readFileSync(file);
    content[20] = (content[20] ?? 0) ^ 1;
    chmodSync(file, 0o600);
    writeFileSync(file, content);
  }
  return { target: join(folder, 'uploads') };
}
