/** The memory of a process and all its descendants, looked at again and again while it runs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Call, cleanEnvironment, type Scratch } from './stopwatch.ts';

const betweenLooksMs = 2;

/**
 * MiB: the largest sum of resident memory that was seen. What two processes share counts twice: a share in proportion
 * (PSS) would shrink with every other Node on the machine. Never used for timing.
 */
export async function peakOfTree(scratch: Scratch, { argv, env }: Call): Promise<number> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { cwd: scratch.path, env: cleanEnvironment(scratch, env), stdio: 'ignore' });
  const exited = once(child, 'exit');
  let peakKiB = 0;
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    peakKiB = Math.max(peakKiB, sum(child.pid));
    await delay(betweenLooksMs);
  }
  const [code] = await exited;
  if (code === 0) return peakKiB / 1_024;
  throw new Error(`${argv.join(' ')}: exit code ${code}`);
}

/** What has ended between two looks counts nothing. */
function sum(pid: number): number {
  const own = Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  return children(pid).reduce((total, child) => total + sum(child), own);
}

function children(pid: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) =>
      read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
