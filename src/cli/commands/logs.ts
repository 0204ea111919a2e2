/** `backout logs`: what the steps of a run printed (redacted and capped when it was written). */
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../kernel/fault.ts';
import { lookAtHome, resolveRun } from '../../runtime/home/home.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Surface } from '../invocation.ts';
import { type KnownRun, readRun } from '../known-run.ts';

interface LogFile {
  readonly step: string;
  readonly attempt: number;
  readonly stream: string;
  readonly path: string;
}

export const run: CommandRun = async (call, surface) => {
  const home = lookAtHome(call.flag('home'), surface.env);
  const known = readRun(home, resolveRun(home, call.args[0] ?? ''));
  const files = filesOf(known, call.args[1], call.flag('attempt'));
  if (call.has('json')) surface.out(`${JSON.stringify(files, null, 2)}\n`);
  else for (const file of files) await print(file, files.length > 1, surface);
  if (files.length === 0) surface.err('Nothing was printed.\n');
  return exit.backedOut;
};

function filesOf(
  { folder, state }: KnownRun,
  step: string | undefined,
  attempt: string | undefined,
): readonly LogFile[] {
  if (step !== undefined && !state.context.index.has(step)) {
    throw new Fault('usage', `the plan has no step "${step}"`, `See: backout status ${folder.run}`);
  }
  const steps = step === undefined ? [...state.context.index.keys()] : [step];
  return steps.flatMap((id) =>
    numbersIn(join(folder.path, 'attempts', id))
      .filter((n) => attempt === undefined || String(n) === attempt)
      .flatMap((n) => spooledIn(join(folder.path, 'attempts', id, String(n)), id, n, '')),
  );
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

async function print(file: LogFile, many: boolean, surface: Surface): Promise<void> {
  if (many) surface.out(`--- ${file.step}, attempt ${file.attempt}, ${file.stream}\n`);
  await pipeline(createReadStream(file.path), process.stdout, { end: false });
}
