/**
 * A place to back something out of: a temporary folder with a playbook and a home, in which the real program runs.
 * Owns: that nothing of it is left when the test is over; a process that still lives then fails the test (P6).
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from '@jest/globals';
import type { RunEvent } from '../../src/engine/protocol.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { RunView } from '../../src/views/run-view.ts';
import { ensureBuilt, root } from './built.ts';
import { Command, type CommandOptions, type Ended } from './command.ts';
import { kill, processesOf } from './leftovers.ts';
import { until } from './until.ts';

export type Environment = { readonly [name: string]: string | undefined };
export type SiteOptions = Partial<Pick<CommandOptions, 'through' | 'input'>> & { readonly env?: Environment };

const sites: Site[] = [];

afterEach(async () => {
  const errors: unknown[] = [];
  for (const site of sites.splice(0)) await site.clear().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
});

export class Site {
  readonly folder: string;
  home: string;
  /** Set for every call, on top of the test's own environment. */
  env: Environment = {};
  private readonly commands: Command[] = [];
  private readonly cleanUps: (() => unknown)[] = [];

  constructor(playbook?: string) {
    ensureBuilt();
    this.folder = mkdtempSync(join(tmpdir(), 'backout-site-'));
    this.home = join(this.folder, 'home');
    if (playbook !== undefined) this.write('playbook.yaml', playbook);
    sites.push(this);
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  write(name: string, text: string | Uint8Array, mode = 0o644): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode });
    return path;
  }

  /** A file's text; empty where there is none. */
  read(...names: readonly string[]): string {
    try {
      return readFileSync(this.path(...names), 'utf8');
    } catch {
      return '';
    }
  }

  atEnd(cleanUp: () => unknown): void {
    this.cleanUps.push(cleanUp);
  }

  start(args: readonly string[], options: SiteOptions = {}): Command {
    const { env, ...more } = options;
    const command = new Command(args, { cwd: this.folder, env: { ...this.environment(), ...env }, ...more });
    this.commands.push(command);
    return command;
  }

  /** Starts it and waits for its end. */
  call(args: readonly string[], options: SiteOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** What a call inherits: nothing of whoever runs the tests that could change what the program does. */
  environment(): Environment {
    const { PATH, HOME, USER, LANG } = process.env;
    const cache = join(root, 'node_modules/.cache');
    return {
      PATH,
      HOME,
      USER,
      LANG,
      XDG_CACHE_HOME: cache,
      BACKOUT_HOME: this.home,
      BACKOUT_TEST_SITE: this.folder,
      ...this.env,
    };
  }

  /** Newest first. */
  get runs(): readonly string[] {
    try {
      return readdirSync(join(this.home, 'runs')).sort().reverse();
    } catch {
      return [];
    }
  }

  /** The newest run's folder, or a file in it. */
  runPath(...names: readonly string[]): string {
    return join(this.home, 'runs', this.runs[0] ?? 'none', ...names);
  }

  /** Whole lines of the newest run's journal. */
  get entries(): readonly Entry[] {
    let text = '';
    try {
      text = readFileSync(this.runPath('journal.ndjson'), 'utf8');
    } catch {}
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Entry);
  }

  events<T extends RunEvent['type']>(type: T): readonly Extract<RunEvent, { readonly type: T }>[] {
    const events = this.entries.map((entry) => entry.event);
    return events.filter((event): event is Extract<RunEvent, { readonly type: T }> => event.type === type);
  }

  /** Resolves with the first event of the type (of the step) when the journal holds it. */
  recorded<T extends RunEvent['type']>(type: T, step?: string): Promise<Extract<RunEvent, { readonly type: T }>> {
    return until(`${type} ${step ?? ''} in the journal`, () =>
      this.events(type).find((event) => step === undefined || ('step' in event && event.step === step)),
    );
  }

  async status(...args: readonly string[]): Promise<RunView> {
    const { code, stdout, stderr } = await this.call(['status', '--json', ...args]);
    if (code !== 0) throw new Error(`status: exit code ${code}: ${stderr}`);
    return JSON.parse(stdout) as RunView;
  }

  /** Resolves when the file is there. */
  async appeared(...names: readonly string[]): Promise<void> {
    await until(`the file ${names.join('/')}`, () => existsSync(this.path(...names)));
  }

  /** Resolves when nothing of this site is alive any more. */
  async quiet(): Promise<void> {
    await until('the end of all processes', () => this.alive.length === 0);
  }

  /** Resolves when the instant (ms since the epoch) has passed. */
  async past(instant: number): Promise<void> {
    await until('an instant', () => Date.now() > instant);
  }

  /** What of this site is alive, as `pid command`. */
  get alive(): readonly string[] {
    return processesOf([this.folder, ...this.runs]);
  }

  /** Ends what the test started; complains about what was alive without it. */
  async clear(): Promise<void> {
    for (const command of this.commands) command.signal('SIGKILL');
    await Promise.all(this.commands.map((command) => command.ended));
    // A supervisor answers its engine first and leaves then.
    await until('', () => this.alive.length === 0, 2_000).catch(() => undefined);
    const left = this.alive;
    for (const line of left) kill(line);
    for (const cleanUp of this.cleanUps.splice(0).reverse()) await cleanUp();
    rmSync(this.folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`the test left processes alive:\n${left.join('\n')}`);
  }
}
