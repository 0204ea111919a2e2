/** `command`: a program with its arguments, no shell between: nothing in a value is ever interpreted. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { type AdapterContext, defineAdapter, type Preflight } from '../../src/ports/adapter.ts';
import { notReady, ready } from '../support/answers.ts';

const input = z.strictObject({
  argv: z
    .array(z.string().check(z.refine((value) => !value.includes('\0'), 'an argument cannot hold NUL')))
    .check(z.minLength(1), z.describe('The program and its arguments, one item each. No shell reads them.')),
});
type Input = z.infer<typeof input>;

export const adapter = defineAdapter<Input>({
  name: 'command',
  summary: 'Runs a program with arguments, without a shell.',
  tested: 'Tested on real processes.',
  input,
  secretFields: [],
  outputs: {},
  needs: [],
  repeatable: false,
  readOnly: false,
  defaultTimeoutMs: null,
  describe: ({ argv }) => [`run ${argv.map(shown).join(' ')}`],
  preflight,
  command: ({ argv: [program = '', ...args] }) => ({ argv: [program, ...args] }),
});

const shown = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''").replaceAll('\n', '\\n')}'`;

async function preflight({ argv }: Input, context: AdapterContext): Promise<Preflight> {
  const program = argv[0] ?? '';
  const candidates = program.includes('/')
    ? [resolve(context.folder, program)]
    : (context.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  for (const candidate of candidates) {
    if (await executable(candidate))
      return ready([`${candidate} is there and may be executed`], 'what it does is not tried');
  }
  const where = program.includes('/') ? '' : ' on the PATH';
  return notReady(`${program}: no such program${where}, or it may not be executed`, 'Install it, or correct `argv`.');
}

async function executable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
