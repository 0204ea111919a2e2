/** The help, made from the command table. */
import { type CommandSpec, commands } from './command-table.ts';

/** In the order in which they are met: before the change, with it, in the emergency, afterwards. */
const groups: readonly (readonly [title: string, names: readonly string[]])[] = [
  [
    'Before it is needed',
    ['init', 'lint', 'plan', 'whatif', 'rehearse', 'rehearsals', 'rehearsals verify', 'deadline', 'doc'],
  ],
  ['The change itself', ['change run', 'change record', 'change status', 'derive']],
  ['The backout', ['run', 'status', 'logs', 'resume', 'pause', 'stop']],
  ['What people decide', ['confirm', 'approve', 'reject', 'retry', 'skip', 'abandon']],
  ['Afterwards', ['report', 'audit verify', 'runs', 'runs prune']],
  ['For editors', ['schema', 'adapters']],
];

export function generalHelp(): string {
  const shown = commands.filter((spec) => spec.hidden === undefined);
  const width = Math.max(...shown.map((spec) => callOf(spec).length));
  const lineOf = (spec: CommandSpec) => `  ${callOf(spec).padEnd(width)}  ${spec.summary}`;
  return [
    'backout executes backout plans: tell, close access, restore, prove health, open access, tell.',
    '',
    'Usage: backout COMMAND [ARGUMENTS] [FLAGS]',
    '',
    ...grouped(shown).flatMap(([title, specs]) => [title, ...specs.map(lineOf), '']),
    'backout COMMAND --help shows the flags of a command.',
    'Exit codes: 0 backed out, 1 failed, 2 usage, 3 waiting for a person, 4 stopped, 5 another run has not',
    'ended, 6 with exceptions, 7 journal damaged, 8 change failed and backed out, 70 our fault.',
    '',
  ].join('\n');
}

const callOf = (spec: CommandSpec) => `${spec.name} ${spec.args}`.trimEnd();

/** A command that no group names is shown all the same. */
function grouped(shown: readonly CommandSpec[]): readonly (readonly [string, readonly CommandSpec[]])[] {
  const named = new Set(groups.flatMap(([, names]) => names));
  const others = shown.filter(({ name }) => !named.has(name));
  const known = groups.map(([title, names]) => [title, inOrder(shown, names)] as const);
  return others.length === 0 ? known : [...known, ['More', others]];
}

function inOrder(shown: readonly CommandSpec[], names: readonly string[]): readonly CommandSpec[] {
  return names.flatMap((name) => shown.filter((spec) => spec.name === name));
}

export function commandHelp(spec: CommandSpec): string {
  const flags = Object.entries(spec.flags).map(([name, flag]) => ({
    left: `--${name}${flag.value === undefined ? '' : ` ${flag.value}`}`,
    help: flag.help,
  }));
  const width = Math.max(0, ...flags.map((flag) => flag.left.length));
  return [
    `${spec.summary}.`,
    '',
    `Usage: backout ${spec.name} ${spec.args}`.trimEnd(),
    '',
    ...flags.map((flag) => `  ${flag.left.padEnd(width)}  ${flag.help}`),
    ...besides(spec),
    '',
  ].join('\n');
}

/** `runs` and `runs prune` are looked for in the same place. */
function besides(spec: CommandSpec): readonly string[] {
  const [word = ''] = spec.name.split(' ');
  const others = commands.filter(({ name }) => name !== spec.name && name.split(' ')[0] === word);
  return others.length === 0 ? [] : ['', ...others.map(({ name }) => `See also: backout ${name} --help`)];
}
