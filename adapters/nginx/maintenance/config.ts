/** The configuration as nginx itself reads it: tested and printed by `nginx -T`, which changes nothing. */
import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext } from '../../../src/ports/adapter.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { call, wordsOf } from '../../support/call.ts';
import { firstLine } from '../../support/reason.ts';
import { type Input, nginxArgv } from './input.ts';

export interface Config {
  /** May hold secrets: never shown. */
  readonly text: string;
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
    const rights = words.includes('Permission denied')
      ? ' Or run as a user with more rights: nginx: [sudo, -n, nginx].'
      : '';
    return trouble(
      `nginx refuses ${what}: ${complaint(words)}`,
      `Correct it: \`${argv.with(-1, '-t').join(' ')}\` shows it.${rights}`,
      words,
    );
  }
  const files = [...stdout.matchAll(/^# configuration file (.+):$/gm)].map(([, file = '']) => real(file));
  return ok({ text: stdout, files: new Set(files), pidFile: pidFileIn(stdout, asked, context.folder) });
}

/** What stops nginx, without the warnings before it. */
function complaint(words: string): string {
  const line = words.split('\n').find((one) => one.includes('[emerg]')) ?? firstLine(words);
  return line.replace(/^nginx: \[\w+\] /, '');
}

function pidFileIn(text: string, asked: Input, folder: string): string | undefined {
  const named = /^[ \t]*pid[ \t]+"?([^;"]+?)"?[ \t]*;/m.exec(text)?.[1];
  if (named === undefined) return undefined;
  return asked.prefix === undefined ? named : resolve(folder, asked.prefix, named);
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
  const main = [...config.files][0] ?? '/';
  const patterns = [...config.text.matchAll(/^[ \t]*include[ \t]+"?([^;"]+?)"?[ \t]*;/gm)].map(([, pattern = '']) =>
    resolve(dirname(main), pattern),
  );
  return patterns.some((pattern) => globbed(pattern).test(file));
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
