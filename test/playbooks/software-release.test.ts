/**
 * The playbook on its scene: HAProxy, three hosts behind SSH and a fourth that the rollout has not reached, a restic
 * repository. That the fleet goes back with every file of its users; and its failing twins: no other host is touched when
 * the canary fails, access stays closed (P1), people are told (P2), `status` says the truth. One scene for all.
 */
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { app, type Host } from '../../demo/scenes/software-release/hosts.ts';
import {
  balanced,
  goWrong,
  releases,
  spare,
  store,
  type World,
  worlds,
} from '../../demo/scenes/software-release/scene.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { Players } from './rig/players.ts';

jest.setTimeout(120_000);

const name = 'software-release';
const { good, bad } = releases;
/** Other releases with the same fault: those of before are halted. */
const [second, third] = ['20261122093000', '20261124093000'] as const;
let players: Players;
let world: World;
/** The run that was stopped over the canary. */
let stopped = '';

const usersGet = async () => (await fetch(String(players.stage.params.publicUrl))).status;
const current = () => world.fleet.hosts.map((host) => host.current());
const running = () => Promise.all(world.fleet.hosts.map((host) => host.running()));
const uploads = () => readdirSync(world.photos.uploads).sort();
const isHalted = (release: string) => existsSync(join(world.rollout.halted, release));
const isMarked = (host: Host, release: string) => existsSync(join(host.folder, app, 'releases', release, 'BACKED_OUT'));
const all = (release: string, last = release) => [release, release, release, last];
const subjects = () => players.subjects.slice(-2);

describeWith(['haproxy', 'sshd', 'ssh', 'ssh-keygen', 'restic'], name, () => {
  beforeAll(async () => {
    players = await Players.of(name);
    const found = worlds.get(players.stage);
    if (found === undefined) throw new Error('the scene knows no such stage');
    world = found;
  });
  afterAll(() => players.leave());

  test('lacks nothing but a rehearsal, and a dry run changes nothing', async () => {
    const lint = await players.backout('lint', '--json', players.playbook);
    const found: readonly { readonly rule: string }[] = JSON.parse(lint.stdout);
    expect([lint.code, found.map(({ rule }) => rule)]).toEqual([0, ['no-fresh-rehearsal']]);
    await players.stage.goWrong();
    const before = uploads();
    const { code, view } = await players.run('--dry-run');
    expect([code, view.status]).toEqual([0, 'simulated']);
    expect([current(), uploads(), isHalted(bad), await usersGet()]).toEqual([all(bad, good), before, false, 200]);
    expect(players.subjects).toEqual([]);
  });

  test('takes the fleet back with every file of its users, and touches none that came since', async () => {
    expect(await players.amiss()).toHaveLength(4);
    const { code, view } = await players.run('--yes');
    expect([code, view.status]).toEqual([0, 'succeeded']);
    expect(view.truth).toEqual({ access: 'open', data: 'restored', health: 'proven' });
    expect(await players.amiss()).toEqual([]);
    expect(world.photos.photo('photo-7.jpg')).toBe('a better one of 7');
    expect([current(), await running()]).toEqual([all(good), all(good)]);
    expect(world.fleet.hosts.map((host) => isMarked(host, bad))).toEqual([true, true, true, false]);
    expect(subjects()).toEqual([
      'Backout of CHG0200 has begun: photos is being closed',
      'Backout of CHG0200 is done: photos is open',
    ]);
  });

  test('no host takes the halted release any more; a corrected one is taken', async () => {
    const refused = await world.rollout.deploy('web4', bad);
    expect([refused.code, refused.said]).toEqual([3, expect.stringMatching(/halted.*CHG0200: taken back by run/)]);
    expect([spare(world)?.current(), await spare(world)?.running()]).toEqual([good, good]);
    world.rollout.build('20261121093000', 'good');
    expect((await world.rollout.deploy('web4', '20261121093000')).code).toBe(0);
    expect(await spare(world)?.running()).toBe('20261121093000');
  });

  test('when the canary cannot go back no other host is touched, all stay closed, and a person is asked', async () => {
    await goWrong(world, second);
    const [canary, ...others] = balanced(world);
    const release = join(canary?.folder ?? '', app, 'releases', good);
    renameSync(release, `${release}.away`);
    const damaged = uploads();
    const ran = await players.run('--yes', '--param', `release=${second}`, '--param', `to=${good}`);
    stopped = ran.view.run;
    expect([ran.code, ran.view.status, ran.view.truth.access]).toEqual([3, 'waiting', 'closed']);
    expect(ran.stderr).toMatch(/go-back .*it failed on 1 of 4 hosts: web1 .*3 were not begun/);
    expect(ran.stderr).toMatch(/There is no release 20261101093000 in photos\/releases/);
    expect(current()).toEqual(all(second, '20261121093000'));
    expect(others.map((host) => isMarked(host, second))).toEqual([false, false]);
    expect([uploads(), isHalted(second), await usersGet()]).toEqual([damaged, true, 503]);
    expect((await players.backout('stop', stopped, '--reason', 'web1 is broken')).code).toBe(4);
    expect([subjects().at(-1), await usersGet()]).toEqual([expect.stringMatching(/HAS NOT SUCCEEDED/), 503]);
    expect(players.stage.desk.mailbox.at(-1)?.to).toEqual(['duty-manager@example.com', 'servicedesk@example.com']);
    const status = await players.backout('status');
    expect(status.stdout).toMatch(/access is closed, the state of the data is not known/);
    renameSync(`${release}.away`, release);
  });

  test('once the canary is repaired the run goes on from there, and opens', async () => {
    // The fourth host has a sound release of its own, older than the one that is taken back: it keeps it.
    const { code } = await players.backout('retry', stopped, 'go-back');
    expect([code, current(), await usersGet()]).toEqual([0, all(good, '20261121093000'), 200]);
    expect(world.photos.faults()).toEqual([]);
    expect(subjects().at(-1)).toBe('Backout of CHG0200 is done: photos is open');
  });

  test('a photo that no backup holds keeps the service closed, whatever was restored; status says so', async () => {
    await store(world, 'photo-333.jpg', 'taken after the backup');
    await goWrong(world, third);
    players.edit(['attempts: 5, delay: 2s', 'attempts: 1']);
    const { code, view, stderr } = await players.run('--yes', '--param', `release=${third}`, '--param', `to=${good}`);
    expect([code, view.status]).toEqual([1, 'failed']);
    expect(view.truth).toEqual({ access: 'closed', data: 'restored', health: 'failing' });
    expect(stderr).toMatch(/is not well: 1 photos are missing/);
    expect([current().slice(0, 3), isHalted(third), await usersGet()]).toEqual([[good, good, good], true, 503]);
    expect(subjects().at(-1)).toMatch(/HAS NOT SUCCEEDED/);
    const status = await players.backout('status');
    expect(status.stdout).toMatch(/access is closed, data is restored, health checks fail/);
    // Found on somebody's disk: the check is done again, and everything that follows it.
    world.photos.store('photo-333.jpg', 'taken after the backup');
    const { code: again } = await players.backout('retry', view.run, 'hosts-are-well');
    expect([again, await usersGet(), world.photos.faults()]).toEqual([0, 200, []]);
  });
});
