/** The help, made from the command table. */
import { type CommandSpec, commands } from './command-table.ts';

export function generalHelp(): string {
  const shown = commands.filter((spec) => spec.hidden === undefined);
  const width = Math.max(...shown.map((spec) => `${spec.name} ${spec.args}`.length));
  return [
    'backout executes backout plans: tell, close access, restore, prove health, open access, tell.',
    '',
    'Usage: backout COMMAND [ARGUMENTS] [FLAGS]',
    '',
    ...shown.map((spec) => `  ${`${spec.name} ${spec.args}`.padEnd(width)}  ${spec.summary}`),
    '',
    'backout COMMAND --help shows the flags of a command.',
    'Exit codes: 0 backed out, 1 failed, 2 usage, 3 waiting for a person, 4 stopped,',
    '5 another run has not ended, 6 with exceptions, 7 journal damaged, 70 our fault.',
    '',
  ].join('\n');
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
