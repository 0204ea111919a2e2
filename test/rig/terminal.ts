/** The program on a terminal: `script` (util-linux) makes one, and gives the exit code on. */
import { spawn } from 'node:child_process';
import { program } from './built.ts';
import type { Site } from './site.ts';
import { until } from './until.ts';

export interface Terminal {
  /** The exit code. */
  readonly ended: Promise<number | null>;
  type(text: string): void;
  /** Resolves when the text has been shown. */
  shows(text: string): Promise<true>;
}

export function onTerminal(site: Site, args: readonly string[]): Terminal {
  const command = ['exec', process.execPath, program, ...args].join(' ');
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: site.folder,
    env: { ...site.environment(), TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  site.atEnd(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    ended,
    type: (text) => void child.stdin.write(text),
    shows: (text) => until(`"${text}" on the terminal, which shows: ${shown}`, () => shown.includes(text)),
  };
}
