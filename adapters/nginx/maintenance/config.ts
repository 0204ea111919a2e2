/** The configuration as nginx itself reads it: tested and printed by `nginx -T`, which changes nothing. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext } from '../../../src/ports/adapter.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { call, wordsOf } from '../../support/call.ts';
import { firstLine } from '../../support/reason.ts';
import { type Input, nginxArgv } from './input.ts';

export interface Config {
  /** May hold secrets: never shown. */
  readonly text: string;
  /** The file that nginx began with: relative includes start in its folder. */
  readonly main: string;
  /** The files that it consists of, links followed. */
  readonly files: ReadonlySet<string>;
  /** Absolute, where the configuration names one. */
  readonly pidFile: string | undefined;
}

const limitMs = 30_000;

/** `what` is put before the refusal: whose configuration nginx refuses. */
export async function testConfig(
  asked: Input,
  context: AdapterContext,
  what: string,
): Promise<Result<Config, Trouble>> {
  const argv = [...nginxArgv(asked, context.folder), '-T'];
  const called = await call(argv, { ...context, limitMs });
  if (!called.ok)
    return trouble(`\`${argv.join(' ')}\`: ${called.error}`, 'Install nginx, or say in `nginx` how it is called.');
  const { exitCode, stdout } = called.value;
  if (exitCode !== 0) {
    const words = wordsOf({ ...called.value, stdout: '' });
    const cause = complaint(words);
    const remedy = cause.includes('Permission denied')
      ? 'Run as a user with more rights, e.g. nginx: [sudo, -n, nginx].'
      : `Correct it: \`${argv.with(-1, '-t').join(' ')}\` shows it.`;
    return trouble(`nginx refuses ${what}: ${cause}`, remedy, words);
  }
  const files = [...stdout.matchAll(/^# configuration file (.+):$/gm)].map(([, file = '']) => file);
  const named = directives(stdout, 'pid')[0];
  const pidFile =
    named === undefined || asked.prefix === undefined ? named : resolve(context.folder, asked.prefix, named);
  return ok({ text: stdout, main: files[0] ?? '/', files: new Set(files.map(real)), pidFile });
}

/** What a directive with one value is given, wherever it stands; comments left out. */
function directives(text: string, name: string): readonly string[] {
  const bare = text.replaceAll(/(^|[\s;{}])#[^\n]*/g, '$1');
  const pattern = new RegExp(`(?:^|[;{}])\\s*${name}\\s+(?:"([^"]*)"|'([^']*)'|([^\\s;]+))\\s*;`, 'gm');
  return [...bare.matchAll(pattern)].map(([, double, single, word]) => double ?? single ?? word ?? '');
}

/** What stops nginx, without the warnings before it. */
export function complaint(words: string): string {
  const line = words.split('\n').find((one) => /\[(?:emerg|alert|error)\]/.test(one)) ?? firstLine(words);
  return line.replace(/^.*?\[\w+\] (?:\d+#\d+: )?/, '');
}

/** As nginx was built: `--pid-path`, where the configuration names none. */
export async function builtPidFile(asked: Input, context: AdapterContext): Promise<string | undefined> {
  const called = await call([...asked.nginx, '-V'], { ...context, limitMs });
  return called.ok ? /--pid-path=(\S+)/.exec(called.value.stderr)?.[1] : undefined;
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Is it read at all? Links followed, for `sites-enabled` holds links. */
export const reads = (config: Config, file: string): boolean => config.files.has(real(file)) || config.files.has(file);

/** Would an `include` with a wildcard find this file, which is not there yet? */
export function wouldRead(config: Config, file: string): boolean {
  const patterns = directives(config.text, 'include').map((pattern) => resolve(dirname(config.main), pattern));
  const names = [file, join(real(dirname(file)), basename(file))];
  return patterns.some((pattern) => names.some((name) => globbed(pattern).test(name)));
}

function globbed(pattern: string): RegExp {
  const parts = pattern.split(/([*?]|\[[^\]]*\])/);
  const source = parts.map((part) => {
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return /^\[.*\]$/.test(part) ? part.replace('[!', '[^') : part.replaceAll(/[\\^$.|+(){}[\]]/g, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`);
}
