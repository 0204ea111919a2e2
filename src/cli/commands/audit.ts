/** `backout audit verify`: is the journal whole and unchanged? 0 intact (and closed, or with a word), 7 damaged. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Verdict } from '../../journal/audit.ts';
import { Fault } from '../../kernel/fault.ts';
import { lookAtHome, resolveRun } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { verifyFile } from '../../runtime/home/verify-file.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { readRun } from '../known-run.ts';

export const run: CommandRun = async (call, surface) => {
  const { path, run: id } = target(call, surface);
  const head = call.flag('head');
  const key = call.flag('key');
  const verdict = verifyFile(path, {
    ...(head === undefined ? {} : { head }),
    ...(key === undefined ? {} : { publicKeyPem: readKey(resolve(surface.cwd, key)) }),
  });
  if (verdict.entries === 0 && verdict.verdict !== 'damaged') {
    throw new Fault('journal-damaged', `there is no entry in ${path}`, 'It was emptied, or its run never began.');
  }
  if (verdict.verdict !== 'damaged' && id !== undefined) readRun(lookAtHome(call.flag('home'), surface.env), id);
  if (call.has('json')) surface.out(`${JSON.stringify({ path, ...verdict }, null, 2)}\n`);
  else surface.out(`${wordsOf(path, verdict)}\n`);
  return verdict.verdict === 'damaged' ? exit.damaged : exit.backedOut;
};

/** A file as it is, or a run's journal; of a run the stored plan is checked too (exit 7). */
function target(call: Invocation, surface: Surface): { readonly path: string; readonly run: string | undefined } {
  const text = call.args[0] ?? '';
  const file = resolve(surface.cwd, text);
  if (text.includes('/') || existsSync(file)) return { path: file, run: undefined };
  const home = lookAtHome(call.flag('home'), surface.env);
  const run = resolveRun(home, text);
  return { path: runFolder(home, run).journal, run };
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Fault('usage', `the public key ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function wordsOf(path: string, verdict: Verdict): string {
  const { entries, head, headFoundAt, followedBy, signed, signaturesChecked, tornBytes } = verdict;
  const lines = [firstLine(path, verdict), ...otherJournal(verdict)];
  if (head !== null) lines.push(`${entries} intact entries, head ${head}`);
  if (headFoundAt !== null) lines.push(`The head that was asked for is entry ${headFoundAt}; ${followedBy} follow it.`);
  if (signaturesChecked) lines.push(`${signed} signatures checked.`);
  else if (signed > 0) lines.push(`${signed} entries are signed; give --key to check the signatures.`);
  else lines.push('Not signed: who could write the home could also have written the whole journal anew.');
  if (tornBytes > 0) lines.push(`A crash cut the last line short (${tornBytes} bytes); nothing that counts was in it.`);
  return lines.join('\n');
}

/** A copy may hold several runs, and is no journal then. */
function otherJournal({ kind, reason }: Verdict): readonly string[] {
  if (kind !== 'sequence' || !reason?.startsWith('entry 1 stands')) return [];
  return ['Another journal begins there. Of a copy that holds several, verify the part of one run: docs/operating.md.'];
}

function firstLine(path: string, { verdict, line, reason }: Verdict): string {
  if (verdict === 'closed') return `Intact and closed: ${path}`;
  if (verdict === 'open') return `Intact, but not closed: ${path} (the run has not ended, or its tail was cut off)`;
  return `Damaged${line === null ? '' : ` at line ${line}`}: ${path}: ${reason}`;
}
