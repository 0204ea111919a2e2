/** `backout init`: a first playbook, from answers on a terminal or from a template. */
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Fault } from '../../kernel/fault.ts';
import { isTerminal } from '../drive.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { type Answers, templates } from '../templates/answers.ts';
import { playbookText } from '../templates/playbook-text.ts';

export const run: CommandRun = async (call, surface) => {
  const file = call.args[0] ?? 'playbook.yaml';
  const path = resolve(surface.cwd, file);
  const template = templateOf(call);
  refuseExisting(path, file, call);
  const answers = isAsked(call) ? await ask(template, surface) : template;
  if (answers === undefined) {
    surface.err('\nNothing was written.\n');
    return exit.failed;
  }
  write(path, file, playbookText(answers, file), call);
  surface.err(`Wrote ${file}. Next: fill in what it marks, then: backout lint ${file}\n`);
  return exit.backedOut;
};

function templateOf(call: Invocation): Answers {
  const name = call.flag('template') ?? 'itil';
  const found = Object.entries(templates).find(([each]) => each === name);
  if (found !== undefined) return found[1];
  throw new Fault('usage', `--template ${name} is not known`, `It is one of: ${Object.keys(templates).join(', ')}`);
}

function isAsked(call: Invocation): boolean {
  return call.flag('template') === undefined && !call.has('yes') && isTerminal();
}

async function ask(from: Answers, surface: Surface): Promise<Answers | undefined> {
  surface.err('Enter keeps what stands in brackets; what is left as FILL IN can be written later. Ctrl-C leaves.\n');
  const { askAnswers } = await import('../templates/ask.ts');
  return askAnswers(from);
}

/** Before anything is asked. */
function refuseExisting(path: string, file: string, call: Invocation): void {
  if (!call.has('force') && existsSync(path)) throw existing(file);
}

const existing = (file: string): Fault =>
  new Fault('usage', `${file} is there already`, 'Give another name, or --force to overwrite it.');

function write(path: string, file: string, text: string, call: Invocation): void {
  try {
    writeFileSync(path, text, { flag: call.has('force') ? 'w' : 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === 'EEXIST' ? existing(file) : new Fault('usage', `${path} cannot be written (${code})`);
  }
}
