/**
 * A temporary folder with step processes in it. What a test leaves alive is a failure of that test (P6), so `clear`
 * first looks, then ends it, then complains.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessSpec, StepProcesses } from '../../../src/ports/step-process.ts';
import { readProcessTable } from '../../../src/runtime/process/process-table.ts';
import { createStepProcesses } from '../../../src/runtime/process/step-processes.ts';

export interface Workbench {
  readonly folder: string;
  readonly steps: StepProcesses;
  /** A step in a folder of its own; `argv[0]` without a slash is a program of the machine, with `./` a fixture. */
  spec(name: string, argv: readonly [string, ...string[]], more?: Partial<ProcessSpec>): ProcessSpec;
  /** What was spooled; empty where nothing was. */
  output(spec: ProcessSpec, name?: string): string;
  ready(spec: ProcessSpec): Promise<void>;
  clear(): Promise<void>;
}

const fixtures = fileURLToPath(new URL('../../fixtures/steps/', import.meta.url));

export function createWorkbench(): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'backout-steps-'));
  const steps = createStepProcesses();
  const output = (spec: ProcessSpec, name = 'stdout') => {
    const file = join(spec.dir, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  return {
    folder,
    steps,
    spec: (name, [program, ...args], more) => ({
      dir: join(folder, name),
      key: `${folder}/${name}`,
      argv: [program.replace(/^\.\//, fixtures), ...args],
      cwd: folder,
      env: { PATH: '/usr/bin:/bin' },
      stdin: null,
      maxOutputBytes: 1 << 20,
      redact: [],
      ...more,
    }),
    output,
    ready: (spec) => until(`${spec.key} says ready`, () => output(spec).includes('ready')),
    async clear() {
      steps.close();
      // A supervisor answers first and leaves then; what a test forgot does not leave.
      await until('', () => leftOf(folder).length === 0, 1_000).catch(() => undefined);
      const left = leftOf(folder);
      for (const pid of left) process.kill(pid, 'SIGKILL');
      await until('the launcher is gone', () => launchers().length === 0);
      rmSync(folder, { recursive: true, force: true });
      if (left.length > 0) throw new Error(`the test left processes alive: ${left.join(', ')}`);
    },
  };
}

/** Waits for a condition that nothing announces; fails with its name. */
export async function until(what: string, condition: () => boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function launchers(): readonly number[] {
  return readProcessTable()
    .filter((seen) => seen.parent === process.pid && seen.program.startsWith('backout-launch'))
    .map((seen) => seen.pid);
}

/** Supervisors (by their title) and whatever has the folder in its environment or arguments. */
function leftOf(folder: string): readonly number[] {
  const found: number[] = [];
  for (const { pid } of readProcessTable()) {
    if (pid === process.pid) continue;
    try {
      const text = readFileSync(`/proc/${pid}/environ`, 'latin1') + readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      if (text.includes(folder)) found.push(pid);
    } catch {
      // Gone meanwhile.
    }
  }
  return found;
}
