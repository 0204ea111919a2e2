/** `backout init`: a first playbook, from answers on a terminal or from a template. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '../../kernel/fault.ts';
import { shellWord } from '../../views/shell-word.ts';
import { isTerminal } from '../drive.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { type Answers, templates } from '../templates/answers.ts';
import { playbookText } from '../templates/playbook-text.ts';
import { writeNew, writeOutput } from '../write-output.ts';

export const run: CommandRun = async (call, surface) => {
  const file = call.args[0] ?? 'playbook.yaml';
  const path = resolve(surface.cwd, file);
  const template = templateOf(call);
  refuseUnspeakable(file);
  refusePlace(path, file);
  refuseExisting(path, file, call);
  const answers = isAsked(call) ? await ask(template, surface) : template;
  if (answers === undefined) {
    surface.err('\nNothing was written.\n');
    return exit.stopped;
  }
  write(path, file, playbookText(answers, file), call);
  surface.err(`Wrote ${file}. Next: fill in what it marks, then: backout lint ${shellWord(file)}\n`);
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

/** The name stands in the playbook's comments and in commands to paste. */
function refuseUnspeakable(file: string): void {
  if (file.trim() === '')
    throw new Fault('usage', 'the name of the file is empty', 'Give one, or none at all for playbook.yaml.');
  if (/\p{Cc}/u.test(file))
    throw new Fault('usage', 'the name of the file has control characters in it', 'Give another name.');
}

/** Before anything is asked, as what follows. */
function refusePlace(path: string, file: string): void {
  if (isFolder(path)) {
    const remedy = `Name the file to be written: backout init ${shellWord(join(file, 'playbook.yaml'))}`;
    throw new Fault('usage', `${file} is a folder`, remedy);
  }
  if (!isFolder(dirname(path)))
    throw new Fault(
      'usage',
      `${file} cannot be written: ${dirname(file)} is no folder`,
      'Make it first, or give another name.',
    );
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function refuseExisting(path: string, file: string, call: Invocation): void {
  if (!call.has('force') && existsSync(path)) throw existing(file);
}

const existing = (file: string): Fault =>
  new Fault('usage', `${file} is there already`, 'Give another name, or --force to overwrite it.');

function write(path: string, file: string, text: string, call: Invocation): void {
  if (call.has('force')) writeOutput(path, text);
  else if (!writeNew(path, text)) throw existing(file);
}
