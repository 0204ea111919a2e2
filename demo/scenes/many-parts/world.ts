/** The shop as it stands: what the change does to it, and what is measured of it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Nginx } from '../../../test/rig/servers/nginx.ts';
import { path } from '../../../test/rig/servers/program.ts';
import type { Fact } from '../scene.ts';
import type { Backups } from './backups.ts';
import { addresses, databases, type Parts, reports, serviceName, stock, zone } from './parts.ts';

export interface World extends Parts {
  readonly nginx: Nginx;
  readonly internalUrl: string;
  readonly backups: Backups;
  /** `olderOrders`: as they were at the backup before last. */
  readonly before: Digests & { readonly olderOrders: string };
}

/** Of everything that a part holds. */
export interface Digests {
  readonly orders: string;
  readonly articles: string;
  readonly carts: string;
  readonly uploads: string;
  readonly documents: string;
}

/** An import of articles that goes through every part. */
export async function goWrong(world: World): Promise<readonly string[]> {
  const { postgres, mariadb, redis, uploads, documents, internalUrl } = world;
  postgres.sql(
    databases.postgres,
    'delete from orders where id % 3 = 0; update orders set total = null where id % 5 = 0',
  );
  mariadb.sql(
    `USE ${databases.mariadb}; DELETE FROM articles WHERE id % 4 = 0; UPDATE articles SET price = 0 WHERE id > 60`,
  );
  redis.cli('FLUSHALL');
  for (const name of readdirSync(uploads).slice(0, 20)) rmSync(join(uploads, name));
  for (const name of readdirSync(documents).slice(0, 100)) writeFileSync(join(documents, name), 'order 0\n');
  pointName(world, addresses.nowhere);
  const health = await fetch(`${internalUrl}/health`);
  const { faults } = (await health.json()) as { readonly faults: readonly string[] };
  return [`GET /health: ${health.status}; ${faults.join('; ')}`];
}

function pointName({ named }: World, address: string): void {
  const [host = '', port = ''] = named.primary.split(':');
  const lines = [
    `server ${host} ${port}`,
    `key hmac-sha256:${named.key.name} ${named.key.secret}`,
    `zone ${zone}`,
    `update delete ${serviceName} A`,
    `update add ${serviceName} 60 A ${address}`,
    'send',
  ];
  execFileSync(path('nsupdate'), ['-v'], { input: `${lines.join('\n')}\n`, stdio: ['pipe', 'ignore', 'pipe'] });
}

export function digestsOf({ postgres, mariadb, redis, uploads, documents }: Parts): Digests {
  return {
    orders: ordersDigest(postgres),
    articles: mariadb.sql(
      `SELECT COUNT(*), MD5(GROUP_CONCAT(CONCAT_WS('|', id, title, price, photo) ORDER BY id)) FROM ${databases.mariadb}.articles`,
    ),
    carts: redis.cli('EVAL', cartsDigest, '0'),
    uploads: treeDigest(uploads),
    documents: treeDigest(documents),
  };
}

/** Without the orders above `upTo`. */
export const ordersDigest = (postgres: Parts['postgres'], upTo: number = stock.orders): string =>
  postgres.sql(
    databases.postgres,
    `select count(*) || ' ' || md5(string_agg(o::text, ',' order by id)) || ' ' ||
       (select md5(string_agg(c::text, ',' order by id)) from customers c) from orders o where id <= ${upTo}`,
  );

const cartsDigest = `
  local names = redis.call('KEYS', '*')
  table.sort(names)
  local all = ''
  for _, name in ipairs(names) do all = all .. name .. '=' .. redis.call('GET', name) .. ';' end
  return #names .. ' ' .. redis.sha1hex(all)`;

function treeDigest(tree: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(tree).sort()) hash.update(`${name}\0`).update(readFileSync(join(tree, name)));
  return hash.digest('hex');
}

export async function facts(world: World): Promise<readonly Fact[]> {
  const now = digestsOf(world);
  const same = (part: keyof Digests) => now[part] === world.before[part];
  const { named, nginx } = world;
  const answers = [named.primary, named.secondary].flatMap((server) => named.ask(server, serviceName, 'A'));
  return [
    { what: 'PostgreSQL: every customer and order is as before the change', holds: same('orders') },
    { what: 'MariaDB: every article is as before the change', holds: same('articles') },
    { what: 'Redis: every cart is as before the change', holds: same('carts') },
    { what: 'every photo is as before the change, and no other is there', holds: same('uploads') },
    { what: 'every invoice is as before the change, and no other is there', holds: same('documents') },
    { what: 'both name servers send users here', holds: answers.join() === `${addresses.here},${addresses.here}` },
    { what: 'users who follow the name get the shop, with its data', holds: await isServed(answers[0], nginx.port) },
    { what: 'reports can be made from both databases again', holds: canReport(world) },
  ];
}

async function isServed(address: string | undefined, port: number): Promise<boolean> {
  if (address !== addresses.here) return false;
  const front = await fetch(`http://${address}:${port}/`);
  if (!front.ok) return false;
  const { articles, carts } = (await front.json()) as { readonly articles: number; readonly carts: number };
  return articles === stock.articles && carts === stock.carts;
}

/** People with a login of their own, past the service. */
export function canReport({ postgres, mariadb }: World): boolean {
  const client = ['--no-defaults', '--protocol=tcp', '--host=127.0.0.1', `--port=${mariadb.login.port}`];
  try {
    postgres.run('psql', ['-Xqc', 'select 1', databases.postgres], {
      PGUSER: reports.name,
      PGPASSWORD: reports.password,
    });
    mariadb.sql('SELECT 1', [...client, `--user=${reports.name}`, `--password=${reports.password}`]);
    return true;
  } catch {
    return false;
  }
}
