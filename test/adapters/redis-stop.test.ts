/** `redis/restore` that is told to end, or killed, against a real Redis server: what stands then, and what is said. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { adapter as tested } from '../../adapters/redis/restore/index.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type RedisServer, redisPrograms, startRedis } from '../rig/servers/redis.ts';
import { until } from '../rig/until.ts';
import { newFolder } from './rig/folder.ts';
import { contextIn, parsed, preflight, workInPlace } from './rig/step.ts';

const adapter: Adapter = tested;
let live: RedisServer;
let livePid: number;
let rdb: Buffer;
let folder: string;
const keys = 2_000;

describeWith(redisPrograms, 'redis/restore that is stopped', () => {
  beforeAll(async () => {
    const donor = await startRedis();
    donor.pipe(Array.from({ length: keys }, (_, n) => `SET key:${n} good`));
    donor.cli('SAVE');
    rdb = readFileSync(join(donor.folder, 'dump.rdb'));
    await donor.stop();
    // It answers LOADING while it loads even a little.
    live = await startRedis(['--loading-process-events-interval-bytes', '1024', '--enable-debug-command', 'yes']);
    livePid = Number(/process_id:(\d+)/.exec(live.cli('INFO', 'server'))?.[1]);
  });
  afterAll(() => live?.stop());
  beforeEach(() => {
    folder = newFolder();
    writeFileSync(join(folder, 'backup.rdb'), rdb);
    live.cli('FLUSHALL');
    live.pipe(['SET key:1 bad', 'SET old 1', 'CONFIG SET masteruser somebody', 'CONFIG SET key-load-delay 0']);
  });
  afterEach(() => {
    process.kill(livePid, 'SIGCONT');
    live.cli('CONFIG', 'SET', 'key-load-delay', '0');
    live.cli('REPLICAOF', 'NO', 'ONE');
    live.cli('CONFIG', 'SET', 'masterauth', '');
    expect(stagingServers()).toEqual([]);
  });

  const given = () => ({ ...live.login, backup: 'backup.rdb' });
  const config = () =>
    live.cli('CONFIG', 'GET', 'masteruser', 'masterauth').split('\n').filter(Boolean).sort().join(' ');
  const asBefore = 'masterauth masteruser somebody';
  const role = () => /role:(\w+)/.exec(live.cli('INFO', 'replication'))?.[1];
  const isOld = () =>
    expect([live.cli('GET', 'key:1'), live.cli('DBSIZE'), role(), config()]).toEqual(['bad', '2', 'master', asBefore]);
  const isNew = () => expect([live.cli('DBSIZE'), role(), config()]).toEqual([String(keys), 'master', asBefore]);
  const left = () => readdirSync(folder).filter((name) => name !== 'backup.rdb');

  /** Begins the work, in a process group as the engine does; `then` is done when it has said `moment`. */
  async function during(
    moment: string,
    then: (child: ChildProcess, said: (text: string) => boolean) => Promise<void> | void,
  ) {
    const command = adapter.command?.(parsed(adapter, given()), contextIn(folder));
    const [program = '', ...args] = command?.argv ?? [];
    const child = spawn(program, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const closed = once(child, 'close');
    child.stdin.end(command?.stdin ?? '');
    const heard = { out: '', err: '' };
    child.stdout.on('data', (part: Buffer) => (heard.out += part.toString('utf8')));
    child.stderr.on('data', (part: Buffer) => (heard.err += part.toString('utf8')));
    await until(moment, () => heard.out.includes(moment));
    await then(child, (text) => heard.out.includes(text));
    await closed;
    return { lastLine: heard.err.trim().split('\n').at(-1) ?? '' };
  }
  const send = (signal: NodeJS.Signals) => (child: ChildProcess) => {
    try {
      process.kill(-(child.pid ?? Number.NaN), signal);
    } catch {
      // It has ended already.
    }
  };
  const loading = () => until('it loads', () => /loading:1/.test(live.cli('INFO', 'persistence')) || undefined);

  test.each(['is whole', 'Loaded beside'])('TERM when it says "%s": the server is untouched', async (moment) => {
    const { lastLine } = await during('is whole', async (child, said) => {
      // So that it can go no further before it is told.
      process.kill(livePid, 'SIGSTOP');
      await until(moment, () => said(moment));
      send('SIGTERM')(child);
    });
    process.kill(livePid, 'SIGCONT');
    expect(lastLine).toBe('The server was not touched.');
    isOld();
    expect(left().filter((name) => name.includes('stage'))).toEqual([]);
  });

  /** The live server is a replica, and its data does not come. */
  const waiting = async () => {
    const staging = stagingServers().filter((pid) => folderOf(pid).includes('-stage-'));
    for (const pid of staging) process.kill(Number(pid), 'SIGSTOP');
    await until('it waits for its data', () => role() === 'slave');
  };

  test('TERM before any data has come: a master with its old data, and nothing left', async () => {
    const { lastLine } = await during('Loaded beside', (child) => waiting().then(() => send('SIGTERM')(child)));
    expect(lastLine).toBe(`${name()} is a master again and holds its old data: 2 keys, as before.`);
    isOld();
    expect(left()).toEqual([]);
  });

  test('TERM while the server is busy and does not answer: it obeys when it can, and that is said', async () => {
    const { lastLine } = await during('Loaded beside', async (child) => {
      await waiting();
      process.kill(livePid, 'SIGSTOP');
      send('SIGTERM')(child);
    });
    expect(lastLine).toContain(
      `${name()} did not answer within 3.0 s: REPLICAOF NO ONE is sent, and not known to be done`,
    );
    process.kill(livePid, 'SIGCONT');
    await until('it has obeyed', () => role() === 'master' && config() === asBefore);
    isOld();
  });

  test('TERM while it loads the new data: a master again, and that its data is replaced is said', async () => {
    slow();
    const { lastLine } = await during('takes the data', async (child) => {
      await loading();
      send('SIGTERM')(child);
      live.cli('CONFIG', 'SET', 'key-load-delay', '0');
    });
    expect(lastLine).toBe(
      `${name()} is a master again; its data HAS BEEN REPLACED by that of the backup: ${keys} keys, neither compared nor saved to its disk yet. The old data is kept in ${old()}.`,
    );
    isNew();
    expect(existsSync(old())).toBe(true);
  });

  test('TERM while it loads for long: what stands is said in time, and the command said puts it right', async () => {
    slow();
    const { lastLine } = await during('takes the data', (child) => loading().then(() => send('SIGTERM')(child)));
    expect(lastLine).toContain(`${name()} is STILL A READ-ONLY REPLICA of 127.0.0.1:`);
    expect(lastLine).toContain(`Type: redis-cli -h 127.0.0.1 -p ${live.login.port} REPLICAOF NO ONE && redis-cli`);
    // It has ended before the loading has.
    expect(live.cli('INFO', 'persistence')).toContain('loading:1');
    live.cli('CONFIG', 'SET', 'key-load-delay', '0');
    await until('it has loaded', () => /loading:0/.test(live.cli('INFO', 'persistence')) || undefined);
    live.cli('REPLICAOF', 'NO', 'ONE');
    isNew();
  });

  test('TERM after the data has come: it says so, and a repeat finishes', async () => {
    const { lastLine } = await during('takes the data', async (child) => {
      await until(
        'it has come',
        () =>
          live.cli('INFO', 'keyspace').includes(`db0:keys=${keys},`) &&
          !/loading:1/.test(live.cli('INFO', 'persistence')),
      );
      send('SIGTERM')(child);
    });
    expect(lastLine).toMatch(/HAS BEEN REPLACED|is a master with the data of the backup|^$/);
    isNew();
    expect(await workInPlace(adapter, given(), folder)).toMatchObject({ code: 0, stderr: '' });
    isNew();
  });

  test('KILL: probe and preflight say what is left and the command; the next attempt puts it right', async () => {
    await during('Loaded beside', (child) => waiting().then(() => send('SIGKILL')(child)));
    expect(role()).toBe('slave');
    const command = `redis-cli -h 127.0.0.1 -p ${live.login.port} REPLICAOF NO ONE && redis-cli`;
    const told = await adapter.probe?.(parsed(adapter, given()), contextIn(folder));
    expect(told).toMatchObject({ answer: 'unknown', detail: expect.stringContaining(command) });
    const next = await preflight(adapter, given(), folder);
    expect(next).toMatchObject({ ok: true, checked: expect.arrayContaining([expect.stringContaining(command)]) });
    expect(await workInPlace(adapter, given(), folder, 'run2-step-1')).toMatchObject({ code: 0, stderr: '' });
    isNew();
  });

  /** 20 s for all keys. */
  const slow = () => live.cli('CONFIG', 'SET', 'key-load-delay', '10000');
  const name = () => `127.0.0.1:${live.login.port}`;
  const old = () => join(folder, `redis-127.0.0.1_${live.login.port}.saved-run1-step-1.rdb`);
});

/** By their folder: a server's title stands where its environment was. */
const stagingServers = (): readonly string[] =>
  readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && folderOf(pid).includes(folder));

function folderOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
