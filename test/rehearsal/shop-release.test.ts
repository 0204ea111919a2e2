/** The shipped playbook rehearsed for real on a second shop, while the first one, production, is left as it is. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { openServiceDesk, type ServiceDesk } from '../../demo/service-desk.ts';
import { snapshot } from '../../demo/snapshot.ts';
import { openShop, type Shop } from '../../demo/stage.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const stock = { orders: 40, uploads: 10, uploadBytes: 200 };

let site: Site;
let folder: string;
let production: Shop;
let staging: Shop;
let desk: ServiceDesk;

beforeEach(async () => {
  site = new Site();
  desk = await openServiceDesk();
  // Not in the site, whose end comes before that of the shops.
  folder = mkdtempSync(join(tmpdir(), 'backout-shops-'));
  production = await openShop(join(folder, 'production'), stock);
  staging = await openShop(join(folder, 'staging'), stock);
  for (const [name, shop] of [
    ['production', production],
    ['staging', staging],
  ] as const) {
    mkdirSync(site.path('backups', name), { recursive: true });
    execFileSync(process.execPath, [
      at('playbooks/shop-release/scripts/backup.mjs'),
      shop.folder,
      site.path('backups', name, 'last'),
    ]);
  }
  await staging.deploy('4.2.0');
});

afterEach(async () => {
  await production.close();
  await staging.close();
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});

function paramsOf(flag: string, name: string, shop: Shop): readonly string[] {
  const backup = site.path('backups', name, 'last');
  const values = {
    shop: shop.folder,
    backup,
    previousBackup: backup,
    publicUrl: shop.publicUrl,
    internalUrl: shop.internalUrl,
  };
  return Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
}

const rehearse = () => [
  'rehearse',
  at('playbooks/shop-release'),
  ...['--param', 'release=4.1.0', '--param', `smtpPort=${desk.port}`],
  ...paramsOf('--param', 'production', production),
];

test('every step is done in the other shop, every message is marked, production is not touched', async () => {
  const before = snapshot(production.folder);
  const { code, stderr, stdout } = await site.call([
    ...rehearse(),
    ...paramsOf('--rehearsal-param', 'staging', staging),
    '--yes',
    '--json',
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { mode, status, evidence } = JSON.parse(stdout);
  expect([mode, status, evidence.result]).toEqual(['rehearsal', 'rehearsed', 'PASSED']);
  expect(snapshot(production.folder)).toEqual(before);
  expect(await (await fetch(`${staging.internalUrl}/release`)).json()).toMatchObject({ release: '4.1.0' });
  expect(desk.mailbox.map(({ to }) => to)).toEqual([['rehearsals@example.com'], ['rehearsals@example.com']]);
  for (const mail of desk.mailbox) {
    expect(mail.headers.get('subject')).toMatch(/^\[REHEARSAL in staging\] /);
    expect(mail.text).toMatch(/^This is a REHEARSAL in staging: production is not touched\.\n/);
  }
  const { predicate } = JSON.parse(readFileSync(evidence.path, 'utf8'));
  expect(predicate.coverage).toMatchObject({ done: 11, of: 11, leftOut: [] });
  expect(predicate.steps.filter(({ ms }: { ms: number | null }) => ms === null)).toEqual([]);
});

test('where the shop of the rehearsal is production’s, nothing is begun, and each step says why', async () => {
  const before = snapshot(production.folder);
  const { code, stderr } = await site.call([
    ...rehearse(),
    ...paramsOf('--rehearsal-param', 'staging', staging),
    ...['--rehearsal-param', `shop=${production.folder}`, '--yes'],
  ]);
  expect(code).toBe(2);
  const database = join(production.folder, 'shop.db');
  expect(stderr).toContain(
    `step restore-database would be rehearsed on the path ${database}, which is what it has in production`,
  );
  expect(stderr).toContain('step maintenance-on does the same in the rehearsal as in production');
  expect([site.runs, snapshot(production.folder)]).toEqual([[], before]);
});

test('a drill of the database step is got over by its contingency, and does not count as a rehearsal', async () => {
  const drill = [...rehearse(), ...paramsOf('--rehearsal-param', 'staging', staging), '--yes', '--json'];
  const { stdout } = await site.call([...drill, '--inject', 'restore-database:fail']);
  const { evidence, phases } = JSON.parse(stdout);
  expect(evidence.result).toBe('PASSED');
  const restore = phases[2].steps.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`);
  expect(restore).toContain('restore-database-previous succeeded');
  const listed = await site.call(['rehearsals', at('playbooks/shop-release')]);
  expect(listed.stdout).toContain('does not count: it is a drill');
});
