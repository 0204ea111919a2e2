/**
 * `npm run bench`: how fast and how small, beside what people use instead. A table of ratios from one run, never a
 * test: times depend on the machine, ratios of neighbours in time much less. docs/benchmark.md says how to read it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findContenders } from './contenders.ts';
import { lookAtMachine, machineLines } from './machine.ts';
import { audit } from './measures/audit.ts';
import { before } from './measures/before.ts';
import { filesRestore } from './measures/files-restore.ts';
import { hosts } from './measures/hosts.ts';
import { type Bench, isReached, type MeasureName, type Row } from './measures/measure.ts';
import { memory } from './measures/memory.ts';
import { oneStep } from './measures/one-step.ts';
import { parallel } from './measures/parallel.ts';
import { postgresRestore } from './measures/postgres-restore.ts';
import { sequential } from './measures/sequential.ts';
import { sixSteps } from './measures/six-steps.ts';
import { type Options, readOptions, usage } from './options.ts';
import { table } from './table.ts';

const measures: Readonly<Record<MeasureName, (bench: Bench) => readonly Row[] | Promise<readonly Row[]>>> = {
  'one-step': oneStep,
  'six-steps': sixSteps,
  sequential,
  parallel,
  memory,
  audit,
  'files-restore': filesRestore,
  'postgres-restore': postgresRestore,
  hosts,
  before,
};

async function bench(options: Options): Promise<void> {
  const scratch = { path: mkdtempSync(join(resolve(options.folder ?? tmpdir()), 'backout-bench-')) };
  const remove = () => rmSync(scratch.path, { recursive: true, force: true });
  process.on('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const machine = lookAtMachine(scratch.path);
  console.log(machineLines(machine).join('\n'));
  const limits = (rounds: number) => ({ rounds: Math.min(rounds, options.rounds ?? rounds), seconds: options.seconds });
  const rows: Row[] = [];
  for (const name of options.only) {
    console.error(`measuring ${name} …`);
    try {
      rows.push(...(await measures[name]({ scratch, contenders: findContenders(), quick: options.quick, limits })));
    } catch (error) {
      process.exitCode = 1;
      console.error(`${name} could not be measured: ${error instanceof Error ? error.message : error}`);
    }
  }
  console.log(`\n${table(rows)}\n`);
  console.log('Medians of rounds in turn; a ratio is backout divided by the other, taken within each round.');
  if (options.json !== undefined) writeJson(options.json, { machine, rows });
}

function writeJson(path: string, { machine, rows }: { readonly machine: object; readonly rows: readonly Row[] }): void {
  const judged = rows.map((row) => ({ ...row, reached: isReached(row) ?? null }));
  writeFileSync(path, `${JSON.stringify({ schema: 'backout/bench/v1', machine, rows: judged }, null, 2)}\n`);
}

function askedFor(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(2);
  }
}

await bench(askedFor());
