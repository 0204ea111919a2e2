/** Where this program's own worker is: the small entry point that does an adapter's long work in a step process. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The command that does the work of adapter `name`; the order is given as JSON on standard input. Run from the
 * sources it is `src/cli/worker.ts`, from the bundle `worker.js`, which lies in this file's folder or above it.
 */
export function workerArgv(name: string): readonly [string, ...string[]] {
  return [process.execPath, '--disable-warning=ExperimentalWarning', workerFile(import.meta.url), name];
}

export function workerFile(here: string): string {
  if (here.endsWith('.ts')) return fileURLToPath(new URL('../cli/worker.ts', here));
  const beside = fileURLToPath(new URL('./worker.js', here));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../worker.js', here));
}
