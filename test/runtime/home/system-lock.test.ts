/** P7: one engine a system, on real processes. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { runId } from '../../../src/kernel/run-id.ts';
import { readRecord, sightOf, thisEngine } from '../../../src/runtime/home/engine-record.ts';
import { openHome } from '../../../src/runtime/home/home.ts';
import { thisPerson } from '../../../src/runtime/home/login.ts';
import { makeSystemFolder, type SystemFolder } from '../../../src/runtime/home/system-folder.ts';
import { acquireLock } from '../../../src/runtime/home/system-lock.ts';
import { start, temporaryFolder } from './scratch.ts';

const run = runId(1, new Uint8Array(10));
const engine = thisEngine(run, thisPerson({}, null), Date.now());

function newSystem(): { home: string; folder: SystemFolder } {
  const home = temporaryFolder();
  return { home, folder: makeSystemFolder(openHome(home, {}), 'shop/eu') };
}

test('the second is refused and told who holds it, in the same process and from another', async () => {
  const { home, folder } = newSystem();
  const lock = acquireLock(folder, engine);
  expect(lock.ok).toBe(true);
  expect(acquireLock(folder, engine)).toEqual({ ok: false, error: { record: engine, sight: 'alive' } });
  expect(await start('holder.ts', home, 'shop/eu', run).line()).toBe('refused');
  if (lock.ok) lock.value.release();
  expect(existsSync(folder.holder)).toBe(false);
  expect(await start('holder.ts', home, 'shop/eu', run).line()).toBe('held');
});

test('another system is another lock', () => {
  const { home, folder } = newSystem();
  const locks = [folder, makeSystemFolder(openHome(home, {}), 'shop')].map((system) => acquireLock(system, engine));
  for (const lock of locks) {
    expect(lock.ok).toBe(true);
    if (lock.ok) lock.value.release();
  }
});

test('a holder that is killed frees it; its note is not believed', async () => {
  const { home, folder } = newSystem();
  const holder = start('holder.ts', home, 'shop/eu', run);
  expect(await holder.line()).toBe('held');
  const refused = acquireLock(folder, engine);
  expect(refused).toMatchObject({ ok: false, error: { sight: 'alive', record: { pid: holder.process.pid, run } } });
  holder.process.kill('SIGKILL');
  await holder.gone();
  expect(readRecord(folder.holder)).toMatchObject({ pid: holder.process.pid });
  const lock = acquireLock(folder, engine);
  expect(lock.ok).toBe(true);
  expect(readRecord(folder.holder)).toEqual(engine);
  if (lock.ok) lock.value.release();
});

test('a holder that leaves frees it', async () => {
  const { home, folder } = newSystem();
  const holder = start('holder.ts', home, 'shop/eu', run);
  await holder.line();
  holder.process.stdin?.end();
  await holder.gone();
  const lock = acquireLock(folder, engine);
  expect(lock.ok).toBe(true);
  if (lock.ok) lock.value.release();
});

test('a stopped holder keeps it and is named as stopped', async () => {
  const { home, folder } = newSystem();
  const holder = start('holder.ts', home, 'shop/eu', run);
  await holder.line();
  holder.process.kill('SIGSTOP');
  while (!/\) T /.test(readFileSync(`/proc/${holder.process.pid}/stat`, 'utf8'))) {
    await new Promise((done) => setImmediate(done));
  }
  expect(acquireLock(folder, engine)).toMatchObject({ ok: false, error: { sight: 'stopped' } });
  holder.process.kill('SIGCONT');
});

test('a child of the holder that comes and goes does not free it', () => {
  const { folder } = newSystem();
  const lock = acquireLock(folder, engine);
  execFileSync('true');
  expect(acquireLock(folder, engine).ok).toBe(false);
  if (lock.ok) lock.value.release();
});

test('a holder without a note is still a holder', () => {
  const { folder } = newSystem();
  const lock = acquireLock(folder, engine);
  for (const note of ['', '{"pid":"x"}']) {
    writeFileSync(folder.holder, note);
    expect(acquireLock(folder, engine)).toEqual({ ok: false, error: { record: null, sight: 'elsewhere' } });
  }
  rmSync(folder.holder);
  if (lock.ok) lock.value.release();
});

test("the lock is the owner's alone, and the process holds no other descriptor of it", () => {
  const { folder } = newSystem();
  const lock = acquireLock(folder, engine);
  expect(statSync(folder.lock).mode & 0o777).toBe(0o600);
  if (lock.ok) lock.value.release();
});

test('a lock that is no database is a fault that names it', () => {
  const { folder } = newSystem();
  writeFileSync(folder.lock, 'not a database, but long enough to be looked at as one'.repeat(100));
  expect(() => acquireLock(folder, engine)).toThrow(`The lock ${folder.lock} of the system shop/eu cannot be used`);
});

test.each([
  ['alive', {}],
  ['gone', { startTime: '1' }],
  ['gone', { pid: 2 ** 22 + 1 }],
  ['gone', { boot: 'another' }],
  ['elsewhere', { host: 'another' }],
])('a process is known by pid, start time, boot and host: %s with %j', (sight, change) => {
  expect(sightOf({ ...engine, ...change })).toBe(sight);
});
