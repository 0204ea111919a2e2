/** Production, spelled in another way, is production all the same; what is really another place is another one. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { placesByAdapter } from '../../adapters/places/table.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { isProduction } from './held-against.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backout-spelled-'));
  mkdirSync(join(folder, '.config/systemd/user'), { recursive: true });
  symlinkSync('/usr/lib/systemd/user/shop.service', join(folder, '.config/systemd/user/store.service'));
  symlinkSync('/dev/null', join(folder, '.config/systemd/user/gone.service'));
  writeFileSync(join(folder, 'kc'), kubeconfig('https://live.example:6443/a%2Fb'));
  writeFileSync(join(folder, 'same'), kubeconfig('HTTPS://alias.example:6443/a/b/'));
  writeFileSync(join(folder, 'staging'), kubeconfig('https://staging.example:6443/a/b'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const kubeconfig = (server: string) =>
  JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c' } }],
    clusters: [{ name: 'c', cluster: { server } }],
  });

const hook = 'https://hooks.live.example/services/T1/B1';
const workflow = 'https://live.example/workflows/1/invoke?sig=x';
const bot = 'xoxb-1234567-1-a';
const dns = { server: 'live.example', zone: 'example.com', name: 'www.example.com' };
const local = { database: 'shop', host: 'localhost' };
const shop = { host: 'live.example', database: 'shop' };
const deploy = { path: '/srv/shop' };
const haproxy = { socket: '/run/haproxy/admin.sock', backend: 'shop' };
const channel = { token: bot, channel: '#ops' };
const jira = { baseUrl: 'https://live.example/jira', issue: 'OPS-1' };
const record = { baseUrl: 'https://live.example', table: 'change_request', number: 'CHG0001' };
const page = { page: 'p1' };
const scaled = { name: 'shop', kubeconfig: 'kc' };
const request = { url: 'https://live.example/orders' };

/** Fields that go over those of production. */
type Row = readonly [
  adapter: string,
  production: JsonObject,
  same: readonly JsonObject[],
  others: readonly JsonObject[],
];

const rows: readonly Row[] = [
  [
    'dns/update',
    dns,
    [
      { zone: 'example.com.', name: 'www.example.com.' },
      { name: 'WWW.Example.com', server: 'LIVE.example.:053' },
      { name: 'www' },
      { zone: 'www.example.com', name: '@' },
      { server: '203.0.113.1:53' },
    ],
    [{ name: 'staging.example.com' }, { server: 'staging.example' }, { server: 'live.example:5353' }],
  ],
  [
    'docker/compose',
    { directory: '/srv/shop', project: 'shop' },
    [
      { directory: '/srv/./x/../shop', project: 'other' },
      { directory: '/srv/copy', project: 'Shop' },
    ],
    [{ directory: '/srv/staging', project: 'shop-staging' }],
  ],
  [
    'email',
    { to: 'Ruth <ruth@example.com>' },
    [
      { to: 'RUTH@EXAMPLE.COM' },
      { to: '"ruth"@example.com.' },
      { to: 'x@staging.example', cc: ['Somebody else <Ruth@Example.com>'] },
    ],
    [{ to: 'ruth+rehearsal@example.com' }, { to: 'ruth@staging.example' }],
  ],
  ['email', { to: 'a@münchen.example' }, [{ to: 'a@xn--mnchen-3ya.EXAMPLE' }], [{ to: 'a@munchen.example' }]],
  ['files/restore', { target: 'data' }, [{ target: './data/' }, { target: 'x/../data/up' }], [{ target: 'data-2' }]],
  [
    'files/rsync',
    { target: 'live.example:/srv/shop' },
    [
      { target: 'ops@LIVE.example.:/srv//shop/' },
      { target: '203.0.113.1:/srv/shop/up/../img' },
      { target: '[::ffff:203.0.113.1]:/srv/shop' },
    ],
    [{ target: 'live.example:/srv/staging' }, { target: 'staging.example:/srv/shop' }],
  ],
  ['files/rsync', { target: 'live.example:shop' }, [{ target: 'live.example:~/shop' }], [{ target: 'live.example:x' }]],
  [
    'git/checkout',
    { folder: '/srv/shop' },
    [{ folder: '/srv/shop/.git/..' }, { folder: '/srv/shop/docs' }],
    [{ folder: '/srv/shop-staging' }],
  ],
  [
    'haproxy/server',
    haproxy,
    [{ socket: '/run//haproxy/./admin.sock' }, { socket: '127.0.0.1:9999' }, { socket: '[::1]:9999' }],
    [{ backend: 'shop-staging' }, { socket: '/run/haproxy-staging/admin.sock' }, { socket: 'staging.example:9999' }],
  ],
  [
    'haproxy/server',
    { socket: 'live.example:9999', backend: 'shop' },
    [{ socket: 'LIVE.example.:09999' }],
    [{ socket: 'live.example:9998' }],
  ],
  [
    'helm/rollback',
    { release: 'shop', kubeconfig: 'kc' },
    [{ kubeconfig: './kc' }, { kubeconfig: 'same', namespace: 'default' }],
    [{ kubeconfig: 'staging' }, { release: 'shop-staging' }],
  ],
  [
    'http',
    request,
    [{ url: 'HTTPS://ops:x@LIVE.example.:443/' }, { url: 'https://203.0.113.1' }, { url: 'https://%6cive.example' }],
    [{ url: 'https://staging.example' }, { url: 'https://live.example:8443' }],
  ],
  ['http/request', request, [{ url: 'https://alias.example/x#y' }], [{ url: 'http://live.example/orders' }]],
  [
    'jira',
    jira,
    [
      { baseUrl: 'https://LIVE.example:443/jira/' },
      { baseUrl: 'https://alias.example//%6Aira', issue: 'ops-1' },
      { baseUrl: 'https://203.0.113.1/x/../jira?' },
    ],
    [{ issue: 'OPS-2' }, { baseUrl: 'https://staging.example/jira' }, { baseUrl: 'https://live.example/jira-staging' }],
  ],
  [
    'kubernetes/rollout-undo',
    { deployment: 'shop', kubeconfig: 'kc' },
    [{ kubeconfig: './x/../kc', namespace: 'default' }],
    [{ deployment: 'shop-staging' }],
  ],
  ['kubernetes/scale', scaled, [{ kind: 'deployment', kubeconfig: 'same' }], [{ kubeconfig: 'staging' }]],
  ['kubernetes/scale', { name: 'a' }, [{ kubeconfig: '.kube/config' }], [{ kubeconfig: 'gone' }]],
  ['mariadb/access', shop, [{ host: 'LIVE.example.', port: '03306', database: 'Shop' }], [{ database: 'shop2' }]],
  ['mariadb/query', local, [{ host: null, socket: '/run/my.sock' }], [{ host: 'staging.example' }]],
  ['mariadb/restore', shop, [{ host: '203.0.113.1', port: 3306 }], [{ port: 3307 }]],
  [
    'nginx/maintenance',
    { flag: '/var/lib/shop/closed' },
    [{ flag: '/var/lib//shop/./closed' }, { flag: null, include: '/var/lib/x/../shop/closed' }],
    [{ flag: '/var/lib/shop/closed-staging' }],
  ],
  [
    'nginx/maintenance',
    { include: 'conf/a', check: 'https://live.example/' },
    [{ include: './conf/a' }, { include: 'conf/b', check: 'https://LIVE.example.' }],
    [{ include: 'conf/b', check: 'https://staging.example' }],
  ],
  [
    'pagerduty',
    { routingKey: 'a'.repeat(32) },
    [{ url: 'https://events.eu.pagerduty.com/v2/enqueue' }],
    [{ routingKey: 'b'.repeat(32) }],
  ],
  ['postgres/access', shop, [{ host: 'LIVE.example.', port: 5432 }], [{ port: 5433 }]],
  ['postgres/query', local, [{ host: '/run/postgresql' }, { host: '[::1]' }], [{ host: 'staging.example' }]],
  ['postgres/restore', shop, [{ host: 'staging.example,203.0.113.1' }], [{ database: 'shop_staging' }]],
  ['prometheus/query', request, [{ url: 'https://LIVE.example/prometheus/' }], [{ url: 'https://staging.example' }]],
  ['redis/ping', {}, [{ host: '[::1]', port: '06379' }, { socket: '/run/redis.sock' }], [{ port: 6380 }]],
  [
    'redis/restore',
    { socket: '/run/redis.sock' },
    [{ socket: '/run/./redis.sock' }, { socket: null, host: 'localhost', port: 6379 }],
    [{ socket: '/run/staging.sock' }, { socket: null, host: 'staging.example' }],
  ],
  [
    'release/symlink',
    deploy,
    [
      { path: '/srv/shop/' },
      { path: '/srv/staging', current: '/srv/shop/current' },
      { path: '/srv/staging', halt: '../shop/HALT' },
      { path: '/srv/staging', releases: '/srv/shop/releases', quarantine: true },
    ],
    [{ path: '/srv/staging' }, { path: '/srv/staging', current: 'now', releases: '/srv/shop/releases' }],
  ],
  ['restic/restore', { target: '/srv/shop' }, [{ target: '/srv/shop/' }], [{ target: '/srv/staging' }]],
  [
    'servicenow',
    record,
    [{ baseUrl: 'https://live.EXAMPLE:443/' }, { baseUrl: 'https://203.0.113.1/?', number: 'chg0001' }],
    [{ number: 'CHG0002' }, { baseUrl: 'https://staging.example' }],
  ],
  [
    'servicenow',
    { baseUrl: 'https://live.example' },
    [{ table: 'incident' }],
    [{ baseUrl: 'https://staging.example' }],
  ],
  [
    'slack',
    { url: hook },
    [
      { url: 'https://hooks.live.example/services/T1/%42%31' },
      { url: 'https://HOOKS.live.example.:443//services/./T1/B1/?x=1#y' },
      { url: 'https://ops@hooks.live.example/services/T1/B1?' },
    ],
    [{ url: 'https://hooks.live.example/services/T1/B2' }, { url: 'https://staging.example/services/T1/B1' }],
  ],
  [
    'slack',
    channel,
    [{ channel: 'ops' }, { channel: '#OPS', token: 'xoxb-1234567-2-b' }, { baseUrl: 'https://SLACK.com/api/' }],
    [{ channel: '#ops-staging' }, { token: 'xoxb-7654321-1-a' }, { baseUrl: 'https://staging.example/api' }],
  ],
  ['slack', { ...channel, channel: 'C0123456789' }, [{ token: 'xoxp-9-1-a' }], [{ channel: 'C0123456780' }]],
  ['sqlite/restore', { database: 'shop.db' }, [{ database: './shop.db' }], [{ database: 'staging.db' }]],
  [
    'statuspage',
    page,
    [{ baseUrl: 'https://API.statuspage.io/' }, { page: 'P1', baseUrl: 'https://api.statuspage.io:443' }],
    [{ page: 'p2' }, { baseUrl: 'https://staging.example' }],
  ],
  [
    'systemd/active',
    { unit: ['shop', 'web.socket'] },
    [{ unit: 'web.socket' }, { unit: ['x.service', 'shop.service'], scope: 'system' }],
    [{ unit: ['shop.socket', 'web'] }, { scope: 'user' }],
  ],
  ['systemd/unit', { unit: 'shop.service' }, [{ unit: 'shop' }], [{ unit: 'shop@staging' }, { unit: 'shop.timer' }]],
  [
    'systemd/unit',
    { unit: 'shop', scope: 'user' },
    [{ unit: 'store' }, { unit: ['x', 'store.service'] }],
    [{ unit: 'gone' }, { unit: 'store', scope: 'system' }],
  ],
  ['tcp', { host: 'live.example', port: 80 }, [{ host: '203.0.113.1', port: '080' }], [{ port: 81 }]],
  ['teams', { url: workflow }, [{ url: `${workflow}&x=1` }], [{ url: workflow.replace('/1/', '/2/') }]],
  ['tls', { host: 'live.example' }, [{ host: 'LIVE.example.', port: 443 }], [{ host: 'staging.example' }]],
  [
    'webhook',
    { url: 'https://live.example/a?to=b&from=c' },
    [{ url: 'https://live.example/a/?from=%63&to=b' }, { url: 'https://alias.example//a?&to=b&from=c' }],
    [{ url: 'https://live.example/a?to=staging&from=c' }, { url: 'https://live.example/a' }],
  ],
];

test('every adapter that names its places is spelled here', () => {
  const naming = [...placesByAdapter].flatMap(([name, places]) => (places === null ? [] : [name]));
  expect([...new Set(rows.map(([adapter]) => adapter))].sort()).toEqual(naming.sort());
});

const held = (over: 'same' | 'others') =>
  rows.flatMap(([adapter, production, same, others]) =>
    (over === 'same' ? same : others).map((fields) => [adapter, production, fields] as const),
  );
const answer = (adapter: string, production: JsonObject, fields: JsonObject) =>
  isProduction(adapter, folder, { with: production }, { with: { ...production, ...fields } });

describe('refused', () => {
  test.each(held('same'))('%s %j is rehearsed with %j', async (adapter, production, fields) => {
    expect(await answer(adapter, production, fields)).toBe(true);
  });
});

describe('accepted', () => {
  test.each(held('others'))('%s %j is rehearsed with %j', async (adapter, production, fields) => {
    expect(await answer(adapter, production, fields)).toBe(false);
  });
});
