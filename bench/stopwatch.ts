/**
 * Times one whole process from outside, in a clean environment: nothing of the caller's PATH, NODE_OPTIONS or rc files
 * makes one contender slower than another. Time, memory and CPU are taken by stopwatch.pl.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./stopwatch.pl', import.meta.url));

export interface Call {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Taken {
  readonly ms: number;
  /** Largest resident memory of the process itself or of a child that it waited for, MiB. */
  readonly peakMiB: number;
  /** Processor time, also of children that it waited for. */
  readonly cpuMs: number;
}

/** The folder, with all that belongs to one benchmark run in it, removed at its end. */
export interface Scratch {
  readonly path: string;
}

/** Throws with the process's own last words unless it exits with 0. */
export function time(scratch: Scratch, { argv, env }: Call): Taken {
  const output = join(scratch.path, 'output.txt');
  const line = execFileSync('perl', [program, process.arch, scratch.path, output, ...argv], {
    env: cleanEnvironment(scratch, env),
    encoding: 'utf8',
  });
  const [code = -1, ms = 0, peakKiB = 0, cpuMs = 0] = line.split(' ').map(Number);
  if (code === 0) return { ms, peakMiB: peakKiB / 1_024, cpuMs };
  throw new Error(`${argv.join(' ')}: exit code ${code}\n${readFileSync(output, 'utf8').slice(-2_000)}`);
}

export function cleanEnvironment(scratch: Scratch, more: Call['env'] = {}): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: scratch.path, LANG: 'C.UTF-8', ...more };
}
