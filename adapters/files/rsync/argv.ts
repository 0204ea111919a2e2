/** The exact calls of rsync. Pure. */
import type { Order } from './input.ts';

/** Every change in a line, as rsync itemizes it. */
const itemized = ['--itemize-changes', '--out-format=%i %n', '--8-bit-output'];

/** How a call must be made to see the same things as another. */
function common(order: Order): readonly string[] {
  const remote = order.localSource === null || order.localTarget === null;
  return [
    '--archive',
    '--hard-links',
    // Names go by the protocol, not by the other host's shell.
    '--protect-args',
    ...(order.delete ? ['--delete-delay'] : []),
    ...order.exclude.map((pattern) => `--exclude=${pattern}`),
    ...(remote ? ['--timeout=300', `--rsh=${shellFor(order)}`] : []),
  ];
}

const ends = ({ source, target }: Order): readonly string[] => ['--', source, target];

/** Files come to their places together at the end, so that the tree is mixed for as short a time as possible. */
export function copyArgs(order: Order): readonly string[] {
  return [
    ...common(order),
    '--delay-updates',
    '--stats',
    '--no-human-readable',
    ...(order.checksum ? ['--checksum'] : []),
    ...(order.maxDelete === null ? [] : [`--max-delete=${order.maxDelete}`]),
    ...(order.backupDir === null ? [] : ['--backup', `--backup-dir=${order.backupDir}`]),
    ...itemized,
    ...ends(order),
  ];
}

/** What would be done, all of it: also what a limit would stop. */
export const rehearseArgs = (order: Order): readonly string[] => [
  '--dry-run',
  ...copyArgs({ ...order, backupDir: null, maxDelete: null }),
];

/** Prints what differs, by content. */
export const proveArgs = (order: Order): readonly string[] => [
  '--dry-run',
  ...common(order),
  '--checksum',
  ...itemized,
  ...ends(order),
];

/** rsync splits this at spaces, and knows quotes: a doubled one is one of it. */
function shellFor({ ssh }: Order): string {
  const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`);
  const words = [
    'ssh',
    ...(ssh.config === undefined ? [] : ['-F', ssh.config]),
    ...['BatchMode=yes', 'ConnectTimeout=10', ...(ssh.options ?? [])].flatMap((option) => ['-o', option]),
    ...(ssh.port === undefined ? [] : ['-p', String(ssh.port)]),
    ...(ssh.identity === undefined ? [] : ['-i', ssh.identity]),
  ];
  return words.map(quoted).join(' ');
}
