/**
 * The classic playbook rehearsed on real servers: two portals side by side, one of them production. What the rehearsal
 * proves, what it leaves alone, and what everything that asks for it says afterwards. One pair of scenes for all tests,
 * which go on from each other.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { loadScene } from '../../demo/play.ts';
import { openScene, type Stage } from '../../demo/scenes/scene.ts';
import type { Statement } from '../../src/journal/evidence/statement.ts';
import { Players } from '../playbooks/rig/players.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { path as programPath } from '../rig/servers/program.ts';

jest.setTimeout(120_000);

const name = 'itil-basic';
let players: Players;
let staging: Stage;

/** Every byte of production that the plan could reach. */
function productionNow() {
  const { stage } = players;
  const { dbHost, dbPort, uploads, maintenanceFlag } = stage.params;
  const login = ['-h', String(dbHost), '-p', String(dbPort), '-U', String(stage.params.dbAdmin)];
  const env = { ...process.env, PGPASSWORD: stage.env.PORTAL_DB_PASSWORD };
  const dumped = execFileSync(programPath('pg_dumpall'), login, { env, encoding: 'utf8' });
  const files = readdirSync(String(uploads)).sort();
  return {
    // The key of `\restrict` is another one in each dump.
    databases: dumped.replace(/^\\(un)?restrict .*$/gm, ''),
    uploads: files.map((file) => [file, readFileSync(join(String(uploads), file), 'base64')]),
    isClosed: existsSync(String(maintenanceFlag)),
    mails: stage.desk.mailbox.length,
  };
}

const amissInStaging = async () => (await staging.back()).filter(({ holds }) => !holds).map(({ what }) => what);

function rehearse(...more: readonly string[]) {
  const there = Object.entries(staging.params).flatMap(([key, value]) => ['--rehearsal-param', `${key}=${value}`]);
  const places = ['--params-file', join(players.folder, 'places.json')];
  return players.backout('rehearse', players.playbook, ...places, ...there, '--yes', '--json', ...more);
}

async function rules(): Promise<readonly string[]> {
  const { stdout } = await players.backout('lint', '--json', players.playbook);
  return JSON.parse(stdout).map(({ rule }: { readonly rule: string }) => rule);
}

const statementIn = (file: string): Statement => JSON.parse(readFileSync(file, 'utf8'));

describeWith(['initdb', 'pg_restore', 'nginx'], `a rehearsal of ${name}`, () => {
  beforeAll(async () => {
    players = await Players.of(name);
    mkdirSync(join(players.folder, 'staging'));
    staging = await openScene(await loadScene(name), join(players.folder, 'staging'));
    players.env = { PORTAL_STAGING_DB_PASSWORD: staging.env.PORTAL_DB_PASSWORD ?? '' };
    // Both have failed in the same way: what is not touched in production stays damaged.
    await players.stage.goWrong();
    await staging.goWrong();
  });
  afterAll(async () => {
    await staging?.close();
    await players?.leave();
  });

  test('backs staging out for real, says so in each mail, and leaves production as it is, byte for byte', async () => {
    expect(await amissInStaging()).not.toEqual([]);
    expect(await rules()).toEqual(['no-fresh-rehearsal']);
    const before = productionNow();
    const { code, stdout, stderr } = await rehearse();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { mode, status, truth, evidence } = JSON.parse(stdout);
    expect([mode, status, evidence.result]).toEqual(['rehearsal', 'rehearsed', 'PASSED']);
    expect(truth).toEqual({ access: 'open', data: 'restored', health: 'proven' });
    expect(await amissInStaging()).toEqual([]);
    expect(productionNow()).toEqual(before);
    const mails = staging.desk.mailbox;
    expect(mails.map(({ to }) => to)).toEqual([['rehearsals@example.com'], ['rehearsals@example.com']]);
    for (const mail of mails) {
      expect(mail.headers.get('subject')).toMatch(/^\[REHEARSAL in staging\] Backout of CHG0100 /);
      expect(mail.text).toMatch(/^This is a REHEARSAL in staging: production is not touched\.\n/);
    }
    expect(statementIn(evidence.path).predicate.coverage).toMatchObject({ done: 11, of: 11, leftOut: [] });
  });

  test('the evidence is genuine, is listed, and gives lint and the plan what they ask for', async () => {
    const listed = await players.backout('rehearsals', players.playbook);
    expect(listed.stdout).toMatch(
      / PASSED {2}itil-basic in staging, rehearsal, just now\n {2}took .*; 11 of 11 steps; counts until /,
    );
    const [{ path }] = JSON.parse((await players.backout('rehearsals', '--json', players.playbook)).stdout);
    expect((await players.backout('rehearsals', 'verify', path)).code).toBe(0);
    expect(await rules()).toEqual([]);
    const places = ['--params-file', join(players.folder, 'places.json')];
    const plan = await players.backout('plan', players.playbook, ...places);
    expect(plan.stdout).toMatch(/measured: median .*\(1 run\)[\s\S]*\nExpected time: usually /);
  });

  test('a drill of the restore asks its owner, as the plan says; stopped, people there are told, and it counts for nothing else', async () => {
    await staging.goWrong();
    const before = productionNow();
    const asked = await rehearse('--inject', 'restore-database:fail');
    const { run, status } = JSON.parse(asked.stdout);
    expect([asked.code, status]).toEqual([3, 'waiting']);
    const stop = await players.backout('stop', run, '--reason', 'seen what becomes of it');
    expect([stop.code, stop.stderr]).toEqual([4, expect.stringContaining('Drill in staging: WARNED.')]);
    expect(stop.stderr).toContain('  restore-database:fail: a person was asked, and said stop\n');
    const last = staging.desk.mailbox.at(-1);
    expect([last?.headers.get('subject'), last?.to]).toEqual([
      expect.stringMatching(/^\[REHEARSAL in staging\] .*HAS NOT SUCCEEDED/),
      ['rehearsals-escalation@example.com', 'rehearsals@example.com'],
    ]);
    expect((await fetch(String(staging.params.publicUrl))).status).toBe(503);
    expect(productionNow()).toEqual(before);
    expect(await rules()).toEqual([]);
  });

  test('what is left closed by the drill is opened by the next rehearsal', async () => {
    const { code, stdout, stderr } = await rehearse();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect([JSON.parse(stdout).evidence.result, await amissInStaging()]).toEqual(['PASSED', []]);
  });

  test('the real run says how old the rehearsal is, and is no rehearsal', async () => {
    const { code, view, stderr } = await players.run('--yes');
    expect([code, view.mode, view.status]).toEqual([0, 'real', 'succeeded']);
    expect(stderr).toMatch(
      /^Rehearsed (just now|1 minute ago) in staging: PASSED, counts until [\d-]+ \(run \w+\)\.$/m,
    );
    expect(await players.amiss()).toEqual([]);
    expect(players.subjects).toEqual([
      'Backout of CHG0100 has begun: the portal is being closed',
      'Backout of CHG0100 is done: the portal is open',
    ]);
  });
});
