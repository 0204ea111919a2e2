import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nothingSeen } from '../../../src/engine/nothing-seen.ts';
import type { RunEvent } from '../../../src/engine/protocol.ts';
import { type Entry, genesis } from '../../../src/journal/entry.ts';
import type { LogTarget } from '../../../src/runtime/oplog/log-target.ts';
import { parseLogTarget } from '../../../src/runtime/oplog/log-target.ts';
import { createOplog } from '../../../src/runtime/oplog/oplog.ts';
import { syslogMessage } from '../../../src/runtime/oplog/syslog-message.ts';

const subject = { run: '01JDRUN', system: 'shop', mode: 'real' };
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oplog-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const failure: RunEvent = {
  at: 0,
  type: 'step.failed',
  step: 'restore-db',
  attempt: 2,
  class: 'exit',
  end: { ...nothingSeen, exitCode: 3, durationMs: 1 },
};

const entry = (seq: number, event: RunEvent = failure): Entry => ({
  v: 1,
  seq,
  time: '2026-11-22T14:00:00.000Z',
  event,
  prev: genesis,
  hash: genesis,
});

const open = (targets: readonly LogTarget[], troubles: string[] = []) =>
  createOplog({ targets, subject, say: (event) => `it ${event.type}`, trouble: (message) => troubles.push(message) });

test.each([
  ['console', { kind: 'console' }],
  ['file:/var/log/backout.log', { kind: 'file', path: '/var/log/backout.log' }],
  ['file:logs/backout.log', { kind: 'file', path: 'logs/backout.log' }],
  ['file:///var/log/backout.log', { kind: 'file', path: '/var/log/backout.log' }],
  ['syslog://logs.example.com', { kind: 'syslog', host: 'logs.example.com', port: 514 }],
  ['syslog://[::1]:5514', { kind: 'syslog', host: '::1', port: 5514 }],
])('the target %s is understood', (text, value) => {
  expect(parseLogTarget(text)).toEqual({ ok: true, value });
});

test.each(['', 'stdout', 'file:', 'file:/var/log/', 'syslog:', 'syslog://h/p', 'syslog://h:0'])(
  'the target "%s" is refused with the forms that there are',
  (text) => {
    const parsed = parseLogTarget(text);
    expect(parsed.ok ? '' : parsed.error).toContain('console, file:PATH or syslog://host:514');
  },
);

test('a file holds every record, one JSON document a line, when close resolves; only its owner reads it', async () => {
  const path = join(folder, 'backout.log');
  const log = await open([{ kind: 'file', path }]);
  for (let seq = 1; seq <= 5_000; seq += 1) log.record(entry(seq));
  await log.close();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(5_000);
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
    level: 'error',
    message: 'it step.failed',
    time: '2026-11-22T14:00:00.000Z',
    ...subject,
    seq: 5_000,
    type: 'step.failed',
    step: 'restore-db',
    attempt: 2,
    exitCode: 3,
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a file that cannot be opened is said once, and the other targets go on', async () => {
  const troubles: string[] = [];
  const path = join(folder, 'good.log');
  const log = await open(
    [
      { kind: 'file', path: join(folder, 'none', 'bad.log') },
      { kind: 'file', path },
    ],
    troubles,
  );
  log.record(entry(1));
  log.record(entry(2));
  await log.close();
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toMatch(/^The log target file:.*bad\.log failed: ENOENT.*The run goes on without it/);
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(2);
});

test('with no target that opens, nothing is written and close resolves', async () => {
  const troubles: string[] = [];
  const log = await open([{ kind: 'file', path: folder }], troubles);
  log.record(entry(1));
  await log.close();
  expect(troubles).toHaveLength(1);
});

test('syslog gets one RFC 5424 datagram a record, all sent when close resolves', async () => {
  const receiver = createSocket('udp4');
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const got: string[] = [];
  const all = Promise.withResolvers<void>();
  receiver.on('message', (message) => {
    got.push(message.toString());
    if (got.length === 2) all.resolve();
  });
  const log = await open([{ kind: 'syslog', host: '127.0.0.1', port: receiver.address().port }]);
  log.record(entry(1));
  log.record(entry(2));
  await log.close();
  await all.promise;
  receiver.close();
  expect(got[1]).toMatch(
    /^<131>1 2026-11-22T14:00:00\.000Z \S+ backout \d+ step\.failed \[backout@32473 run="01JDRUN" system="shop" mode="real" seq="2" step="restore-db" attempt="2" exitCode="3"\] \ufeffit step\.failed$/,
  );
});

test('a syslog host that does not exist is trouble that is said, not an error', async () => {
  const troubles: string[] = [];
  const log = await open([{ kind: 'syslog', host: 'host.invalid', port: 514 }], troubles);
  log.record(entry(1));
  await log.close();
  expect(troubles[0]).toMatch(/^The log target syslog failed: /);
});

const record = { level: 'info', message: '', time: 't', ...subject, seq: 1, type: 'run.began' } as const;
const sender = { host: 'ops1', pid: 1 };

test('syslog values cannot forge fields or lines', () => {
  const forged = { ...record, system: 'a"] x\\y\n<131>1', message: 'one\r\n<0>1 two' };
  expect(syslogMessage(forged, sender).toString()).toBe(
    '<134>1 t ops1 backout 1 run.began [backout@32473 run="01JDRUN" system="a\\"\\] x\\\\y <131>1" mode="real" seq="1"] \ufeffone  <0>1 two',
  );
});

test('a long syslog message is cut between two characters', () => {
  const bytes = syslogMessage({ ...record, message: 'ä'.repeat(3_000) }, sender);
  expect(bytes.length).toBeLessThanOrEqual(2_048);
  expect(bytes.length).toBeGreaterThan(2_045);
  expect(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toMatch(/ä$/);
});

test.each<[RunEvent, string]>([
  [{ at: 0, type: 'disk.filled', detail: '' }, 'error'],
  [{ at: 0, type: 'budget.spent', percent: 80 }, 'warn'],
  [{ at: 0, type: 'timer.fired', timer: 'x' }, 'info'],
])('the level of %j is %s', async (event, level) => {
  const path = join(folder, 'level.log');
  const log = await open([{ kind: 'file', path }]);
  log.record(entry(1, event));
  await log.close();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ level });
});

test('what has nothing to say is left out', async () => {
  const path = join(folder, 'quiet.log');
  const targets = [{ kind: 'file', path }] as const;
  const log = await createOplog({ targets, subject, say: () => null, trouble: () => {} });
  log.record(entry(1));
  await log.close();
  expect(readFileSync(path, 'utf8')).toBe('');
});
