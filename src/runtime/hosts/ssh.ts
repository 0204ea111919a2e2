/**
 * One call of the system's ssh: a text to the host's shell, its answer back. The user's configuration, keys, agent, jump
 * hosts, known_hosts and shared connections count; nothing of a step stands in its arguments (P9).
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Host } from '../../plan/plan.ts';
import { randomBytes } from '../random-bytes.ts';
import { type Answer, readAnswer } from './answer.ts';
import type { HostsOrder } from './order.ts';

export interface Call {
  readonly answer: Answer;
  /** Of ssh itself; null: a signal ended it. */
  readonly exitCode: number | null;
  /** What ssh, or the login there, said on standard error. */
  readonly said: string;
}

export type Setting = Pick<HostsOrder, 'sshConfig' | 'connectTimeoutMs'>;

/** Name resolution, key exchange and login may each take a while beyond the connection itself. */
const patience = 3;
/** A connection that is kept open by ssh may hold standard error for as long as it lives. */
const lastWordsMs = 100;

export function sshArguments({ sshConfig, connectTimeoutMs }: Setting, host: Host): readonly string[] {
  const seconds = Math.max(1, Math.ceil(connectTimeoutMs / 1_000));
  const options = [
    'BatchMode=yes',
    `ConnectTimeout=${seconds}`,
    'ServerAliveInterval=15',
    'ServerAliveCountMax=3',
    'ClearAllForwardings=yes',
    'RemoteCommand=none',
  ];
  return [
    '-T',
    '-x',
    ...(sshConfig === null ? [] : ['-F', sshConfig]),
    ...options.flatMap((option) => ['-o', option]),
    ...(host.port === null ? [] : ['-p', String(host.port)]),
    ...(host.user === null ? [] : ['-l', host.user]),
    ...(host.identityFile === null ? [] : ['-i', host.identityFile]),
    '--',
    host.address ?? host.name,
    'exec /bin/sh -s',
  ];
}

export function newNonce(): string {
  return Buffer.from(randomBytes(12)).toString('hex');
}

/** `program` is made with `nonce`. Ends early when the signal aborts. */
export function call(
  setting: Setting,
  host: Host,
  program: string,
  nonce: string,
  signal?: AbortSignal,
): Promise<Call> {
  return new Promise((resolve) => {
    const ssh = spawn('ssh', sshArguments(setting, host), { env: sshEnvironment() });
    const parts: Buffer[] = [];
    const words: Buffer[] = [];
    const kill = () => void ssh.kill('SIGKILL');
    const hung = setTimeout(kill, setting.connectTimeoutMs * patience);
    signal?.addEventListener('abort', kill, { once: true });
    ssh.stdout.on('data', (part: Buffer) => {
      clearTimeout(hung);
      parts.push(part);
    });
    ssh.stderr.on('data', (part: Buffer) => void (words.length < 64 && words.push(part)));
    // A host that is gone, or a shell that reads nothing: the exit says so.
    ssh.stdin.on('error', () => undefined);
    ssh.stdin.end(program);
    const done = (exitCode: number | null, said = Buffer.concat(words).toString('utf8')) => {
      clearTimeout(hung);
      signal?.removeEventListener('abort', kill);
      ssh.stderr.destroy();
      resolve({ answer: readAnswer(Buffer.concat(parts), nonce), exitCode, said });
    };
    ssh.once('error', (error) => done(127, `ssh could not be started: ${error.message}`));
    whenOver(ssh, done);
  });
}

/** The exit and the end of standard output; of standard error what comes within a moment. */
function whenOver(ssh: ChildProcessWithoutNullStreams, done: (exitCode: number | null) => void): void {
  let left = 2;
  const one = () => {
    left -= 1;
    if (left > 0) return;
    if (ssh.exitCode === 0 || ssh.stderr.readableEnded) return done(ssh.exitCode);
    const timer = setTimeout(() => done(ssh.exitCode), lastWordsMs);
    ssh.stderr.once('end', () => {
      clearTimeout(timer);
      done(ssh.exitCode);
    });
  };
  ssh.once('exit', one);
  ssh.stdout.once('close', one);
}

let environment: NodeJS.ProcessEnv | undefined;

/** A connection that ssh keeps for others is not part of the attempt. */
function sshEnvironment(): NodeJS.ProcessEnv {
  if (environment === undefined) {
    const { BACKOUT_ATTEMPT, BACKOUT_OUTPUT, ...rest } = process.env;
    environment = rest;
  }
  return environment;
}
