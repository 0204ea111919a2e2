/** P4: the end of a step is found by whoever comes, whatever died meanwhile; and never made up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ProcessSpec } from '../../../src/ports/step-process.ts';
import { readProcess, readProcessTable } from '../../../src/runtime/process/process-table.ts';
import { createWorkbench, until, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(() => {
  bench = createWorkbench();
});
afterEach(() => bench.clear());

const claimOf = (spec: ProcessSpec) => JSON.parse(readFileSync(join(spec.dir, 'claim'), 'utf8'));
const engine = fileURLToPath(new URL('./engine.ts', import.meta.url));

async function engineRunning(spec: ProcessSpec): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', engine, JSON.stringify(spec)], {
    stdio: 'ignore',
  });
  await bench.ready(spec);
  return child;
}

describe('an engine killed while its step runs', () => {
  test('the step goes on, and another engine reads its true end', async () => {
    const go = join(bench.folder, 'go');
    const spec = bench.spec('step', ['./waits-for-file', go, '7']);
    const child = await engineRunning(spec);
    const launcher = readProcessTable().find((seen) => seen.parent === child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(
      'its launcher is gone',
      () => launcher !== undefined && readProcess(launcher.pid)?.start !== launcher.start,
    );
    const sighting = bench.steps.look(spec.dir, bench.steps.boot);
    expect(sighting).toMatchObject({ kind: 'living', pid: claimOf(spec).pid });
    const followed = bench.steps.follow(spec.dir);
    const again = bench.steps.run(spec);
    writeFileSync(go, '');
    expect(await followed).toMatchObject({ kind: 'ended', exitCode: 7 });
    expect(await again).toEqual(await followed);
    expect(bench.output(spec)).toBe('ready\n');
  });

  test('the next engine can end it', async () => {
    const spec = bench.spec('step', ['./grandchildren']);
    const child = await engineRunning(spec);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await bench.steps.end(spec.dir, spec.key, 100)).toEqual({ survivors: [] });
    expect(await bench.steps.follow(spec.dir)).toMatchObject({ kind: 'ended', signal: 'SIGTERM' });
  });
});

test('a step leads a session of its own, and its command a group of its own in it', async () => {
  const spec = bench.spec('step', ['./forever']);
  const end = bench.steps.run(spec);
  await bench.ready(spec);
  const { pid } = claimOf(spec);
  const command = readProcessTable().find((seen) => seen.parent === pid);
  expect(readProcess(pid)).toMatchObject({ session: pid, group: pid });
  expect(command).toMatchObject({ session: pid, group: command?.pid });
  await bench.steps.end(spec.dir, spec.key, 1_000);
  await end;
});

test('a launcher killed while steps run: they end as they would, and the next ones start', async () => {
  const go = join(bench.folder, 'go');
  const first = bench.spec('first', ['./waits-for-file', go, '5']);
  const end = bench.steps.run(first);
  await bench.ready(first);
  const launcher = readProcessTable().find(
    (seen) => seen.parent === process.pid && seen.program.startsWith('backout-launch'),
  );
  process.kill(launcher?.pid ?? 0, 'SIGKILL');
  const others = Array.from({ length: 10 }, (_, n) => bench.steps.run(bench.spec(`s${n}`, ['sh', '-c', 'exit 6'])));
  for (const other of others) expect(await other).toMatchObject({ kind: 'ended', exitCode: 6 });
  writeFileSync(go, '');
  expect(await end).toMatchObject({ kind: 'ended', exitCode: 5 });
});

describe('a supervisor killed', () => {
  test('its command is still living, and lost when that has ended', async () => {
    const spec = bench.spec('step', ['./ignores-term']);
    const end = bench.steps.run(spec);
    await bench.ready(spec);
    const { pid } = claimOf(spec);
    process.kill(pid, 'SIGKILL');
    await until('it is gone', () => readProcess(pid) === undefined);
    expect(bench.steps.look(spec.dir, bench.steps.boot)).toMatchObject({ kind: 'living' });
    expect(await bench.steps.end(spec.dir, spec.key, 50)).toEqual({ survivors: [] });
    expect(await end).toEqual({ kind: 'lost', reason: expect.stringContaining(String(pid)) });
  });
});

test('orphans of a killed supervisor are found in other sessions too, by the key in their environment', async () => {
  const spec = bench.spec('step', ['./new-sessions']);
  const end = bench.steps.run(spec);
  await bench.ready(spec);
  const { pid } = claimOf(spec);
  process.kill(pid, 'SIGKILL');
  await until('it is gone', () => readProcess(pid) === undefined);
  for (const seen of readProcessTable()) if (seen.session === pid) process.kill(seen.pid, 'SIGKILL');
  expect(bench.steps.living(spec.dir, spec.key)).toContainEqual(expect.stringMatching(/^\d+ \(sleep\)$/));
  expect(await bench.steps.end(spec.dir, spec.key, 50)).toEqual({ survivors: [] });
  expect(await end).toMatchObject({ kind: 'lost' });
});

describe('a claim whose owner is not there', () => {
  const lost = (reason: string) => ({ kind: 'ended', end: { kind: 'lost', reason: expect.stringContaining(reason) } });
  const self = () => ({
    pid: process.pid,
    start: readProcess(process.pid)?.start ?? '',
    boot: bench.steps.boot,
    namespace: claimOf(bench.spec('real', ['true'])).namespace,
    key: bench.folder,
    at: 1,
  });
  const look = (claim: unknown, intentBoot = bench.steps.boot) => {
    const { dir } = bench.spec('step', ['true']);
    mkdirSync(dir);
    if (claim !== undefined)
      writeFileSync(join(dir, 'claim'), typeof claim === 'string' ? claim : JSON.stringify(claim));
    return bench.steps.look(dir, intentBoot);
  };
  beforeEach(async () => {
    await bench.steps.run(bench.spec('real', ['true']));
  });

  test('the control: this very process is living', () => {
    expect(look(self())).toEqual({ kind: 'living', pid: process.pid, startedAt: 1 });
  });
  test('its pid belongs to another process by now', () => {
    expect(look({ ...self(), start: '1' })).toEqual(lost('killed before'));
  });
  test('another boot', () => {
    expect(look({ ...self(), boot: 'another' })).toEqual(lost('machine went down'));
  });
  test('another container', () => {
    expect(look({ ...self(), namespace: 'pid:[1]' })).toEqual(lost('another container'));
  });
  test.each(['', '{"pid":1'])('cut short: %j', (text) => {
    expect(look(text)).toEqual(lost('cut short'));
  });
  test('none, within the boot of the intent and after it', () => {
    expect(look(undefined)).toEqual({ kind: 'none' });
    expect(bench.steps.look(join(bench.folder, 'step'), 'another')).toEqual(lost('started anew'));
  });
});

test('a status that is empty or cut short counts as absent, a whole one holds under any boot', async () => {
  const spec = bench.spec('step', ['sh', '-c', 'exit 4']);
  await bench.steps.run(spec);
  const [status, whole] = ['status', 'whole'].map((name) => join(spec.dir, name));
  if (status === undefined || whole === undefined) throw new Error('unreachable');
  expect(bench.steps.look(spec.dir, 'another')).toMatchObject({ kind: 'ended', end: { exitCode: 4 } });
  await until('its supervisor has left', () => readProcess(claimOf(spec).pid) === undefined);
  const text = readFileSync(status, 'utf8');
  renameSync(status, whole);
  for (const part of ['', text.slice(0, 20)]) {
    writeFileSync(status, part);
    expect(bench.steps.look(spec.dir, bench.steps.boot)).toMatchObject({ end: { kind: 'lost' } });
  }
});
