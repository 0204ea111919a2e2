/** `backout logs`: what the steps of a run printed (redacted and capped when it was written). */
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../kernel/fault.ts';
import { lookAtHome, resolveRun } from '../../runtime/home/home.ts';
import { type RunFolder, runFolder } from '../../runtime/home/run-folder.ts';
import { terminalPieces } from '../../views/terminal-text.ts';
import { hasAttempts, isDamage } from '../damaged-run.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import { readRunIn } from '../known-run.ts';

interface LogFile {
  readonly step: string;
  readonly attempt: number;
  readonly stream: string;
  readonly path: string;
}

export const run: CommandRun = async (call, surface) => {
  const home = lookAtHome(call.flag('home'), surface.env);
  const folder = runFolder(home, resolveRun(home, call.args[0] ?? ''));
  const files = filesOf(folder, call.args[1], call.flag('attempt'));
  if (call.has('json')) surface.out(`${JSON.stringify(files, null, 2)}\n`);
  else {
    const shown = process.stdout.isTTY === true ? terminalPieces : unchanged;
    await pipeline(textOf(files, shown), process.stdout, { end: false }).catch(ignoreGoneReader);
  }
  if (files.length === 0) surface.err('Nothing was printed.\n');
  return exit.backedOut;
};

function filesOf(folder: RunFolder, step: string | undefined, attempt: string | undefined): readonly LogFile[] {
  const all = stepsOf(folder);
  if (step !== undefined && !all.includes(step)) {
    throw new Fault('usage', `the plan has no step "${step}"`, `See: backout status ${folder.run}`);
  }
  const steps = step === undefined ? all : [step];
  return steps.flatMap((id) =>
    numbersIn(join(folder.path, 'attempts', id))
      .filter((n) => attempt === undefined || String(n) === attempt)
      .flatMap((n) => spooledIn(join(folder.path, 'attempts', id, String(n)), id, n, '')),
  );
}

/** In the order of the plan; where the run is damaged, what has a folder: its output is wanted then most of all. */
function stepsOf(folder: RunFolder): readonly string[] {
  try {
    return [...readRunIn(folder).state.context.index.keys()];
  } catch (error) {
    if (!isDamage(error)) throw error;
    return hasAttempts(folder) ? readdirSync(join(folder.path, 'attempts')).sort(byNumber) : [];
  }
}

function numbersIn(folder: string): readonly number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
}

/** An attempt's own output, then that of what ran beside it (`verify`, repetitions). */
function spooledIn(folder: string, step: string, attempt: number, part: string): readonly LogFile[] {
  const names = readdirSync(folder, { withFileTypes: true });
  const own = ['stdout', 'stderr']
    .filter((stream) => names.some((name) => name.name === stream))
    .map((stream) => ({ step, attempt, stream: `${part}${stream}`, path: join(folder, stream) }));
  const parts = names
    .filter((name) => name.isDirectory())
    .map((name) => name.name)
    .sort(byNumber);
  return [...own, ...parts.flatMap((name) => spooledIn(join(folder, name), step, attempt, `${name} `))];
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

type Pieces = AsyncIterable<string | Uint8Array>;

/** A terminal obeys what it is sent; a file or a pipe gets the bytes that the steps printed. */
async function* textOf(files: readonly LogFile[], shown: (pieces: AsyncIterable<Buffer>) => Pieces): Pieces {
  for (const file of files) {
    if (files.length > 1) yield `--- ${file.step}, attempt ${file.attempt}, ${file.stream}\n`;
    yield* shown(createReadStream(file.path));
  }
}

const unchanged = (pieces: AsyncIterable<Buffer>): Pieces => pieces;

/** `backout logs … | head` is no trouble. */
function ignoreGoneReader(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
}
