/**
 * The text that a host's shell reads from its standard input. All of it stands in one group, so that nothing of it runs
 * before all of it has arrived.
 */
import { readFileSync } from 'node:fs';
import type { HostOrder, HostsOrder } from './order.ts';

const texts = new Map<string, string>();

function text(name: string): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const read = readFileSync(new URL(`./${name}.sh`, import.meta.url), 'utf8').replaceAll(/^#.*\n/gm, '');
  texts.set(name, read);
  return read;
}

export function runProgram(order: HostsOrder, host: HostOrder, nonce: string): string {
  const { argv, script, env, stdin, cwd } = order.command;
  const all = { ...env, BACKOUT_HOST: host.name, BACKOUT_ATTEMPT: host.key };
  const words = argv.map((word) => (word === null ? '"$BACKOUT_script"' : quoted(word)));
  const become = `backout_become "\${BACKOUT_cwd:-$HOME}" ${words.join(' ')}`;
  return group([
    ...heading(host, nonce),
    `BACKOUT_keep=${order.keepBytes}`,
    `BACKOUT_text=${quoted(script)}`,
    `BACKOUT_fed=${stdin === null ? '' : 1}`,
    `BACKOUT_stdin=${quoted(stdin ?? '')}`,
    `BACKOUT_cwd=${quoted(cwd ?? '')}`,
    `BACKOUT_keeper=${quoted(text('remote-state') + text('remote-keep'))}`,
    'eval "$BACKOUT_keeper"',
    text('remote-run'),
    'backout_env() {',
    ...Object.entries(all).map(([name, value]) => `export ${name}=${quoted(value)}`),
    '}',
    `backout_as_command() { backout_env; ${become}; }`,
    'backout_as_keeper() { backout_env; ' +
      `exec $BACKOUT_setsid /bin/sh "$BACKOUT_script.sh" "$BACKOUT_s" "$BACKOUT_in" ${become}; }`,
    'backout_run',
  ]);
}

export function stopProgram(host: HostOrder, nonce: string, graceMs: number): string {
  // A look takes a tenth of a second.
  const looks = Math.max(1, Math.round(graceMs / 100));
  return group([
    ...heading(host, nonce),
    `BACKOUT_grace=${looks}`,
    text('remote-state'),
    text('remote-stop'),
    'backout_stop',
  ]);
}

export function checkProgram(host: HostOrder, nonce: string): string {
  return group([...heading(host, nonce), text('remote-state'), 'backout_say here']);
}

function heading(host: HostOrder, nonce: string): readonly string[] {
  return [`BACKOUT_key=${quoted(host.key)}`, `BACKOUT_nonce=${nonce}`];
}

function group(lines: readonly string[]): string {
  return `{\n${lines.join('\n')}\n}\n`;
}

/** One word of a shell, whatever it holds. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
