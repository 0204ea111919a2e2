/**
 * The playbook on its scene: two sites with a PostgreSQL each, HAProxy, a primary and a secondary name server. That it
 * goes back with every write; and its failing twins: nothing is switched before the writes are safe, access stays closed
 * (P1), people are told (P2), `status` says the truth. One scene for all: the shop is moved again between tests.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { addresses, move, serversOf, serviceName, type World } from '../../demo/scenes/datacenter-failback/move.ts';
import { useShop, worlds } from '../../demo/scenes/datacenter-failback/scene.ts';
import { database, orders } from '../../demo/scenes/datacenter-failback/sites.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { Players } from './rig/players.ts';

jest.setTimeout(120_000);

const name = 'datacenter-failback';
let players: Players;
let world: World;

const atOld = (query: string) => world.old.postgres.sql(database, query);
const atNew = (query: string) => world.new.postgres.sql(database, query);
const namesSay = () =>
  [world.named.primary, world.named.secondary].flatMap((server) => world.named.ask(server, serviceName, 'A'));
const usersGet = async () => (await fetch(String(players.stage.params.publicUrl))).status;
const isReadOnly = () => atOld('show default_transaction_read_only');
const moved = { names: [addresses.new, addresses.new], oldIsReadOnly: 'on' };
const whatIsSwitched = () => ({ names: namesSay(), oldIsReadOnly: isReadOnly() });

const evidenceText = (...path: readonly string[]) =>
  readFileSync(join(String(players.stage.params.evidence), ...path), 'utf8');
const evidence = <T>(...path: readonly string[]) => JSON.parse(evidenceText(...path)) as T;

interface Manifest {
  readonly tables: readonly { readonly table: string; readonly file: string; readonly rows: number; sha256: string }[];
}

describeWith(['initdb', 'pg_restore', 'haproxy', 'named', 'nsupdate', 'openssl'], name, () => {
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
    const { code, view } = await players.run('--dry-run');
    expect([code, view.status]).toEqual([0, 'simulated']);
    expect([whatIsSwitched(), await usersGet(), players.subjects]).toEqual([moved, 200, []]);
  });

  test('brings users back to the old site with every write of both eras', async () => {
    await players.stage.goWrong();
    expect(await players.amiss()).toHaveLength(5);
    const { code, view } = await players.run('--yes');
    expect([code, view.status]).toEqual([0, 'succeeded']);
    expect(view.truth).toEqual({ access: 'open', data: 'restored', health: 'proven' });
    expect(await players.amiss()).toEqual([]);
    expect(atOld("select count(*), count(*) filter (where state = 'shipped') from orders")).toBe(`${orders + 8}|3`);
    const { tables } = evidence<Manifest>(view.run, 'manifest.json');
    expect(tables.map(({ table, rows }) => [table, rows])).toEqual([
      ['public.orders', 11],
      ['public.order_lines', 8],
    ]);
    for (const { file, sha256 } of tables) {
      expect(createHash('sha256').update(evidenceText(view.run, file)).digest('hex')).toBe(sha256);
    }
    expect(evidence('replication.json')).toMatchObject({ primary: 'old', found: { old: { readOnly: true } } });
    expect(players.subjects).toEqual([
      'Backout of CHG0300 has begun: the shop goes back to the old site',
      'Backout of CHG0300 is done: the shop is open at the old site',
    ]);
    // Numbers go on after those that the new site gave.
    await useShop(world, 1, []);
    expect(Number(atOld('select max(id) from orders'))).toBeGreaterThan(orders + 8);
  });

  test('rows that both sites have changed are not merged by guessing: nothing is switched, and a person is asked', async () => {
    const movedAt = await move(world);
    await useShop(world, 2, [10, 11]);
    atOld("begin read write; update orders set state = 'returned', updated_at = now() where id = 10; commit");
    const { code, view, stderr } = await players.run('--yes', '--param', `movedAt=${movedAt}`);
    expect([code, view.status, view.truth.access]).toEqual([3, 'waiting', 'closed']);
    expect(stderr).toMatch(/orders: 1 rows were changed at both sites since .*: 10/);
    expect(atOld(`select count(*) from orders where id > ${orders + 9} or id = 11 and state = 'shipped'`)).toBe('0');
    expect([whatIsSwitched(), await usersGet()]).toEqual([moved, 503]);
    expect((await players.backout('stop', view.run, '--reason', 'to be looked at')).code).toBe(4);
    expect(players.subjects.at(-1)).toMatch(/HAS NOT SUCCEEDED/);
  });

  test('a health check that fails keeps both sites closed, with all writes back; status says so', async () => {
    const [healthy, splendid] = ['status: ok', 'status: splendid'] as const;
    players.edit([healthy, splendid], ['within: 2m }', 'within: 3s }'], ['default: stop', 'default: newer']);
    const { code, view } = await players.run('--yes');
    expect([code, view.status]).toEqual([1, 'failed']);
    expect(view.truth).toEqual({ access: 'closed', data: 'restored', health: 'failing' });
    expect([await serversOf(world.haproxy), await usersGet()]).toEqual(['old MAINT, new MAINT', 503]);
    expect(players.subjects.at(-1)).toMatch(/HAS NOT SUCCEEDED/);
    const status = await players.backout('status');
    expect(status.stdout).toMatch(/access is closed, data is restored, health checks fail/);
    expect(atOld('select state from orders where id = 10')).toBe('returned');
    expect(evidenceText(view.run, 'both-changed-public.orders.csv')).toMatch(/^10,.*returned/m);
    expect(atOld('select state from orders where id = 11')).toBe('shipped');
    players.edit([splendid, healthy]);
  });

  test('nothing is switched while the writes cannot be exported', async () => {
    await move(world);
    await useShop(world, 2, []);
    atNew('alter role shop_export nologin');
    const { code, view, stderr } = await players.run('--yes');
    expect([code, view.status, view.truth.access]).toEqual([3, 'waiting', 'closed']);
    expect(stderr).toMatch(/shop at the new site .*not permitted to log in/);
    expect([whatIsSwitched(), await usersGet()]).toEqual([moved, 503]);
    expect((await players.backout('stop', view.run, '--reason', 'ask for the role')).code).toBe(4);
    expect(players.subjects.at(-1)).toMatch(/HAS NOT SUCCEEDED/);
    expect((await players.backout('status')).stdout).toMatch(/access is closed/);
  });

  test('when the new site is gone, people may go back without its writes, step by step, by name and reason', async () => {
    await world.new.postgres.stop();
    const before = atOld('select count(*) from orders');
    const { code, view } = await players.run('--yes');
    expect([code, view.status]).toEqual([3, 'waiting']);
    const skip = (step: string) => players.backout('skip', view.run, step, '--reason', 'the new site is gone');
    const skipped = await skip('close-new-database');
    expect([skipped.code, skipped.stderr]).toEqual([3, expect.stringMatching(/export-writes +failed/)]);
    expect([whatIsSwitched(), await usersGet()]).toEqual([moved, 503]);
    // A closing step was skipped: nobody can say that it is closed.
    expect((await players.backout('status')).stdout).toMatch(/access is not known/);
    expect((await skip('export-writes')).code).toBe(3);
    expect((await skip('import-writes')).code).toBe(3);
    // Nothing shows that the writes are there.
    expect([(await skip('fence-new-site')).code, await usersGet()]).toEqual([1, 503]);
    expect([(await skip('writes-are-there')).code, await usersGet()]).toEqual([6, 200]);
    expect(whatIsSwitched()).toEqual({ names: [addresses.old, addresses.old], oldIsReadOnly: 'off' });
    expect(atOld('select count(*) from orders')).toBe(before);
    expect(evidence('replication.json')).toMatchObject({ primary: 'old', found: { new: null } });
  });
});
