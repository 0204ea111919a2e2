/** P6: nothing that may be signalled survives the end of its attempt. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readProcess, readProcessTable } from '../../../src/runtime/process/process-table.ts';
import { createWorkbench, until, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(() => {
  bench = createWorkbench();
});
afterEach(() => bench.clear());

describe('TERM, grace, KILL', () => {
  test.each<[string, number | null, string | null]>([
    ['./forever', null, 'SIGTERM'],
    ['./ends-tidily', 9, null],
    ['./ignores-term', null, 'SIGKILL'],
    ['./stopped', null, 'SIGTERM'],
    ['./closes-output', null, 'SIGTERM'],
    ['./moves-output', null, 'SIGTERM'],
    ['./grandchildren', null, 'SIGTERM'],
    ['./new-sessions', null, 'SIGTERM'],
    ['./hides', null, 'SIGTERM'],
    ['./breeds', null, 'SIGKILL'],
  ])('%s', async (program, exitCode, signal) => {
    const spec = bench.spec('step', [program]);
    const end = bench.steps.run(spec);
    await bench.ready(spec);
    const before = membersOf(supervisorOf(spec.dir));
    expect(before.length).toBeGreaterThan(0);
    expect(bench.steps.living(spec.dir, spec.key).length).toBeGreaterThan(1);
    expect(await bench.steps.end(spec.dir, spec.key, 300)).toEqual({ survivors: [] });
    expect(await end).toMatchObject({ kind: 'ended', exitCode, signal });
    expect(before.filter((pid) => isThere(pid))).toEqual([]);
    expect(bench.steps.living(spec.dir, spec.key)).toEqual([]);
  });

  test('one that tidies up within the grace is not killed, and what it says last is kept', async () => {
    const spec = bench.spec('step', ['./ends-tidily']);
    const end = bench.steps.run(spec);
    await bench.ready(spec);
    await bench.steps.end(spec.dir, spec.key, 10_000);
    expect(await end).toMatchObject({ exitCode: 9 });
    expect(bench.output(spec)).toBe('ready\ntidied\n');
  });

  test('what a step left behind is ended too', async () => {
    const spec = bench.spec('step', ['./leaves-daemon', join(bench.folder, 'never')]);
    expect(await bench.steps.run(spec)).toMatchObject({ exitCode: 0 });
    expect(bench.steps.living(spec.dir, spec.key)).toContainEqual(expect.stringMatching(/^\d+ \(leaves-daemon\)$/));
    expect(await bench.steps.end(spec.dir, spec.key, 1_000)).toEqual({ survivors: [] });
  });

  test('an end that was seen already is nothing to end', async () => {
    const spec = bench.spec('step', ['true']);
    await bench.steps.run(spec);
    expect(await bench.steps.end(spec.dir, spec.key, 1_000)).toEqual({ survivors: [] });
  });
});

test('what may not be signalled is named', async () => {
  const spec = bench.spec('step', ['./ignores-term']);
  const end = bench.steps.run(spec);
  await bench.ready(spec);
  const kill = process.kill;
  process.kill = () => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  };
  try {
    const { survivors } = await bench.steps.end(spec.dir, spec.key, 50);
    expect(survivors).toContainEqual(expect.stringMatching(/^\d+ \(sleep\)$/));
    expect(survivors).toContainEqual(expect.stringMatching(/^\d+ \(ignores-term\)$/));
  } finally {
    process.kill = kill;
  }
  await bench.steps.end(spec.dir, spec.key, 0);
  expect(await end).toMatchObject({ signal: 'SIGKILL' });
});

test('a supervisor that hangs is killed in the end, and its command is lost', async () => {
  const spec = bench.spec('step', ['./forever']);
  const end = bench.steps.run(spec);
  await bench.ready(spec);
  process.kill(supervisorOf(spec.dir), 'SIGSTOP');
  expect(await bench.steps.end(spec.dir, spec.key, 100)).toEqual({ survivors: [] });
  expect(await end).toMatchObject({ kind: 'lost' });
});

function supervisorOf(dir: string): number {
  return JSON.parse(readFileSync(join(dir, 'claim'), 'utf8')).pid;
}

/** Found in another way than the code under test finds them: all that has the supervisor above it. */
function membersOf(supervisor: number): readonly number[] {
  const table = readProcessTable();
  const found = new Set([supervisor]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const seen of table) if (found.has(seen.parent)) found.add(seen.pid);
  }
  found.delete(supervisor);
  return [...found];
}

function isThere(pid: number): boolean {
  const seen = readProcess(pid);
  return seen !== undefined && seen.state !== 'Z';
}

test('the table of processes shows this one', async () => {
  await until('it is listed', () => readProcessTable().some((seen) => seen.pid === process.pid));
  expect(readProcess(process.pid)).toMatchObject({ pid: process.pid, parent: process.ppid });
});
