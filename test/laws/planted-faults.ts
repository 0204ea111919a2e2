/**
 * Plants each of `faults` in a copy of the source and tells random scenarios until the fault's law breaks. Prints a
 * line for each; leaves with 1 when a fault is not caught. `node test/laws/planted-faults.ts [PART OF WHAT IT SAYS]`
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { type Fault, faults } from './faults.ts';
import type * as Properties from './properties.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copied = ['kernel', 'plan', 'engine', 'journal', 'ports', 'runtime/driver.ts'].map((part) => `src/${part}`);
const numRuns = Number(process.env.LAWS_RUNS ?? 2_000);
const seed = process.env.LAWS_SEED === undefined ? undefined : Number(process.env.LAWS_SEED);

/** How many scenarios it took; undefined when no scenario shows the fault. */
async function caughtAfter(fault: Fault): Promise<number | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'backout-fault-'));
  try {
    for (const part of [...copied, 'test/laws', 'test/support'])
      cpSync(join(root, part), join(folder, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    plant(join(folder, fault.file), fault);
    const { laws, propertyOf } = (await import(
      pathToFileURL(join(folder, 'test/laws/properties.ts')).href
    )) as typeof Properties;
    const law = laws.find(({ name }) => name.startsWith(fault.law));
    if (law === undefined) throw new Error(`there is no law "${fault.law}"`);
    const { failed, numRuns: told } = fc.check(propertyOf(law), {
      numRuns,
      endOnFailure: true,
      seed: seed ?? fault.seed ?? 5,
    });
    return failed ? told : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function plant(file: string, { from, to }: Fault): void {
  const source = readFileSync(file, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} does not hold this exactly once: ${from}`);
  writeFileSync(
    file,
    source.replace(from, () => to),
  );
}

const wanted = process.argv[2] ?? '';
for (const fault of faults.filter(({ says }) => says.includes(wanted))) {
  const told = await caughtAfter(fault);
  process.stdout.write(
    `${fault.law}: ${fault.says}: ${told === undefined ? 'NOT CAUGHT' : `caught by plan ${told}`}\n`,
  );
  if (told === undefined) process.exitCode = 1;
}
