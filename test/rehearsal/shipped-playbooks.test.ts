/**
 * The places that the shipped playbooks name for their rehearsals: with production as their READMEs describe it, the
 * guard objects to nothing, and the only thing that lacks are staging's own passwords.
 */
import { fileURLToPath } from 'node:url';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

type Values = Readonly<Record<string, string | number>>;

const paths = (folder: string, ...names: readonly string[]): Values =>
  Object.fromEntries(names.map((name) => [name, `${folder}/${name}`]));

const productions: Readonly<Record<string, Values>> = {
  'shop-release': {
    release: '4.1.0',
    publicUrl: 'https://shop.example.com',
    internalUrl: 'http://127.0.0.1:8081',
    ...paths('/srv', 'shop', 'backup', 'previousBackup'),
  },
  'itil-basic': {
    publicUrl: 'https://portal.example.com',
    internalUrl: 'http://127.0.0.1:8080',
    dbHost: 'db.example.com',
    database: 'portal',
    serviceRole: 'portal',
    orders: 4711,
    ...paths('/srv/portal', 'maintenanceFlag', 'dump', 'uploads', 'uploadsArchive', 'uploadsManifest'),
  },
  'software-release': {
    release: '20261120093000',
    releasedAt: '2026-11-20T09:30:00Z',
    app: 'photos',
    health: 'curl -fsS http://127.0.0.1:8080/health',
    publicUrl: 'https://photos.example.com',
    backend: 'photos',
    servers: 'web1,web2,web3',
    repository: '/backups/photos',
    backupHost: 'files',
    ...paths('/srv/photos', 'halted', 'uploads', 'uploadsList', 'thumbnails'),
  },
  'datacenter-failback': {
    publicUrl: 'https://shop.example.com',
    backend: 'shop',
    nameServer: 'ns1.example.com',
    secondNameServer: 'ns2.example.com',
    zone: 'example.com',
    serviceName: 'shop.example.com',
    oldTarget: '198.51.100.10',
    dnsKey: 'failback',
    oldHost: 'shop.old.example.com',
    oldPort: 8080,
    oldTlsPort: 8443,
    database: 'shop',
    tables: 'customers,orders',
    movedAt: '2026-11-22T01:30:00Z',
    oldDbHost: 'db.old.example.com',
    oldDbOwner: 'shop',
    newDbHost: 'db.new.example.com',
    exportRole: 'shop_export',
    evidence: '/srv/failback',
  },
  'cloud-failback': {
    services: 'shop',
    migratedAt: '2026-11-22T01:30:00Z',
    publicUrl: 'https://www.example.com',
    shopUrl: 'http://shop.house.example.com',
    billingUrl: 'http://billing.house.example.com',
    wikiUrl: 'http://wiki.house.example.com',
    dbHost: 'db.house.example.com',
    cloudDbHost: 'db.cloud.example.com',
    cloudFiles: 'files.cloud.example.com:/srv/files',
    repository: '/backups/restic',
    ...paths('/srv', 'flags', 'files', 'backedUpDumps', 'backedUpFiles', 'work'),
  },
  'many-parts': {
    publicUrl: 'https://shop.example.com',
    internalUrl: 'http://127.0.0.1:8080',
    pgHost: 'pg.example.com',
    pgDatabase: 'shop',
    pgServiceRole: 'shop',
    pgQuery: 'select count(*) from orders',
    pgAnswer: '4711',
    pgPreviousAnswer: '4700',
    mariadbHost: 'mariadb.example.com',
    mariadbDatabase: 'catalogue',
    mariadbServiceAccount: 'shop',
    mariadbQuery: 'select count(*) from articles',
    mariadbAnswer: '500',
    redisHost: 'redis.example.com',
    redisKeys: 100,
    nameServer: 'ns1.example.com',
    secondNameServer: 'ns2.example.com',
    zone: 'example.com',
    serviceName: 'shop.example.com',
    oldTarget: '198.51.100.10',
    dnsKey: 'backout',
    ...paths('/srv/shop', 'maintenanceFlag', 'pgDump', 'pgPreviousDump', 'mariadbDump', 'redisBackup', 'kept'),
    ...paths('/srv/shop', 'uploads', 'uploadsArchive', 'uploadsManifest'),
    ...paths('/srv/shop', 'documents', 'documentsArchive', 'documentsManifest'),
  },
};

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
