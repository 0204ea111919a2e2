/** From argv to an invocation, or to one clear usage message. */
import { parseArgs } from 'node:util';
import { Fault } from '../kernel/fault.ts';
import { nearest } from '../playbook/suggest.ts';
import { type CommandSpec, commands } from './command-table.ts';
import type { Invocation } from './invocation.ts';

export type Parsed =
  | { readonly kind: 'call'; readonly spec: CommandSpec; readonly call: Invocation }
  | { readonly kind: 'help'; readonly spec: CommandSpec | undefined }
  | { readonly kind: 'version' };

export function parseArguments(argv: readonly string[]): Parsed {
  const [first] = argv;
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    return { kind: 'help', spec: first === 'help' ? findCommand(argv.slice(1))?.spec : undefined };
  }
  if (first === '--version' || first === '-V' || first === 'version') return { kind: 'version' };
  const found = findCommand(argv.map((word) => word.replace(/^--once=/, '--once-key=')));
  if (found === undefined) {
    const inGroup = commands.find((spec) => spec.name.startsWith(`${first} `));
    if (inGroup !== undefined && asksForHelp(argv)) return { kind: 'help', spec: inGroup };
    throw unknownCommand(first);
  }
  return parseCall(found.spec, found.rest);
}

/** The longest command whose words `argv` begins with. */
function findCommand(
  argv: readonly string[],
): { readonly spec: CommandSpec; readonly rest: readonly string[] } | undefined {
  for (const words of [2, 1]) {
    const spec = commands.find((each) => each.name === argv.slice(0, words).join(' '));
    if (spec !== undefined) return { spec, rest: argv.slice(words) };
  }
  return undefined;
}

function unknownCommand(word: string): Fault {
  const names = commands.filter((spec) => spec.hidden === undefined).map((spec) => spec.name);
  const meant = nearest(word, names);
  return new Fault(
    'usage',
    `there is no command "${word}"`,
    meant === undefined ? 'See: backout --help' : `Did you mean: backout ${meant}`,
  );
}

function asksForHelp(words: readonly string[]): boolean {
  return words.includes('--help') || words.includes('-h');
}

function parseCall(spec: CommandSpec, rest: readonly string[]): Parsed {
  if (asksForHelp(rest)) return { kind: 'help', spec };
  const options = Object.fromEntries(
    Object.entries(spec.flags).map(([name, { type, multiple, short }]) => [
      name,
      { type, multiple: multiple ?? false, ...(short === undefined ? {} : { short }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
    checkPositionals(spec, positionals);
    checkValues(spec, values);
    return { kind: 'call', spec, call: invocationOf(spec, positionals, values) };
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw usageOf(spec, error instanceof Error ? error : new Error(String(error)), rest);
  }
}

function usageOf(spec: CommandSpec, error: Error, rest: readonly string[]): Fault {
  const unknown = rest
    .map((arg) => /^--([^=]+)/.exec(arg)?.[1])
    .find((flag) => flag !== undefined && !(flag in spec.flags));
  if (unknown === undefined)
    return new Fault('usage', error.message.replace(/\. .*/s, ''), `See: backout ${spec.name} --help`);
  const meant = nearest(unknown, Object.keys(spec.flags));
  const remedy = meant === undefined ? `See: backout ${spec.name} --help` : `Did you mean --${meant}?`;
  return new Fault('usage', `backout ${spec.name} has no flag --${unknown}`, remedy);
}

function checkPositionals(spec: CommandSpec, positionals: readonly string[]): void {
  const words = spec.args.split(' ').filter((word) => word !== '');
  const required = words.filter((word) => !word.startsWith('['));
  const usage = `Usage: backout ${spec.name} ${spec.args}`.trimEnd();
  if (positionals.length < required.length) {
    throw new Fault('usage', `backout ${spec.name} needs ${required.slice(positionals.length).join(' and ')}`, usage);
  }
  if (positionals.length > words.length && !spec.args.endsWith('...')) {
    throw new Fault('usage', `backout ${spec.name} does not take "${positionals[words.length]}"`, usage);
  }
}

function checkValues(spec: CommandSpec, values: Values): void {
  const empty = Object.keys(values).find((flag) => [values[flag]].flat().includes(''));
  if (empty === undefined) return;
  throw new Fault('usage', `--${empty} is empty`, `Give it a value, or leave it out. See: backout ${spec.name} --help`);
}

type Values = { readonly [flag: string]: string | boolean | (string | boolean)[] | undefined };

function invocationOf(spec: CommandSpec, args: readonly string[], values: Values): Invocation {
  return {
    command: spec.name,
    args,
    flag: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    flags: (name) => {
      const value = values[name];
      return Array.isArray(value) ? value.map(String) : [];
    },
    has: (name) => values[name] === true,
  };
}
