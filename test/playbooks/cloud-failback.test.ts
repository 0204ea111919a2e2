/**
 * The playbook on its scene: three services in a cloud, two of which go home. One scene for all tests, in the order of
 * what operators may meet: backouts that fail leave access closed (P1), tell people (P2), and the next one goes on from
 * there. The wiki, which did well, is never touched.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, globSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { describeWith } from '../rig/servers/needs.ts';
import { Players } from './rig/players.ts';

jest.setTimeout(180_000);

const name = 'cloud-failback';
let players: Players;
let wrong = false;

beforeAll(async () => {
  players = await Players.of(name);
});
afterAll(() => players.leave());

/** The change fails once, whichever test comes first. */
async function goWrong(): Promise<void> {
  if (!wrong) await players.stage.goWrong();
  wrong = true;
}

const param = (of: string): string => String(players.stage.params[of]);

/** As what users see: a status, and where it comes from. */
async function seen(service: string): Promise<string> {
  const answer = await fetch(`${param('publicUrl')}/${service}/`);
  return `${answer.status} ${answer.headers.get('x-served-from')}`;
}
const allSeen = () => Promise.all(['shop', 'billing', 'wiki'].map(seen));
const closedAndWikiOpen = ['503 cloud', '503 cloud', '200 cloud'];

function login(place: 'local' | 'cloud'): NodeJS.ProcessEnv {
  const { LOCAL_DB_PASSWORD = '', CLOUD_DB_PASSWORD = '' } = players.stage.env;
  return place === 'local'
    ? { PGHOST: param('dbHost'), PGPORT: param('dbPort'), PGUSER: 'postgres', PGPASSWORD: LOCAL_DB_PASSWORD }
    : { PGHOST: param('cloudDbHost'), PGPORT: param('cloudDbPort'), PGUSER: 'postgres', PGPASSWORD: CLOUD_DB_PASSWORD };
}

function sql(place: 'local' | 'cloud', database: string, text: string): string {
  const env = { ...process.env, ...login(place) };
  return execFileSync('psql', ['-XAtq', '-d', database, '-c', text], { env, encoding: 'utf8' }).trim();
}

/** What stood on the local servers before any backout: half of the shop, none of the billing's files. */
function localData(): readonly unknown[] {
  const count = (database: string) => sql('local', database, 'select count(*) from entries');
  return [count('shop'), count('billing'), readdirSync(join(param('files'), 'billing')).length];
}
const untouched = ['150', '300', 0];

function script(
  file: string,
  args: readonly string[],
  at = login('local'),
): { readonly status: number | null; readonly stderr: string } {
  const cloud = Object.fromEntries(Object.entries(login('cloud')).map(([key, value]) => [`CLOUD_${key}`, value]));
  const env = { ...process.env, ...at, ...cloud };
  const path = join(dirname(players.playbook), 'scripts', file);
  return spawnSync(process.execPath, [path, ...args], { env, encoding: 'utf8' });
}

async function stop(run: string): Promise<void> {
  const stopped = await players.backout('stop', run, '--reason', 'the cause has to be found first');
  expect(stopped.code).toBe(4);
  expect(players.subjects.at(-1)).toBe('Backout of CHG0400 HAS NOT SUCCEEDED: shop,billing needs people');
  expect(players.stage.desk.mailbox.at(-1)?.to).toEqual(['duty-manager@example.com', 'servicedesk@example.com']);
  expect(await allSeen()).toEqual(closedAndWikiOpen);
}

describeWith(['initdb', 'pg_restore', 'nginx', 'restic', 'rsync'], name, () => {
  test('lacks nothing but a rehearsal; a dry run changes nothing, and finds a wrong password', async () => {
    const lint = await players.backout('lint', '--json', players.playbook);
    const found: readonly { readonly rule: string }[] = JSON.parse(lint.stdout);
    expect([lint.code, found.map(({ rule }) => rule)]).toEqual([0, ['no-fresh-rehearsal']]);
    const { code, view } = await players.run('--dry-run');
    expect([code, view.status]).toEqual([0, 'simulated']);
    players.edit(['{ env: BACKUP_PASSWORD }', '{ env: LOCAL_DB_PASSWORD }']);
    const denied = await players.run('--dry-run');
    players.edit(['resticPassword: { env: LOCAL_DB_PASSWORD }', 'resticPassword: { env: BACKUP_PASSWORD }']);
    expect(denied.code).toBe(1);
    expect(denied.stderr).toMatch(/fetch-shop-dump.*the password is wrong/);
    expect(await allSeen()).toEqual(['200 cloud', '200 cloud', '200 cloud']);
    expect([localData(), players.subjects]).toEqual([untouched, []]);
  });

  test('services that are not known are refused', async () => {
    const places = join(players.folder, 'places.json');
    const ran = await players.backout(
      'run',
      players.playbook,
      '--params-file',
      places,
      '--param',
      'services=shop,mail',
    );
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('services')]);
  });

  test('a damaged backup changes nothing: a person is asked, the two are closed, the wiki goes on in the cloud', async () => {
    await goWrong();
    const damaged = join(players.folder, 'damaged');
    cpSync(param('repository'), damaged, { recursive: true });
    for (const index of globSync(`${damaged}/index/*`)) rmSync(index);
    const { code, view } = await players.run('--yes', '--param', `repository=${damaged}`);
    expect([code, view.status, view.truth.access]).toEqual([3, 'waiting', 'closed']);
    expect(localData()).toEqual(untouched);
    const status = await players.backout('status');
    expect(status.stdout).toMatch(/access is closed/);
    expect(status.stdout).toMatch(/fetch-shop-dump/);
    await stop(view.run);
  });

  test('writes that nobody has noted are not left behind in silence: a person is asked before anything is restored', async () => {
    await goWrong();
    const { code, view } = await players.run('--yes', '--param', 'migratedAt=2020-01-01T00:00:00Z');
    expect([code, view.status, view.truth.access]).toEqual([3, 'waiting', 'closed']);
    const status = await players.backout('status');
    expect(status.stdout).toMatch(/shop: changes are noted only since .*, not since 2020-01-01T00:00:00Z/);
    expect(localData()).toEqual(untouched);
    await stop(view.run);
  });

  test('a health check that fails keeps a service closed, whatever was restored; status says so', async () => {
    await goWrong();
    players.edit(['status: ok', 'status: splendid'], ['within: 2m', 'within: 3s']);
    const { code, view } = await players.run('--yes', '--param', 'services=shop');
    players.edit(['status: splendid', 'status: ok'], ['within: 3s', 'within: 2m']);
    expect([code, view.status]).toEqual([1, 'failed']);
    expect(view.truth).toEqual({ access: 'closed', data: 'restored', health: 'failing' });
    expect([await seen('shop'), await seen('wiki')]).toEqual(['503 cloud', '200 cloud']);
    expect(localData()).toEqual(['307', '300', 0]);
    expect(players.subjects.at(-1)).toBe('Backout of CHG0400 HAS NOT SUCCEEDED: shop needs people');
    const status = await players.backout('status');
    expect(status.stdout).toMatch(/access is closed, data is restored, health checks fail/);
  });

  test('a delta that is not what was exported is refused whole', async () => {
    const delta = join(players.folder, 'delta');
    const cloud = login('cloud');
    expect(script('delta-export.mjs', ['wiki', param('migratedAt'), delta], cloud)).toMatchObject({ status: 0 });
    appendFileSync(join(delta, '0.rows'), '999\tforged\t1\t2026-01-01\n');
    const applied = script('delta-apply.mjs', ['wiki', delta]);
    expect(applied).toMatchObject({ status: 1, stderr: expect.stringContaining('is not what was exported') });
    expect(sql('local', 'wiki', 'select count(*) from entries')).toBe('300');
  });

  test('brings both home with every write, and opens them there; the wiki was never touched', async () => {
    await goWrong();
    // The database in the cloud is closed, but not to its owner: what he does is noted like the rest.
    sql('cloud', 'billing', 'truncate tags');
    sql('cloud', 'shop', "update entries set text = 'late' where id = 11");
    const before = players.subjects.length;
    const { code, view } = await players.run('--yes');
    expect([code, view.status]).toEqual([0, 'succeeded']);
    expect(view.truth).toEqual({ access: 'open', data: 'restored', health: 'proven' });
    expect(await players.amiss()).toEqual([]);
    expect(await allSeen()).toEqual(['200 local', '200 local', '200 cloud']);
    expect(players.subjects.slice(before)).toEqual([
      'Backout of CHG0400 has begun: shop,billing is being closed',
      'Backout of CHG0400 is done: shop,billing is open, on the local servers',
    ]);
    expect(players.stage.desk.mailbox.at(-1)?.text).toMatch(/was carried back and compared/);
    expect(script('compare.mjs', ['shop'])).toMatchObject({ status: 0, stderr: '' });
    const added = await fetch(`${param('publicUrl')}/shop/entries?text=home`, { method: 'POST' });
    expect([added.status, await added.json()]).toEqual([200, { added: 309 }]);
    expect(script('compare.mjs', ['shop'])).toMatchObject({ status: 1, stderr: expect.stringContaining('entries') });
  });
});
