/** A photo service on three hosts; a release that is on its way through the fleet removes photos of its users. */
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Haproxy, startHaproxy } from '../../../test/rig/servers/haproxy.ts';
import { resticRepository } from '../../../test/rig/servers/restic.ts';
import { openServiceDesk } from '../../service-desk.ts';
import type { Closers, Fact, Scene, Stage } from '../scene.ts';
import { app, type Fleet, type Host, openFleet } from './hosts.ts';
import { Photos, thumbnailOf } from './photos.ts';
import { Rollout } from './rollout.ts';

export const releases = { good: '20261101093000', bad: '20261120093000' } as const;
const stock = 60;
const backend = 'photos';

export const scene: Scene = {
  title: 'A photo service on three hosts behind HAProxy, and a release on its way through the fleet',
  programs: ['haproxy', 'sshd', 'ssh', 'ssh-keygen', 'restic'],
  open: stage,
};

export interface World {
  readonly fleet: Fleet;
  readonly rollout: Rollout;
  readonly photos: Photos;
  readonly haproxy: Haproxy;
  /** What users have stored, by name: it is what they must find. */
  readonly stored: Map<string, string>;
}

/** What tests do beyond the demo. */
export const worlds = new WeakMap<Stage, World>();

export const balanced = ({ fleet }: World): readonly Host[] => fleet.hosts.slice(0, 3);
export const spare = ({ fleet }: World): Host | undefined => fleet.hosts[3];

async function stage(folder: string, closers: Closers): Promise<Stage> {
  const desk = await openServiceDesk();
  closers.add(() => desk.close());
  const shared = join(folder, 'shared');
  await mkdir(shared);
  const { photos, stored } = fill(shared);
  const rollout: Rollout = new Rollout(folder, () => fleet.sshConfig);
  const fleet = await openFleet(folder, rollout.build(releases.good, 'good'), closers);
  const haproxy = await startHaproxy({
    backends: {
      [backend]: fleet.hosts.slice(0, 3).map(({ name, port }) => `${name} 127.0.0.1:${port} check inter 100ms`),
    },
  });
  closers.add(() => haproxy.stop());
  const repository = resticRepository(join(folder, 'repository'));
  repository.backup(folder, shared);
  const uploadsList = join(folder, 'uploads.list');
  writeFileSync(uploadsList, `${photos.names().join('\n')}\n`);
  const world: World = { fleet, rollout, photos, haproxy, stored };
  const opened: Stage = {
    story: [
      `Users reach the photos at ${haproxy.urls[backend]}, through HAProxy; web1, web2 and web3 serve ${stock} photos from a shared folder.`,
      `All run release ${releases.good}. The shared folder has just been backed up with restic.`,
    ],
    params: {
      ...paramsOf(world),
      releasedAt: new Date().toISOString(),
      uploadsList,
      repository: repository.path,
      smtpPort: desk.port,
    },
    env: { BACKUP_PASSWORD: repository.password },
    desk,
    goWrong: () => goWrong(world, releases.bad),
    back: () => facts(world, releases.bad),
    close: () => closers.close(),
  };
  worlds.set(opened, world);
  return opened;
}

function fill(shared: string): Pick<World, 'photos' | 'stored'> {
  const photos = new Photos(shared);
  photos.create();
  const stored = new Map<string, string>();
  for (let n = 1; n <= stock; n += 1) stored.set(`photo-${n}.jpg`, `photo ${n}\n`.repeat(40));
  for (const [name, content] of stored) {
    photos.store(name, content);
    photos.thumbnail(name);
  }
  return { photos, stored };
}

function paramsOf({ fleet, rollout, photos, haproxy }: World): Stage['params'] {
  return {
    release: releases.bad,
    halted: rollout.halted,
    inventory: fleet.inventory,
    sshConfig: fleet.sshConfig,
    app,
    restart: './service reload',
    version: './service version',
    health: './service health',
    publicUrl: haproxy.urls[backend] ?? '',
    haproxySocket: haproxy.socket,
    backend,
    servers: 'web1,web2,web3',
    uploads: photos.uploads,
    thumbnails: photos.thumbnails,
    backupHost: hostname(),
  };
}

/** Through HAProxy, as users do. */
export async function store({ haproxy, stored }: World, name: string, content: string): Promise<void> {
  const answer = await fetch(`${haproxy.urls[backend]}/photos/${name}`, { method: 'PUT', body: content });
  if (!answer.ok) throw new Error(`PUT ${name}: ${answer.status} ${await answer.text()}`);
  stored.set(name, content);
}

export async function rollOut({ rollout }: World, release: string, hosts: readonly Host[]): Promise<void> {
  rollout.build(release, 'bad');
  for (const { name } of hosts) {
    const { code, said } = await rollout.deploy(name, release);
    if (code !== 0) throw new Error(said);
  }
}

export async function goWrong(world: World, release: string): Promise<readonly string[]> {
  await rollOut(world, release, balanced(world));
  await store(world, 'photo-7.jpg', 'a better one of 7');
  await store(world, 'photo-900.jpg', 'a new one');
  const health = await fetch(`${world.haproxy.urls[backend]}/health`);
  return [
    `Release ${release} is on web1, web2 and web3; web4 is next. Users have added one photo since, and replaced one.`,
    `GET /health: ${health.status}; ${(await health.text()).trim()}`,
  ];
}

const bodyOf = async (url: string): Promise<string> => {
  const answer = await fetch(url);
  return answer.ok ? (await answer.text()).slice(0, -1) : `${answer.status}`;
};

/** What is not as users must find it. */
async function unlike({ haproxy, stored }: World, kind: string, wanted: (photo: string) => string): Promise<number> {
  let count = 0;
  for (const [name, photo] of stored) {
    if ((await bodyOf(`${haproxy.urls[backend]}/${kind}/${name}`)) !== wanted(photo)) count += 1;
  }
  return count;
}

export async function facts(world: World, release: string): Promise<readonly Fact[]> {
  const photos = await unlike(world, 'photos', (photo) => photo);
  const thumbnails = await unlike(world, 'thumbnails', thumbnailOf);
  const running = await Promise.all(world.fleet.hosts.map((host) => host.running()));
  const asked = await world.rollout.deploy('web4', release, '--ask');
  const good = [...world.fleet.hosts.map((host) => host.current()), ...running].every((name) => name === releases.good);
  return [
    {
      what: 'users find every photo again, those that they added or replaced meanwhile as they left them',
      holds: photos === 0,
    },
    { what: 'every thumbnail is one of its photo', holds: thumbnails === 0 },
    { what: 'all hosts have the release before, and their services run it', holds: good },
    { what: 'web4, which was next, does not take the release any more', holds: asked.code === 3 },
  ];
}
