/**
 * The launcher of step processes as the engine sees it.
 *
 * Owns: the Perl process, sending requests, telling answers apart. Starts the launcher again when it died: what it had
 * already started goes on without it, and what was lost on the way is sent again by step-processes.ts.
 * Does not own: what an answer means for a step. An answer is only the quick way to what the step's folder says.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../kernel/fault.ts';

type Perl = ChildProcessByStdio<Writable, Readable, Readable>;

export interface Launcher {
  send(request: Buffer): void;
  /** While steps are awaited, the launcher keeps the event loop alive. */
  hold(): void;
  release(): void;
  close(): void;
}

/** `onAnswer` gets the id of a request and what was answered; `onExit` the launcher's last words. */
export function startLauncher(onAnswer: (id: number, text: string) => void, onExit: (words: string) => void): Launcher {
  const perl = spawnPerl();
  let words = '';
  perl.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-2_000);
  });
  readLines(perl.stdout, (line) => {
    const space = line.indexOf(' ');
    onAnswer(Number(line.slice(0, space)), line.slice(space + 1));
  });
  // EPIPE: it died; `exit` says so.
  perl.stdin.on('error', () => undefined);
  perl.on('exit', () => {
    // The supervisor that it kept ready must not wait for a request that nobody sends.
    perl.stdin.destroy();
    onExit(words.trim());
  });
  const handles: readonly Refable[] = [perl, ...[perl.stdin, perl.stdout, perl.stderr].filter(isRefable)];
  const hold = () => {
    for (const handle of handles) handle.ref();
  };
  const release = () => {
    for (const handle of handles) handle.unref();
  };
  release();
  return {
    send: (request) => void perl.stdin.write(request),
    hold,
    release,
    close() {
      perl.removeAllListeners('exit');
      perl.stdin.end();
      perl.stdout.destroy();
      perl.stderr.destroy();
      perl.unref();
    },
  };
}

/** Nothing of the user's environment reaches Perl itself (PERL5OPT would run code in it). */
function spawnPerl(): Perl {
  const script = fileURLToPath(new URL('./supervisor.pl', import.meta.url));
  for (const program of ['/usr/bin/perl', 'perl']) {
    const perl = spawn(program, [script, process.arch], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    });
    if (perl.pid !== undefined) return perl;
    perl.on('error', () => undefined);
  }
  throw new Fault('usage', 'backout needs perl to start steps, and it is not on PATH', 'apt-get install perl-base');
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

interface Refable {
  ref(): unknown;
  unref(): unknown;
}

/** Pipes of a child are sockets, which the stream types do not say. */
function isRefable<T extends object>(stream: T): stream is T & Refable {
  return 'ref' in stream && 'unref' in stream;
}
