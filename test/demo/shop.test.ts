/** The demo's shop must be as real as the demo says: it closes, lets go of its database, and notices damage. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { snapshot } from '../../demo/snapshot.ts';
import { openShop, type Shop } from '../../demo/stage.ts';

const scripts = fileURLToPath(new URL('../../playbooks/shop-release/scripts/', import.meta.url));
const stock = { orders: 120, uploads: 30, uploadBytes: 200 };

let folder: string;
let shop: Shop;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backout-shop-'));
  shop = await openShop(join(folder, 'shop'), stock);
});

afterEach(async () => {
  await shop.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: await response.text() };
};

/** The database files that the shop's process holds open. */
function held(): readonly string[] {
  const pid = readFileSync(join(shop.folder, 'shop.pid'), 'utf8').trim();
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return links.filter((link) => link.startsWith(join(shop.folder, 'shop.db')));
}

const script = (name: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(scripts, name), ...args], { encoding: 'utf8', stdio: 'pipe' });

test('open, it serves customers and holds its database', async () => {
  expect(await get(`${shop.publicUrl}/orders/7`)).toMatchObject({
    status: 200,
    body: expect.stringContaining('"id":7'),
  });
  expect((await get(`${shop.publicUrl}/uploads/${readdirSync(join(shop.folder, 'uploads'))[0]}`)).status).toBe(200);
  expect(await get(`${shop.internalUrl}/health`)).toEqual({ status: 200, body: '{"status":"ok","faults":[]}' });
  expect(held()).not.toEqual([]);
});

test('closed, it answers 503, lets go of its database, and still answers checks', async () => {
  writeFileSync(join(shop.folder, 'maintenance'), '');
  expect((await get(shop.publicUrl)).status).toBe(503);
  expect(held()).toEqual([]);
  expect((await get(`${shop.internalUrl}/health`)).status).toBe(200);
  expect(held()).toEqual([]);
  rmSync(join(shop.folder, 'maintenance'));
  expect((await get(shop.publicUrl)).status).toBe(200);
});

test('the release that goes wrong loses orders, mangles others, deletes uploads, and fails its health check', async () => {
  const before = snapshot(shop.folder);
  await shop.deploy('4.2.0');
  const after = snapshot(shop.folder);
  expect(after.orders).toBeLessThan(before.orders);
  expect(Number(after.turnover)).toBeGreaterThan(Number(before.turnover));
  expect(after.files).toBeLessThanOrEqual(before.files);
  const health = await get(`${shop.internalUrl}/health`);
  expect(health.status).toBe(500);
  expect(JSON.parse(health.body).faults).toEqual([
    '20 orders are gone, only their lines are left',
    '80 orders have a total that is not the sum of their lines',
    '5 uploaded files are missing',
  ]);
});

describe('the backup', () => {
  const backup = () => join(folder, 'backup');

  test('is complete, and check-data finds every row in it', () => {
    script('backup.mjs', shop.folder, backup());
    expect(readdirSync(backup()).sort()).toEqual(['manifest.json', 'shop.db', 'uploads.sha256', 'uploads.tar.gz']);
    expect(script('check-data.mjs', join(backup(), 'shop.db'), join(backup(), 'manifest.json'))).toContain(
      'orders: 120 rows',
    );
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', join(backup(), 'uploads.sha256')], {
      cwd: join(shop.folder, 'uploads'),
    });
  });

  test.each([
    ['a lost row', 'DELETE FROM orders WHERE id = 3', 'table orders: 119 rows, should be 120'],
    [
      'a changed value',
      'UPDATE orders SET total = total + 1 WHERE id = 3',
      'table orders: 120 rows, but their content differs',
    ],
    [
      'a number that became text',
      'UPDATE orders SET customer = 5 WHERE id = 3',
      'table orders: 120 rows, but their content differs',
    ],
    ['a missing table', 'DROP TABLE uploads', 'table uploads: not there, should have 30 rows'],
    ['a table too many', 'CREATE TABLE coupons (id)', "table coupons: not in the backup's manifest"],
  ])('check-data refuses %s', async (_, sql, message) => {
    script('backup.mjs', shop.folder, backup());
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(join(backup(), 'shop.db'));
    database.exec(sql);
    database.close();
    expect(() => script('check-data.mjs', join(backup(), 'shop.db'), join(backup(), 'manifest.json'))).toThrow(message);
  });

  test('is not there under its name when it could not be finished', () => {
    rmSync(join(shop.folder, 'current'));
    expect(() => script('backup.mjs', shop.folder, backup())).toThrow('ENOENT');
    expect(existsSync(backup())).toBe(false);
  });
});
