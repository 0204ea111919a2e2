/** One call of the real program as a child process that a test can look at, signal and wait for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { program } from './built.ts';
import { until } from './until.ts';

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** Words before `node backout.js …`, e.g. a program that changes the user. */
  readonly through?: readonly string[];
  readonly input?: string;
}

export class Command {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private out = '';
  private error = '';

  constructor(args: readonly string[], { cwd, env, through = [], input }: CommandOptions) {
    const [file = '', ...rest] = [...through, process.execPath, program, ...args];
    const stdin = input === undefined ? 'ignore' : 'pipe';
    this.child = spawn(file, rest, { cwd, env: { ...env }, stdio: [stdin, 'pipe', 'pipe'] });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.error += text;
    });
    this.child.stdin?.end(input);
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => resolve({ code, signal, stdout: this.out, stderr: this.error }));
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What it has printed so far. */
  get stdout(): string {
    return this.out;
  }

  get stderr(): string {
    return this.error;
  }

  signal(name: NodeJS.Signals): void {
    if (this.isRunning) this.child.kill(name);
  }

  says(text: string): Promise<true> {
    return until(`"${text}" on stderr, which is: ${this.error}`, () => this.error.includes(text));
  }
}
