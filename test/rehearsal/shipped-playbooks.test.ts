/**
 * The places that the shipped playbooks name for their rehearsals: with production as their READMEs describe it, the
 * guard objects to nothing, and the only thing that lacks are staging's own passwords.
 */
import { fileURLToPath } from 'node:url';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';
import { productions, type Values } from './productions.ts';

jest.setTimeout(60_000);

const playbookOf = (name: string) => fileURLToPath(new URL(`../../playbooks/${name}`, import.meta.url));

function args(site: Site, name: string, more: Values = {}): readonly string[] {
  const hosts = name === 'software-release';
  const inventories = hosts
    ? {
        real: { inventory: site.write('real.ini', '[web]\nweb1.example.com\nweb2.example.com\n') },
        there: { inventory: site.write('there.ini', '[web]\nweb1.staging.example.com\nweb2.staging.example.com\n') },
      }
    : { real: {}, there: {} };
  const real = Object.entries({ ...productions[name], ...inventories.real });
  const there = Object.entries({ ...inventories.there, ...more });
  return [
    ...['rehearse', playbookOf(name), '--yes'],
    ...real.flatMap(([key, value]) => ['--param', `${key}=${value}`]),
    ...there.flatMap(([key, value]) => ['--rehearsal-param', `${key}=${value}`]),
  ];
}

test.each(Object.keys(productions).filter((name) => name !== 'shop-release'))(
  '%s: nothing of it is production, and it lacks its passwords only',
  async (name) => {
    const site = new Site();
    const { code, stderr } = await site.call(args(site, name));
    expect([code, stderr]).toEqual([2, expect.stringMatching(/secret.*STAGING_/)]);
    expect([site.runs, stderr]).toEqual([[], expect.not.stringMatching(/would be rehearsed|does the same/)]);
  },
);

test.each<readonly [name: string, more: Values, said: string]>([
  [
    'shop-release',
    { shop: '/srv/shop' },
    'restore-database would be rehearsed on the path /srv/shop/shop.db, which is',
  ],
  ['itil-basic', { dbHost: 'DB.example.com.' }, 'restore-database would be rehearsed on the PostgreSQL database db.ex'],
  ['itil-basic', { serviceDesk: 'ServiceDesk@example.com' }, 'on the recipient servicedesk@example.com, which is'],
  [
    'software-release',
    { haproxySocket: '/run/haproxy/admin.sock' },
    'drain-first would be rehearsed on the HAProxy /run/',
  ],
  ['datacenter-failback', { newDbHost: 'db.old.example.com' }, 'which old-site-takes-writes has in production'],
  ['cloud-failback', { files: '/srv/files' }, 'restore-shop-files would be rehearsed on the path /srv/files/shop'],
  [
    'cloud-failback',
    { cloudFiles: 'files.cloud.example.com:/srv/files' },
    'on the path files.cloud.example.com:/srv/fi',
  ],
  ['many-parts', { redisHost: 'redis.example.com' }, 'restore-redis would be rehearsed on the Redis server redis.exa'],
  ['many-parts', { nameServer: 'ns1.example.com', zone: 'example.com', serviceName: 'shop.example.com' }, 'DNS name'],
])('%s with %j is refused', async (name, more, said) => {
  const site = new Site();
  const { code, stderr } = await site.call(args(site, name, more));
  expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  expect([site.runs, stderr]).toEqual([[], expect.stringContaining('Nothing was run.')]);
});

test('of two plans from one file it is said which of them is wrong', async () => {
  const site = new Site();
  const { stderr } = await site.call(args(site, 'itil-basic', { orders: 'many' }));
  expect(stderr).toMatch(/^As it would be rehearsed in staging:\n.*orders/);
  const real = await site.call([...args(site, 'itil-basic'), '--param', 'orders=many']);
  expect(real.stderr).toMatch(/^As it would be run for real, with the parameters given:\n.*orders/);
});
