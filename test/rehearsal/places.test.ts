/** Where adapters act, and that every shipped one says it; one place written in two ways is one place. */
import { describe, expect, test } from '@jest/globals';
import { mailbox } from '../../adapters/places/recipients.ts';
import { placesByAdapter } from '../../adapters/places/table.ts';
import { receiver, webServer } from '../../adapters/places/url.ts';
import { adapterNames } from '../../adapters/registry.ts';
import type { JsonObject } from '../../src/kernel/json.ts';

const context = { folder: '/plan', env: {} };
const placesOf = (adapter: string, input: JsonObject, env: Readonly<Record<string, string>> = {}) =>
  placesByAdapter.get(adapter)?.(input, { ...context, env }) ?? [];
const at = (adapter: string, input: JsonObject, env = {}) => placesOf(adapter, input, env).map((place) => place.at);

test('every shipped adapter says where it acts, or is judged as shell text is', () => {
  expect([...placesByAdapter.keys()].sort()).toEqual([...adapterNames].sort());
  expect([...placesByAdapter].filter(([, places]) => places === null).map(([name]) => name)).toEqual(['command']);
});

describe('one place', () => {
  test.each<readonly [string, JsonObject, JsonObject]>([
    [
      'postgres/restore',
      { host: 'DB1.example.com.', database: 'shop' },
      { host: 'db1.example.com', port: 5432, database: 'shop' },
    ],
    ['postgres/query', { host: 'localhost', database: 'shop' }, { host: '127.0.0.1', port: '5432', database: 'shop' }],
    ['mariadb/restore', { host: '::1', database: 'a' }, { host: 'localhost', port: 3306, database: 'a' }],
    ['http', { url: 'https://shop.example.com/a' }, { url: 'https://SHOP.example.com:443/b?c' }],
    ['files/restore', { target: 'data/../up' }, { target: '/plan/up' }],
    ['email', { to: 'Ruth <RUTH@example.com>' }, { to: ['ruth@example.com'] }],
    ['redis/restore', {}, { host: '127.0.0.1', port: 6379 }],
    ['slack', { url: 'https://hooks.slack.com/services/A/' }, { url: 'https://hooks.slack.com/services/A' }],
  ])('%s', (adapter, one, other) => {
    expect(at(adapter, one)).toEqual(at(adapter, other));
    expect(at(adapter, one)).not.toEqual([]);
  });
});

describe('two places', () => {
  test.each<readonly [string, JsonObject, JsonObject]>([
    ['postgres/restore', { host: 'db1', database: 'shop' }, { host: 'db1', database: 'shop_staging' }],
    ['postgres/restore', { host: 'db1', port: 5432, database: 'a' }, { host: 'db1', port: 5433, database: 'a' }],
    ['webhook', { url: 'https://hooks.example.com/a' }, { url: 'https://hooks.example.com/b' }],
    ['http', { url: 'http://a.example.com' }, { url: 'https://a.example.com' }],
    ['kubernetes/scale', { name: 'shop', namespace: 'live' }, { name: 'shop', namespace: 'staging' }],
    ['files/rsync', { target: 'a@web01:/srv' }, { target: 'a@web02:/srv' }],
    [
      'dns/update',
      { server: '192.0.2.1', zone: 'example.com', name: 'a' },
      { server: '192.0.2.1', zone: 'example.com', name: 'b' },
    ],
    ['jira', { baseUrl: 'https://j', issue: 'A-1' }, { baseUrl: 'https://j', issue: 'A-2' }],
  ])('%s', (adapter, one, other) => {
    expect(at(adapter, one)).not.toEqual(at(adapter, other));
  });
});

test('what the environment says counts where the input says nothing', () => {
  expect(at('postgres/query', { database: 'shop' }, { PGHOST: 'db7', PGPORT: '6000' })).toEqual(['db7:6000/shop']);
});

test('files that are read from another machine are a place of it, a backup that lies here is none', () => {
  expect(at('files/rsync', { source: 'ops@Files.example.com:/srv/files', target: '/srv/a' })).toEqual([
    '/srv/a',
    'files.example.com:/srv/files',
  ]);
  expect(at('files/rsync', { source: '/backups/a', target: '/srv/a' })).toEqual(['/srv/a']);
});

test('paths and this machine’s own servers are here, all else is elsewhere', () => {
  expect(placesOf('files/restore', { target: '/srv' })[0]?.isHere).toBe(true);
  expect(webServer('http://[::1]:80/').isHere).toBe(true);
  expect([webServer('http://shop').isHere, mailbox('a@b').isHere]).toEqual([false, false]);
  expect(receiver('recipient', 'not a url')).toMatchObject({ at: 'not a url' });
});
