/**
 * The playbook on a bad day, with the built program and the demo's shop: what it restores from when the backup is
 * damaged, and that customers stay shut out (P1) and people are told (P2) when health cannot be proven.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openServiceDesk, type ServiceDesk } from '../../demo/service-desk.ts';
import { placeOrders } from '../../demo/shop/stock.ts';
import { snapshot } from '../../demo/snapshot.ts';
import { openShop, type Shop } from '../../demo/stage.ts';
import { ensureBuilt } from '../rig/built.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const original = at('playbooks/shop-release/playbook.yaml');

let folder: string;
let playbook: string;
let shop: Shop;
let desk: ServiceDesk;

beforeAll(ensureBuilt);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backout-playbook-'));
  playbook = impatient();
  desk = await openServiceDesk();
  shop = await openShop(join(folder, 'shop'), { orders: 120, uploads: 30, uploadBytes: 300 });
  backUp('nightly');
  const database = new DatabaseSync(join(shop.folder, 'shop.db'));
  placeOrders(database, 121, 5);
  database.close();
  backUp('before');
  await shop.deploy('4.2.0');
});

afterEach(async () => {
  await shop.close();
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The playbook as it is, but for a minute's patience with a shop that is not well. */
function impatient(): string {
  cpSync(dirname(original), join(folder, 'playbook'), { recursive: true });
  const copy = join(folder, 'playbook/playbook.yaml');
  writeFileSync(
    copy,
    readFileSync(copy, 'utf8').replaceAll('within: 1m', 'within: 3s').replaceAll('delay: 10s', 'delay: 1s'),
  );
  return copy;
}

function backUp(name: string): void {
  execFileSync(process.execPath, [at('playbooks/shop-release/scripts/backup.mjs'), shop.folder, join(folder, name)]);
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Beside this process, which is the Service Desk. */
function backout(...args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [at('bin/backout.js'), ...args, '--home', join(folder, 'home')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

async function run(...more: readonly string[]) {
  const params = {
    release: '4.1.0',
    shop: shop.folder,
    backup: join(folder, 'before'),
    previousBackup: join(folder, 'nightly'),
    publicUrl: shop.publicUrl,
    internalUrl: shop.internalUrl,
    smtpPort: desk.port,
  };
  const given = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const ran = await backout('run', playbook, ...given, '--json', ...more);
  return { ...ran, view: JSON.parse(ran.stdout) };
}

const statusOf = async (url: string) => (await fetch(url)).status;
const subjects = () => desk.mailbox.map((mail) => mail.headers.get('subject'));

test('it lacks nothing but a rehearsal', () => {
  const lint = spawnSync(process.execPath, [at('bin/backout.js'), 'lint', '--json', original], { encoding: 'utf8' });
  const found: readonly { readonly rule: string }[] = JSON.parse(lint.stdout);
  expect({ status: lint.status, found: found.map(({ rule }) => rule) }).toEqual({
    status: 0,
    found: ['no-fresh-rehearsal'],
  });
});

test('a dry run checks the backups, and changes nothing', async () => {
  const before = snapshot(shop.folder);
  const { code, view } = await run('--dry-run');
  expect({ code, mode: view.mode, status: view.status }).toEqual({ code: 0, mode: 'dry-run', status: 'simulated' });
  expect(snapshot(shop.folder)).toEqual(before);
  expect(await statusOf(shop.publicUrl)).toBe(200);
  expect(subjects()).toEqual([]);
}, 60_000);

test('a damaged backup: the one before is restored, and a person decides about the orders between them', async () => {
  truncateSync(join(folder, 'before/shop.db'), 8_192);
  const { code, view } = await run('--yes');
  expect({ code, status: view.status, access: view.truth.access }).toEqual({
    code: 3,
    status: 'waiting',
    access: 'closed',
  });
  expect(await statusOf(shop.publicUrl)).toBe(503);

  const skipped = await backout('skip', view.run, 'orders-are-back', '--reason', 'five orders are lost, accepted');
  expect(skipped).toMatchObject({ code: 6 });
  expect(await statusOf(shop.publicUrl)).toBe(200);
  expect(snapshot(shop.folder).orders).toBe(120);
  expect(subjects()).toEqual([
    'Backout of CHG0042 has begun: the shop is being closed',
    'Backout of CHG0042 is done: the shop is open',
  ]);
}, 120_000);

test('health that cannot be proven: the shop stays closed, and the duty manager is told', async () => {
  // Files of both backups are gone for good: the shop itself finds that.
  execFileSync(
    'sh',
    [
      '-c',
      'tar -xzf uploads.tar.gz && rm -f order-*-photo-7.jpg uploads.tar.gz && tar -czf uploads.tar.gz ./*.jpg && sed -i "/photo-7.jpg/d" uploads.sha256',
    ],
    {
      cwd: join(folder, 'before'),
    },
  );
  const { code, view } = await run('--yes');
  expect({ code, status: view.status, truth: view.truth }).toEqual({
    code: 1,
    status: 'failed',
    truth: { access: 'closed', data: 'restored', health: 'failing' },
  });
  expect(existsSync(join(shop.folder, 'maintenance'))).toBe(true);
  expect(await statusOf(shop.publicUrl)).toBe(503);
  expect(subjects()).toEqual([
    'Backout of CHG0042 has begun: the shop is being closed',
    'Backout of CHG0042 HAS NOT SUCCEEDED: the shop needs people',
  ]);
  expect(desk.mailbox.at(-1)?.to).toEqual(['duty-manager@example.com', 'servicedesk@example.com']);
  expect(desk.mailbox.at(-1)?.text).toContain('Access is closed, data restored, health failing.');
}, 120_000);
