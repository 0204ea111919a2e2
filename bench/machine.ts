/** On what the numbers were taken: without it they say nothing. */
import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { type Spread, spreadOf } from './statistics.ts';

export interface Machine {
  readonly node: string;
  readonly cores: number;
  readonly processor: string;
  readonly kernel: string;
  readonly load: number;
  readonly fileSystem: string;
  /** Milliseconds to append a line of 300 bytes and have it on disk. */
  readonly durableLine: Spread;
}

/** `folder`: where the runs are recorded. */
export function lookAtMachine(folder: string): Machine {
  return {
    node: process.version,
    cores: cpus().length,
    processor: /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? process.arch,
    kernel: release(),
    load: loadavg()[0] ?? 0,
    fileSystem: fileSystemOf(folder),
    durableLine: durableLine(folder),
  };
}

export function machineLines({ node, cores, processor, kernel, load, fileSystem, durableLine }: Machine): string[] {
  const { median, low, high } = durableLine;
  return [
    `Node ${node.slice(1)} · Linux ${kernel} · ${cores} cores (${processor}) · load ${load.toFixed(1)} when it began`,
    `A durable line (300 bytes, fdatasync, ${fileSystem}): ${ms(median)}, half of them ${ms(low)} to ${ms(high)}`,
  ];
}

const ms = (value: number) => `${value.toFixed(2)} ms`;
const lines = 200;

function durableLine(folder: string): Spread {
  const path = join(folder, 'durable-line');
  const fd = openSync(path, 'a');
  const text = `${'x'.repeat(299)}\n`;
  const taken = Array.from({ length: lines }, () => {
    const began = performance.now();
    writeSync(fd, text);
    fdatasyncSync(fd);
    return performance.now() - began;
  });
  closeSync(fd);
  rmSync(path);
  return spreadOf(taken);
}

function fileSystemOf(folder: string): string {
  return execFileSync('df', ['--output=fstype', folder], { encoding: 'utf8' }).trim().split('\n').at(-1) ?? 'unknown';
}
