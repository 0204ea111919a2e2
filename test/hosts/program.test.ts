/** What a host's shell is sent, run by real shells: begun once however often it is sent, and never by a part of it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { plainHost } from '../../src/plan/inventory/host.ts';
import { readAnswer } from '../../src/runtime/hosts/answer.ts';
import type { HostsOrder, RemoteCommand } from '../../src/runtime/hosts/order.ts';
import { runProgram, stopProgram } from '../../src/runtime/hosts/program.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(60_000);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backout-program-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const host = { ...plainHost('web01'), key: 'run.step.1@web01' };
const nonce = 'n0nce';

function program(command: Partial<RemoteCommand> = {}): string {
  const order: HostsOrder = {
    kind: 'run',
    graceMs: 0,
    folder,
    hosts: [host],
    concurrency: 1,
    batches: [1],
    maxFailures: { count: 0 },
    sshConfig: null,
    connectTimeoutMs: 1_000,
    reconnectMs: 1_000,
    redact: [],
    keepBytes: 10,
    command: { argv: ['/bin/sh', '-e', null], script: effect, env: {}, stdin: null, cwd: null, ...command },
  };
  return runProgram(order, host, nonce);
}

const effect = 'echo x >> "$DIR/effect"; echo 0123456789abcdef';
const effects = () => (existsSync(join(folder, 'effect')) ? readFileSync(join(folder, 'effect'), 'utf8') : '');
const env = () => ({ PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state'), DIR: folder });

/** As OpenSSH begins a shell: in a session of its own, below a process of that name. */
const underSshd = 'below sshd';

function shell(name: string): ChildProcess & { stdin: NodeJS.WritableStream; stdout: NodeJS.ReadableStream } {
  const [program, args] = name === underSshd ? [server(), ['-c', 'setsid /bin/sh -s; :']] : [name, ['-s']];
  return spawn(program, args, { env: env(), stdio: ['pipe', 'pipe', 'inherit'] });
}

function server(): string {
  const path = join(folder, 'sshd');
  if (!existsSync(path)) copyFileSync('/bin/sh', path);
  return path;
}

async function answer(name: string, sent: string) {
  const child = shell(name);
  const exit = once(child, 'exit');
  child.stdin.end(sent);
  const said = await text(child.stdout);
  await exit;
  return readAnswer(Buffer.from(said), nonce);
}

test.each(['/bin/sh', '/bin/bash', underSshd])('%s runs it once, however many ask at the same time', async (name) => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => answer(name, program())));
  expect(answers.map(({ word, detail }) => [word, detail])).toEqual(answers.map(() => ['ended', '0']));
  expect(effects()).toBe('x\n');
  expect((await answer(name, program())).word).toBe('ended');
  expect(effects()).toBe('x\n');
});

test.each([
  [underSshd, 'the shell itself', /^\/bin\/sh -s $/],
  ['/bin/sh', 'a process in a session of its own', /^\/bin\/sh \S+\.script\.\d+\.sh /],
])('%s: the command is kept by %s, and of both only claim and status are left', async (name, _, keeper) => {
  const script = `tr '\\0' ' ' < /proc/$PPID/cmdline > "$DIR/keeper"; cut -d' ' -f6 /proc/$$/stat > "$DIR/session"; echo $PPID`;
  const { out } = await answer(name, program({ script, stdin: 'fed' }));
  expect(readFileSync(join(folder, 'keeper'), 'utf8')).toMatch(keeper);
  expect(readFileSync(join(folder, 'session'), 'utf8')).toBe(out.text);
  const left = join(folder, 'state/backout/hosts');
  expect(readdirSync(left).toSorted()).toEqual([`${host.key}.claim`, `${host.key}.status`]);
  expect(readFileSync(join(left, `${host.key}.claim`), 'utf8').split(' ')[0]).toBe(out.text.trim());
});

test('a text that is cut anywhere begins nothing', () => {
  const whole = program({ stdin: 'some\ninput' });
  const cuts = Array.from({ length: 40 }, (_, index) => Math.floor((whole.length * index) / 40));
  for (const cut of [...cuts, whole.length - 2]) {
    spawnSync('/bin/sh', ['-s'], { input: whole.slice(0, cut), env: env() });
    expect([cut, effects(), existsSync(join(folder, 'state'))]).toEqual([cut, '', false]);
  }
});

test('what the host prints is told to the byte, and no more of it than is wanted', async () => {
  const { out, err, detail } = await answer('/bin/sh', program({ script: `${effect}; printf 'no\\nend' >&2; exit 7` }));
  expect([detail, out, err]).toEqual(['7', { bytes: 17, text: '789abcdef\n' }, { bytes: 6, text: 'no\nend' }]);
});

test.each([
  ['a folder that is not there', { cwd: '/nowhere' }, 'ended', '126'],
  ['a program that is not there', { argv: ['nosuchprogram'] }, 'ended', '127'],
  ['a variable of the shell itself', { env: { BACKOUT_HOME: '/x', IFS: ':', b: '1' }, script: effect }, 'ended', '0'],
] as const)('%s', async (_, command, word, detail) => {
  expect(await answer('/bin/sh', program(command))).toMatchObject({ word, detail });
  rmSync(join(folder, 'state'), { recursive: true });
  expect(await answer(underSshd, program(command))).toMatchObject({ word, detail });
});

test('a host that was told to stop before it began begins nothing afterwards', async () => {
  expect((await answer('/bin/sh', stopProgram(host, nonce, 100))).word).toBe('never');
  expect((await answer('/bin/sh', program())).word).toBe('withdrawn');
  expect(effects()).toBe('');
});

test('a stop of what has ended tells how it ended', async () => {
  await answer('/bin/sh', program({ script: 'exit 3' }));
  expect(await answer('/bin/sh', stopProgram(host, nonce, 100))).toMatchObject({ word: 'was', detail: '3' });
});

test('what a stop could not end is named, and the next stop remembers it, also when its parents are gone', async () => {
  const inner = `trap : TERM; until [ -e ${folder}/go ]; do sleep 0.05; done`;
  const script = `env -i setsid sh -c '${inner}' & echo $! > "$DIR/pid"; sleep 60`;
  const first = answer('/bin/sh', program({ script }));
  await until('it to begin', () => existsSync(join(folder, 'pid')) && readFileSync(join(folder, 'pid'), 'utf8') !== '');
  const pid = readFileSync(join(folder, 'pid'), 'utf8').trim();
  // As for a user who may not signal that one process.
  const forbidden = `kill() { case $1 in -STOP|-KILL) s=$1; shift; for p; do [ "$p" = ${pid} ] || command kill $s "$p"; done ;; esac; }\n`;
  const left = await answer('/bin/sh', `${forbidden}${stopProgram(host, nonce, 100)}`);
  // Beside it perhaps the sleep that it has just begun.
  expect([left.word, left.detail.split(', ')[0]]).toEqual(['left', `${pid} (sh)`]);
  expect((await answer('/bin/sh', stopProgram(host, nonce, 100))).word).toBe('ended');
  expect(existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))).toBe(false);
  await first;
});
