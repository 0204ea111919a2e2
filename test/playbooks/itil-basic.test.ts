/**
 * The playbook on its scene: nginx, a service, PostgreSQL, uploads, a mail server. That it backs out; and its failing
 * twins: access stays closed (P1), people are told (P2), `status` says the truth.
 */
import { truncateSync } from 'node:fs';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { describeWith } from '../rig/servers/needs.ts';
import { Players } from './rig/players.ts';

jest.setTimeout(120_000);

const name = 'itil-basic';
let players: Players;

beforeEach(async () => {
  players = await Players.of(name);
});
afterEach(() => players.leave());

const statusOf = async (url: string | number | undefined) => (await fetch(String(url))).status;

describeWith(['initdb', 'pg_restore', 'nginx'], name, () => {
  test('lacks nothing but a rehearsal, and a dry run changes nothing', async () => {
    const lint = await players.backout('lint', '--json', players.playbook);
    const found: readonly { readonly rule: string }[] = JSON.parse(lint.stdout);
    expect([lint.code, found.map(({ rule }) => rule)]).toEqual([0, ['no-fresh-rehearsal']]);
    const { code, view } = await players.run('--dry-run');
    expect([code, view.status]).toEqual([0, 'simulated']);
    expect([await players.amiss(), players.subjects]).toEqual([[], []]);
  });

  test('brings everything back, and tells the Service Desk at both ends', async () => {
    await players.stage.goWrong();
    expect(await players.amiss()).not.toEqual([]);
    const { code, view } = await players.run('--yes');
    expect([code, view.status]).toEqual([0, 'succeeded']);
    expect(view.truth).toEqual({ access: 'open', data: 'restored', health: 'proven' });
    expect(await players.amiss()).toEqual([]);
    expect(players.subjects).toEqual([
      'Backout of CHG0100 has begun: the portal is being closed',
      'Backout of CHG0100 is done: the portal is open',
    ]);
  });

  test('the Service Desk hears at intervals how it stands', async () => {
    await players.stage.goWrong();
    players.edit(['      name: The Service Desk\n', '      name: The Service Desk\n      every: 1s\n']);
    const { code, view } = await players.run('--yes');
    expect([code, view.updates?.[0]?.missed]).toEqual([0, 0]);
    const between = players.subjects.slice(1, -1);
    expect(between).toContain('Backout of CHG0100 (portal): how it stands');
    expect(between).toHaveLength(view.updates?.[0]?.sent ?? 0);
  });

  test('a dump that is cut short is found before anything is touched: the old data serve nobody, and a person is asked', async () => {
    const { dump, publicUrl } = players.stage.params;
    truncateSync(String(dump), 3_000);
    const dry = await players.run('--dry-run');
    expect(dry.code).toBe(1);
    expect(dry.stderr).toMatch(/restore-database.*\n?.*(truncated|cut|complete|end of file|damaged)/i);
    const { code, view } = await players.run('--yes');
    expect([code, view.status, view.truth.access]).toEqual([3, 'waiting', 'closed']);
    expect(await statusOf(publicUrl)).toBe(503);
    const stop = await players.backout('stop', view.run, '--reason', 'the backup is damaged');
    expect(stop.code).toBe(4);
    expect(await statusOf(publicUrl)).toBe(503);
    expect(players.subjects.at(-1)).toMatch(/HAS NOT SUCCEEDED/);
  });

  test('a health check that fails keeps the portal closed, whatever was restored; status says so', async () => {
    const { publicUrl } = players.stage.params;
    await players.stage.goWrong();
    // The database of the backup is fine; the service is not.
    players.edit(['status: ok', 'status: splendid'], ['within: 2m', 'within: 3s']);
    const { code, view } = await players.run('--yes');
    expect([code, view.status]).toEqual([1, 'failed']);
    expect(view.truth).toEqual({ access: 'closed', data: 'restored', health: 'failing' });
    expect(await statusOf(publicUrl)).toBe(503);
    expect(players.subjects.at(-1)).toMatch(/HAS NOT SUCCEEDED/);
    const status = await players.backout('status');
    expect(status.stdout.split('\n').slice(0, 3).join('\n')).toMatch(
      /access is closed, data is restored, health checks fail/,
    );
  });
});
