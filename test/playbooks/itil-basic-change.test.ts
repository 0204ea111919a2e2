/** The change of itil-basic on the playbook's scene: carried out for real, it breaks the portal, and is taken back as it was. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { describeWith } from '../rig/servers/needs.ts';
import { Players } from './rig/players.ts';

jest.setTimeout(120_000);

let players: Players;
let params: readonly string[];
let current: string;
let change: string;

beforeEach(async () => {
  players = await Players.of('itil-basic');
  change = join(players.playbook, '..', 'change.yaml');
  writeFileSync(change, readFileSync(change, 'utf8').replace('within: 1m', 'within: 3s'));
  const folder = mkdtempSync(join(players.folder, 'release-'));
  current = join(folder, 'current');
  for (const name of ['41', '42', 'files']) mkdirSync(join(folder, name));
  symlinkSync(join(folder, '41'), current);
  writeFileSync(join(folder, 'files', 'brought-by-the-release'), 'x');
  const newFiles = join(folder, 'files.tar');
  execFileSync('tar', ['-cf', newFiles, '-C', join(folder, 'files'), '.']);
  const migration = join(folder, 'migration.sql');
  // What the service cannot live with: the change fails where it looks whether the service is well.
  writeFileSync(
    migration,
    'alter table orders rename to purchases; create view orders as select * from purchases where false;',
  );
  const given = { release: join(folder, '42'), current, migration, newFiles };
  params = [
    '--params-file',
    join(players.folder, 'places.json'),
    ...Object.entries(given).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
  ];
});
afterEach(() => players.leave());

describeWith(['initdb', 'pg_restore', 'nginx'], 'the change of itil-basic', () => {
  test('fails, and is taken back: database, uploads and release are as they were, and users are let in', async () => {
    const before = readlinkSync(current);
    expect(await players.amiss()).toEqual([]);
    const { code, stdout, stderr } = await players.backout(
      'change',
      'run',
      change,
      ...params,
      '--yes',
      '--json',
      '--backout-on-failure',
    );
    if (code !== 8) throw new Error(stderr);
    const told = JSON.parse(stdout);
    expect([told.status, told.failure.step, told.backout.status]).toEqual(['failed', 'see-it-work', 'succeeded']);
    expect(told.backout.truth).toEqual({ access: 'open', data: 'restored', health: 'proven' });
    expect([await players.amiss(), readlinkSync(current)]).toEqual([[], before]);
    expect(players.subjects.at(-1)).toMatch(/is done: the portal is open/);
  });

  test('its way back lacks nothing but a rehearsal', async () => {
    const back = join(players.playbook, '..', 'back.yaml');
    expect((await players.backout('derive', change, '-o', back)).code).toBe(0);
    const lint = await players.backout('lint', '--json', back);
    const found: readonly { readonly rule: string }[] = JSON.parse(lint.stdout);
    expect([lint.code, found.map(({ rule }) => rule)]).toEqual([0, ['no-fresh-rehearsal']]);
  });
});
