/**
 * Drills of steps that are done on hosts: the fleet of the scene is staging, production is known by its inventory alone.
 * One scene for all; each drill begins with the release on three hosts.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { goWrong, releases, type World, worlds } from '../../demo/scenes/software-release/scene.ts';
import type { Statement } from '../../src/journal/evidence/statement.ts';
import { Players } from '../playbooks/rig/players.ts';
import { describeWith } from '../rig/servers/needs.ts';

jest.setTimeout(120_000);

const name = 'software-release';
const [second, third] = ['20261122093000', '20261124093000'] as const;
let players: Players;
let world: World;

/** Production as an inventory and names; no host of it answers, and none is asked. */
function production(folder: string): readonly string[] {
  mkdirSync(folder);
  const inventory = join(folder, 'hosts.ini');
  writeFileSync(inventory, '[web]\nphotos1.example.com\nphotos2.example.com\nphotos3.example.com\n');
  const params = {
    inventory,
    halted: '/srv/deploy/halted',
    app: '/srv/photos',
    health: 'curl -fsS http://127.0.0.1:8080/health',
    publicUrl: 'https://photos.example.com',
    backend: 'photos',
    servers: 'photos1,photos2,photos3',
    uploads: '/srv/photos/uploads',
    uploadsList: '/backups/uploads.list',
    repository: '/backups/photos',
    backupHost: 'photos-files',
    releasedAt: '2026-11-20T09:30:00Z',
  };
  return Object.entries(params).flatMap(([key, value]) => ['--param', `${key}=${value}`]);
}

/** Production, as `--param`s. */
let real: readonly string[] = [];

function rehearse(release: string, ...more: readonly string[]) {
  const there = { ...players.stage.params, release, to: releases.good };
  const params = Object.entries(there).flatMap(([key, value]) => ['--rehearsal-param', `${key}=${value}`]);
  const given = ['--param', `release=${release}`, ...real, ...params];
  return players.backout('rehearse', players.playbook, ...given, '--yes', '--json', ...more);
}

interface Answer {
  readonly run: string;
  readonly status: string;
  readonly evidence?: { readonly result: string; readonly path: string };
}

/** Where an engine was killed, the one that took it up says how it ended. */
const answerIn = (stdout: string): Answer => JSON.parse(stdout);

function injectedIn({ evidence }: Answer): readonly string[] {
  const { predicate }: Statement = JSON.parse(readFileSync(evidence?.path ?? '', 'utf8'));
  return [predicate.result, ...predicate.injected.map(({ ended }) => ended)];
}

const current = () => world.fleet.hosts.map((host) => host.current());

describeWith(['haproxy', 'sshd', 'ssh', 'ssh-keygen', 'restic'], `rehearsals of ${name}`, () => {
  beforeAll(async () => {
    players = await Players.of(name);
    const found = worlds.get(players.stage);
    if (found === undefined) throw new Error('the scene knows no such stage');
    world = found;
    players.env = { STAGING_BACKUP_PASSWORD: players.stage.env.BACKUP_PASSWORD ?? '' };
    real = production(join(players.folder, 'production'));
  });
  afterAll(() => players?.leave());

  test('the fleet of staging goes back, host by host, and every step is measured', async () => {
    await players.stage.goWrong();
    const { code, stdout, stderr } = await rehearse(releases.bad);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const answer = answerIn(stdout);
    expect([answer.status, answer.evidence?.result, await players.amiss()]).toEqual(['rehearsed', 'PASSED', []]);
    expect(players.subjects).toHaveLength(2);
    for (const mail of players.stage.desk.mailbox) expect(mail.to).toEqual(['rehearsals@example.com']);
  });

  test('a host of production among those of the rehearsal: nothing is begun', async () => {
    const inventory = join(players.folder, 'mixed.ini');
    writeFileSync(inventory, '[web]\nweb1\nphotos2.example.com\n');
    const { code, stderr } = await rehearse(second, '--rehearsal-param', `inventory=${inventory}`);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'step go-back would be rehearsed on the host photos2.example.com, which is what it has in production',
    );
    expect(stderr).toContain('Nothing was run.');
  });

  test('the outcome on all hosts is lost: the owner is asked, as the plan says, and what is found there is taken', async () => {
    await goWrong(world, second);
    const asked = await rehearse(second, '--inject', 'go-back:unknown');
    expect({ code: asked.code, stderr: asked.stderr }).toMatchObject({ code: 3 });
    expect(current()).toEqual(current().map(() => releases.good));
    const { run } = answerIn(asked.stdout);
    const again = await players.backout('retry', run, 'go-back', '--json');
    expect({ code: again.code, stderr: again.stderr }).toMatchObject({ code: 0 });
    expect(injectedIn(answerIn(again.stdout))).toEqual(['WARNED', 'the step succeeded']);
    expect(await players.amiss()).toEqual([]);
  });

  test('the engine dies while hosts go back: another one follows them there, and begins nothing twice', async () => {
    await goWrong(world, third);
    const { code, stdout, stderr } = await rehearse(third, '--inject', 'go-back:kill-engine');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const said = ['PASSED', 'another engine took the run up; the step succeeded'];
    expect(injectedIn(answerIn(stdout))).toEqual(said);
    expect(stderr).not.toContain('go-back      started (attempt 2)');
    expect(await players.amiss()).toEqual([]);
  });
});
