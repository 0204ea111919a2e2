/** Against real Redis servers: a master and its replica. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/redis/ping/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type RedisServer, redisPrograms, startRedis } from '../rig/servers/redis.ts';
import { until } from '../rig/until.ts';
import { lineServer, listening } from './rig/servers.ts';
import { complaints, perform, preflight } from './rig/step.ts';

let master: RedisServer;
let replica: RedisServer;

describeWith(redisPrograms, 'redis/ping', () => {
  beforeAll(async () => {
    master = await startRedis();
    const { port, password } = master.login;
    replica = await startRedis(['--replicaof', `127.0.0.1 ${port}`, '--masterauth', password]);
    master.pipe([
      'SET stock 12',
      'SET word "two words"',
      'RPUSH list a b c',
      'HSET hash f 1',
      'SELECT 3',
      'SET other 1',
    ]);
    await until('the replica is linked', () => replica.cli('INFO', 'replication').includes('master_link_status:up'));
    await until('the replica has it', () => replica.cli('DBSIZE') === '4');
  });
  afterAll(async () => {
    await Promise.all([master?.stop(), replica?.stop()]);
  });
  const ask = (expected: JsonObject = {}, more: JsonObject = {}) =>
    perform(adapter, { ...master.login, expect: expected, ...more });

  test.each<JsonObject>([
    {},
    { role: 'master', replicas: 1, minKeys: 5 },
    {
      keys: [
        { key: 'stock', min: 10, max: '12', equals: 12, matches: '^1' },
        { key: 'list', equals: 3 },
      ],
    },
    { keys: [{ key: 'other', database: 3, equals: '1' }, { key: 'gone', absent: true }, { key: 'hash' }] },
  ])('is good with %j', async (expected) => {
    expect(await ask(expected)).toMatchObject({ ok: true, outputs: { role: 'master', keys: '5' } });
  });

  test.each<[JsonObject, string]>([
    [{ role: 'replica' }, 'a master instead of a replica'],
    [{ replicas: 2 }, '1 replicas are connected instead of at least 2'],
    [{ minKeys: 6 }, '5 keys instead of at least 6'],
    [{ keys: [{ key: 'stock', max: 11 }] }, 'key stock: it says 12, more than 11'],
    [{ keys: [{ key: 'word', equals: 'one' }] }, 'key word: it says "two words" instead of "one"'],
    [{ keys: [{ key: 'gone' }] }, 'key gone is not there'],
    [{ keys: [{ key: 'stock', absent: true }] }, 'key stock is there'],
  ])('is measured bad with %j', async (expected, because) => {
    expect(await ask(expected)).toMatchObject({ ok: false, class: 'check', reason: expect.stringContaining(because) });
  });

  test('a replica is good while it is linked to its master, and bad when it is not', async () => {
    const asked = { ...replica.login, expect: { role: 'replica' } };
    expect(await perform(adapter, asked)).toMatchObject({ ok: true, outputs: { role: 'replica' } });
    replica.cli('REPLICAOF', '127.0.0.1', '9');
    expect(await perform(adapter, asked)).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringContaining('127.0.0.1:9 is down'),
    });
    replica.cli('REPLICAOF', '127.0.0.1', String(master.login.port));
  });

  test.each<[string, JsonObject, string, string]>([
    ['a wrong password', { password: 'not-this-one' }, 'WRONGPASS', '`password`'],
    ['nobody there', { port: 9 }, 'nothing listens there', '`port`'],
    ['no such host', { host: 'no.such.invalid' }, 'host name', '`host`'],
  ])('%s is an error, said before and as it is done', async (_, wrong, because, todo) => {
    expect(await ask({}, wrong)).toMatchObject({ ok: false, class: 'error', reason: expect.stringContaining(because) });
    const before = await preflight(adapter, { ...master.login, ...wrong });
    expect(before).toMatchObject({
      ok: false,
      reason: expect.stringContaining(because),
      remedy: expect.stringContaining(todo),
    });
  });

  test('no password, where one is needed', async () => {
    const { host, port } = master.login;
    expect(await perform(adapter, { host, port })).toMatchObject({
      ok: false,
      class: 'error',
      reason: expect.stringContaining('NOAUTH'),
    });
    const env = { REDISCLI_AUTH: master.login.password };
    expect(await perform(adapter, { host, port }, { env })).toMatchObject({ ok: true });
  });

  test('by a socket; and what is no Redis server, or says nothing', async () => {
    const { password } = master.login;
    expect(await perform(adapter, { socket: master.socket, password })).toMatchObject({ ok: true });
    expect(complaints(adapter, { socket: 'x', host: 'y' })).toContain('not both');
    const web = await lineServer('HTTP/1.1 200 OK\r\n\r\n');
    expect(await ask({}, { port: web.port })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('does not speak as'),
    });
    const silent = await lineServer('');
    expect(await ask({}, { port: silent.port, timeout: '100ms' })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('no answer within'),
    });
  });

  test('a server that loads its data is measured bad', async () => {
    const answer = '-LOADING Redis is loading the dataset in memory\r\n';
    const loading = createServer((socket) => socket.on('data', () => socket.write(answer)));
    const port = await listening(loading);
    expect(await ask({}, { port })).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringContaining('LOADING'),
    });
    loading.close();
  });
});
