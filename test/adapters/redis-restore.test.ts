/** Against real Redis servers. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/redis/restore/index.ts';
import { isNewer } from '../../adapters/redis/restore/versions.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type RedisServer, redisPrograms, startRedis } from '../rig/servers/redis.ts';
import { until } from '../rig/until.ts';
import { newFolder } from './rig/folder.ts';
import { contextIn, parsed, preflight, probe, runStep, workInPlace } from './rig/step.ts';

let live: RedisServer;
let donor: RedisServer;
let rdb: Buffer;
let folder: string;

const words = [
  'RPUSH list a b c',
  'SADD set a b',
  'HSET hash f 1',
  'ZADD zset 1 a',
  'XADD stream * f v',
  'SET binary "\\xff\\x00"',
];
const good = [
  ...Array.from({ length: 500 }, (_, n) => `SET key:${n} good`),
  ...words,
  'SET brief x PX 1',
  'SELECT 3',
  'SET other 1',
];
const keys = 507;

describeWith(redisPrograms, 'redis/restore', () => {
  beforeAll(async () => {
    donor = await startRedis(['--appendonly', 'yes']);
    live = await startRedis();
    donor.pipe(good);
    await until('one has expired', () => donor.cli('DBSIZE') === '506');
    donor.cli('SAVE');
    rdb = readFileSync(join(donor.folder, 'dump.rdb'));
  });
  afterAll(async () => {
    await Promise.all([donor?.stop(), live?.stop()]);
  });
  beforeEach(() => {
    folder = newFolder();
    writeFileSync(join(folder, 'backup.rdb'), rdb);
    live.cli('REPLICAOF', 'NO', 'ONE');
    live.cli('FLUSHALL');
    live.pipe(['SET old 1', 'SET key:1 bad', 'SELECT 5', 'SET old 5']);
    for (const [name, value] of [
      ['masterauth', ''],
      ['appendonly', 'no'],
      ['save', '3600 1'],
    ] as const)
      live.cli('CONFIG', 'SET', name, value);
  });
  afterEach(() => {
    expect(stagingServers()).toEqual([]);
  });

  const given = (more: JsonObject = {}): JsonObject => ({ ...live.login, backup: 'backup.rdb', ...more });
  const said = () =>
    `${live.cli('GET', 'key:1')} ${live.cli('DBSIZE')} ${live.cli('-n', '3', 'DBSIZE')} ${live.cli('-n', '5', 'DBSIZE')}`;
  const isOld = 'bad 2 0 1';
  const isGood = 'good 506 1 0';
  const role = () => /role:(\w+)/.exec(live.cli('INFO', 'replication'))?.[1];
  const old = () => join(folder, `redis-127.0.0.1_${live.login.port}.before-run1-step-1.rdb`);
  const keysOf = (file: string) =>
    /\[info\] (\d+) keys read/.exec(execFileSync('redis-check-rdb', [file], { encoding: 'utf8' }))?.[1];

  test('puts all data back without a restart, on disk too, and keeps the old data', async () => {
    const before = live.cli('INFO', 'server').match(/run_id:\w+/)?.[0];
    expect(await probe(adapter, given(), { folder })).toBe('no');
    const expected = {
      minKeys: 500,
      keys: [
        { key: 'hash', equals: 1 },
        { key: 'old', absent: true },
      ],
    };
    const ended = await runStep(adapter, given({ expect: expected }), folder);
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { keys: String(keys), old: old() } });
    expect([said(), role(), live.cli('LRANGE', 'list', '0', '-1'), live.cli('GET', 'binary')]).toEqual([
      isGood,
      'master',
      'a\nb\nc',
      donor.cli('GET', 'binary'),
    ]);
    expect([live.cli('INFO', 'server').match(/run_id:\w+/)?.[0], live.cli('CONFIG', 'GET', 'masterauth')]).toEqual([
      before,
      'masterauth',
    ]);
    expect([keysOf(old()), keysOf(join(live.folder, 'dump.rdb'))]).toEqual(['3', String(keys)]);
    expect(live.cli('SET', 'new', '1')).toBe('OK');
    expect(await probe(adapter, given(), { folder })).toBe('yes');
    expect(readdirSync(folder).sort()).toEqual(['backup.rdb', basename(old())]);
    expect(ended.stdout).toContain(`\nStays until you remove it: ${old()} (`);
  });

  test('a repeat with the same key leaves what was written since, and another attempt restores anew', async () => {
    await workInPlace(adapter, given(), folder);
    live.cli('SET', 'key:1', 'newer');
    expect(await workInPlace(adapter, given(), folder)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('already restored'),
    });
    expect([said(), keysOf(old())]).toEqual([isGood.replace('good', 'newer'), '3']);
    expect(await workInPlace(adapter, given(), folder, 'run1-step-2')).toMatchObject({ code: 0 });
    expect([said(), keysOf(old())]).toEqual([isGood, '3']);
  });

  test('old data that was kept is not kept again, where the same attempt was stopped after the data had come', async () => {
    await workInPlace(adapter, given(), folder);
    renameSync(old(), old().replace('.before-', '.saved-'));
    const state = join(folder, `.redis-127.0.0.1_${live.login.port}.backout-state-run1-step-1`);
    writeFileSync(state, JSON.stringify({ phase: 'swapping', staging: '127.0.0.1:9', keys }));
    live.cli('REPLICAOF', '127.0.0.1', '9');
    expect(await workInPlace(adapter, given(), folder)).toMatchObject({ code: 0, stderr: '' });
    expect([said(), role(), keysOf(old())]).toEqual([isGood, 'master', '3']);
  });

  test('an append-only file is restored, and written anew', async () => {
    cpSync(join(donor.folder, 'appendonlydir'), join(folder, 'aof'), { recursive: true });
    live.cli('CONFIG', 'SET', 'appendonly', 'yes');
    live.cli('CONFIG', 'SET', 'save', '');
    const ended = await workInPlace(adapter, given({ backup: 'aof' }), folder);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain("On the server's disk: append-only file.");
    expect(said()).toBe(isGood);
    const [manifest = ''] = readdirSync(join(live.folder, 'appendonlydir')).filter((name) =>
      name.endsWith('.manifest'),
    );
    expect(
      execFileSync('redis-check-aof', [join(live.folder, 'appendonlydir', manifest)], { encoding: 'utf8' }),
    ).toContain('valid');
    live.cli('CONFIG', 'SET', 'appendonly', 'no');
  });

  test('by a socket, and with a password for masters that the server has of its own', async () => {
    live.cli('CONFIG', 'SET', 'masterauth', 'a master pass');
    live.cli('CONFIG', 'SET', 'repl-diskless-load', 'swapdb');
    const { password } = live.login;
    const ended = await workInPlace(adapter, { backup: 'backup.rdb', socket: live.socket, password }, folder);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect([said(), live.cli('CONFIG', 'GET', 'masterauth')]).toEqual([isGood, 'masterauth\na master pass']);
    expect(keysOf(join(live.folder, 'dump.rdb'))).toBe(String(keys));
    live.cli('CONFIG', 'SET', 'repl-diskless-load', 'disabled');
  });

  const wrong: readonly (readonly [string, () => JsonObject, string])[] = [
    ['not there', () => ({ backup: 'no/such.rdb' }), 'no such file'],
    ['truncated', () => spoil((file) => truncateSync(file, rdb.length - 200)), 'damaged or truncated'],
    [
      'damaged inside',
      () => spoil((file) => writeFileSync(file, Buffer.from(rdb).fill(0x41, 3_000, 3_020))),
      'damaged or truncated',
    ],
    ['another file', () => spoil((file) => writeFileSync(file, 'x'.repeat(500))), 'damaged or truncated'],
    ['empty', () => spoil((file) => truncateSync(file)), 'damaged or truncated'],
    ['of another checksum', () => ({ checksum: '0'.repeat(64) }), 'has the SHA-256'],
    ['too old', () => ({ newerThan: '1ms' }), 'may be 1 ms old'],
    ['a folder without an append-only file', () => ({ backup: '.' }), 'there is no manifest'],
    ['for which there is no folder for the old data', () => ({ keepIn: 'no/such' }), 'cannot be kept'],
  ];
  const spoil = (how: (file: string) => void): JsonObject => {
    how(join(folder, 'backup.rdb'));
    return {};
  };

  test.each(wrong)('a backup that is %s is refused before anything is changed', async (_, spoiled, because) => {
    const input = given(spoiled());
    expect(await preflight(adapter, input, folder)).toMatchObject({
      ok: false,
      reason: expect.stringContaining(because),
    });
    const ended = await workInPlace(adapter, input, folder);
    expect(ended).toMatchObject({ code: 119, stderr: expect.stringMatching(/not touched|nothing was changed/i) });
    expect(ended.stderr).toContain(because);
    expect([said(), role()]).toEqual([isOld, 'master']);
  });

  test.each<[string, JsonObject, string]>([
    ['fewer keys than expected', { expect: { minKeys: 508 } }, '507 keys instead of at least 508'],
    [
      'another value',
      { expect: { keys: [{ key: 'key:1', equals: 'bad' }] } },
      'key key:1: it says "good" instead of "bad"',
    ],
  ])('a backup with %s is refused before anything is changed', async (_, more, because) => {
    const ended = await workInPlace(adapter, given(more), folder);
    expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining(because) });
    expect([said(), existsSync(old())]).toEqual([isOld, false]);
  });

  test.each<[string, JsonObject, string]>([
    ['a wrong password', { password: 'not-this-one' }, 'WRONGPASS'],
    ['nobody there', { port: 9 }, 'nothing listens there'],
  ])('%s is said before and as it is done', async (_, more, because) => {
    expect(await preflight(adapter, given(more), folder)).toMatchObject({
      ok: false,
      reason: expect.stringContaining(because),
    });
    expect(await workInPlace(adapter, given(more), folder)).toMatchObject({
      code: 119,
      stderr: expect.stringContaining(because),
    });
    expect(said()).toBe(isOld);
  });

  test('a replica of somebody else, and a server that may not be told what to do, are refused', async () => {
    live.cli('REPLICAOF', '127.0.0.1', '9');
    const because = expect.stringContaining('is a replica of 127.0.0.1:9');
    expect(await preflight(adapter, given(), folder)).toMatchObject({ ok: false, reason: because });
    expect(await workInPlace(adapter, given(), folder)).toMatchObject({ code: 119, stderr: because });
    live.cli('REPLICAOF', 'NO', 'ONE');
    live.cli('ACL', 'SETUSER', 'weak', 'on', '>weak-pass', '~*', '+@all', '-config');
    const weak = given({ username: 'weak', password: 'weak-pass' });
    expect(await preflight(adapter, weak, folder)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('NOPERM'),
    });
    expect(said()).toBe(isOld);
  });

  test('a server that may not be made a replica keeps its data, and is a master', async () => {
    live.cli('CONFIG', 'SET', 'masteruser', 'nobody');
    live.cli('CONFIG', 'SET', 'masterauth', 'pass');
    live.cli('ACL', 'SETUSER', 'slow', 'on', '>slow-pass', '~*', '+@all', '-replicaof');
    const ended = await workInPlace(adapter, given({ username: 'slow', password: 'slow-pass' }), folder);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('NOPERM') });
    expect([said(), role()]).toEqual([isOld, 'master']);
    live.cli('CONFIG', 'SET', 'masteruser', '');
  });

  test.each([
    ['is whole', 'run2-step-1'],
    ['Loaded beside', 'run1-step-1'],
    ['is kept', 'run2-step-1'],
    ['takes the data', 'run2-step-1'],
    ['takes the data', 'run1-step-1'],
    ["server's disk", 'run2-step-1'],
  ])(
    'an attempt that is killed when it says "%s" leaves whole data, and the next one (%s) restores',
    async (moment, next) => {
      await killedAt(adapter, moment);
      await until('its staging server is gone', () => stagingServers().length === 0);
      expect([isOld, isGood]).toContain(said());
      const ended = await workInPlace(adapter, given(), folder, next);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      if (next === 'run1-step-1') expect(keysOf(old())).toBe('3');
      const left = readdirSync(folder).filter((name) => name !== 'backup.rdb');
      expect(left.filter((name) => !/^redis-.*\.rdb$/.test(name))).toEqual([]);
      for (const name of left.filter((one) => one.includes('.saved-'))) expect(ended.stdout).toContain(name);
      expect([said(), role(), live.cli('CONFIG', 'GET', 'masterauth')]).toEqual([isGood, 'master', 'masterauth']);
    },
  );

  const killedAt = async (killed: Adapter, moment: string): Promise<void> => {
    const command = killed.command?.(parsed(killed, given()), contextIn(folder));
    const [program = '', ...args] = command?.argv ?? [];
    const child = spawn(program, args, { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.end(command?.stdin ?? '');
    let heard = '';
    child.stdout.on('data', (part: Buffer) => {
      heard += part.toString('utf8');
      if (heard.includes(moment)) child.kill('SIGKILL');
    });
    await once(child, 'close');
    expect(heard).toContain(moment);
  };
});

/** By their folder: a server's title stands where its environment was. */
function stagingServers(): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).includes(folder);
    } catch {
      return false;
    }
  });
}

describe('versions', () => {
  test.each([
    ['7.0', '7.0.15', false],
    ['7.0', '6.2.1', true],
    ['7.2', '7.0.1', true],
    ['6.2', '7.0.1', false],
  ])('%s is newer than %s: %s', (one, other, is) => {
    expect(isNewer(one, other)).toBe(is);
  });
});
