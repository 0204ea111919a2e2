import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ProcessEnd } from '../../../src/ports/step-process.ts';
import { createWorkbench, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(() => {
  bench = createWorkbench();
});
afterEach(() => bench.clear());

const ended = (exitCode: number | null, signal: string | null) =>
  expect.objectContaining({ kind: 'ended', exitCode, signal });

describe('how a command ended', () => {
  test.each<[string, string, number | null, string | null]>([
    ['success', 'true', 0, null],
    ['failure', 'exit 3', 3, null],
    ['the highest code', 'exit 255', 255, null],
    ['a signal', 'kill -KILL $$', null, 'SIGKILL'],
    ['a signal with a core dump', 'ulimit -c 0; kill -SEGV $$', null, 'SIGSEGV'],
    ['a broken pipe', 'kill -PIPE $$', null, 'SIGPIPE'],
  ])('%s', async (_, script, exitCode, signal) => {
    const spec = bench.spec('step', ['sh', '-c', script]);
    const before = Date.now();
    const end = await bench.steps.run(spec);
    expect(end).toEqual(ended(exitCode, signal));
    if (end.kind !== 'ended') return;
    expect(end.startedAt).toBeGreaterThanOrEqual(before - 1);
    expect(end.endedAt).toBeGreaterThanOrEqual(end.startedAt);
    expect(bench.steps.look(spec.dir, bench.steps.boot)).toEqual({ kind: 'ended', end });
    expect(readdirSync(spec.dir).sort()).toEqual(['claim', 'status']);
  });
});

describe('what cannot be started', () => {
  test.each<[string, (b: Workbench) => ReturnType<Workbench['spec']>, RegExp]>([
    ['no program', (b) => b.spec('s', ['nonesuch']), /^the program nonesuch could not be started: No such file/],
    ['not executable', (b) => b.spec('s', ['/etc/passwd']), /^the program \/etc\/passwd .*: Permission denied/],
    ['no folder', (b) => b.spec('s', ['true'], { cwd: '/none' }), /^its folder \/none could not be entered: No such/],
    ['too long', (b) => b.spec('s', ['true', 'x'.repeat(1 << 18)]), /Argument list too long/],
    ['a NUL', (b) => b.spec('s', ['true', 'a\0b']), /NUL/],
    ['no place for its files', (b) => b.spec('a/b/s', ['true']), /could not be read: No such file/],
  ])('%s', async (_, make, reason) => {
    const end = await bench.steps.run(make(bench));
    expect(end).toEqual({ kind: 'not-started', reason: expect.stringMatching(reason) });
  });

  test('P9: the reason holds no secret', async () => {
    const end = await bench.steps.run(bench.spec('step', ['./none-hunter22'], { redact: ['hunter22'] }));
    expect(JSON.stringify(end)).not.toContain('hunter22');
    expect(readFileSync(join(bench.folder, 'step', 'status'), 'utf8')).not.toContain('hunter22');
  });
});

describe('what a command finds around it', () => {
  test('its own environment, folder, umask and signals, and nothing of ours', async () => {
    const spec = bench.spec('step', ['./shows-itself'], { env: { PATH: '/usr/bin:/bin', ONE: "a'b\nc" } });
    expect(await bench.steps.run(spec)).toEqual(ended(0, null));
    expect(bench.output(spec)).toBe(
      [
        `umask ${process.umask().toString(8).padStart(4, '0')}`,
        'SigBlk:\t0000000000000000',
        'SigIgn:\t0000000000000000',
        'files 4',
        'stdin /dev/null',
        `folder ${bench.folder}`,
        `BACKOUT_ATTEMPT=${spec.key}`,
        "ONE=a'b",
        'PATH=/usr/bin:/bin',
        'c',
        '',
      ].join('\n'),
    );
  });

  test('bash with an empty environment reads none of the user’s files', async () => {
    writeFileSync(join(bench.folder, '.bashrc'), 'echo sourced\n');
    const spec = bench.spec('step', ['/bin/bash', '-c', 'echo run'], { env: { HOME: bench.folder } });
    await bench.steps.run(spec);
    const bare = bench.spec('bare', ['/bin/bash', '-c', 'echo run'], { env: {} });
    await bench.steps.run(bare);
    expect([bench.output(spec), bench.output(bare)]).toEqual(['run\n', 'run\n']);
  });

  test('a large standard input, while it writes as much', async () => {
    const text = 'a line of input\n'.repeat(327_680);
    const spec = bench.spec('step', ['cat'], { stdin: text, maxOutputBytes: 8 << 20 });
    expect(await bench.steps.run(spec)).toMatchObject({ exitCode: 0, stdout: { bytes: text.length, cut: 0 } });
    expect(bench.output(spec) === text).toBe(true);
  });

  test('a standard input that nobody reads, or that is empty', async () => {
    const unread = bench.spec('unread', ['sh', '-c', 'exec <&-; exit 4'], { stdin: 'x'.repeat(1 << 20) });
    expect(await bench.steps.run(unread)).toEqual(ended(4, null));
    const empty = bench.spec('empty', ['wc', '-c'], { stdin: '' });
    expect(await bench.steps.run(empty)).toEqual(ended(0, null));
    expect(bench.output(empty)).toBe('0\n');
  });

  test('a signal to its own group reaches that only', async () => {
    expect(await bench.steps.run(bench.spec('step', ['./kills-own-group']))).toEqual(ended(null, 'SIGKILL'));
  });
});

describe('P4: one claim, one command', () => {
  test('of many that want the same folder one runs, and all learn its end', async () => {
    const spec = bench.spec('step', ['sh', '-c', 'echo run >> "$1"; exit 7', 'sh', join(bench.folder, 'runs')]);
    const ends: readonly ProcessEnd[] = await Promise.all(Array.from({ length: 8 }, () => bench.steps.run(spec)));
    for (const end of ends) expect(end).toEqual(ended(7, null));
    expect(readFileSync(join(bench.folder, 'runs'), 'utf8')).toBe('run\n');
  });

  test('an attempt that was ended before it began never begins', async () => {
    const spec = bench.spec('step', ['touch', join(bench.folder, 'ran')]);
    expect(bench.steps.look(spec.dir, bench.steps.boot)).toEqual({ kind: 'none' });
    expect(await bench.steps.end(spec.dir, spec.key, 100)).toEqual({ survivors: [] });
    expect(await bench.steps.run(spec)).toEqual({
      kind: 'not-started',
      reason: expect.stringMatching(/before it began/),
    });
    expect(existsSync(join(bench.folder, 'ran'))).toBe(false);
  });

  test('fifty at once', async () => {
    const specs = Array.from({ length: 50 }, (_, n) => bench.spec(`step-${n}`, ['sh', '-c', `exit ${n}`]));
    const ends = await Promise.all(specs.map((spec) => bench.steps.run(spec)));
    expect(ends.map((end) => end.kind === 'ended' && end.exitCode)).toEqual(specs.map((_, n) => n));
  });
});

test('files of a step are the owner’s alone, or the group’s in a home that a group shares', async () => {
  const { statSync, chmodSync } = await import('node:fs');
  const mode = (file: string) => statSync(join(bench.folder, file)).mode & 0o7777;
  mkdirSync(join(bench.folder, 'shared'));
  chmodSync(join(bench.folder, 'shared'), 0o2770);
  for (const name of ['own', 'shared/step']) await bench.steps.run(bench.spec(name, ['echo', 'hi']));
  expect(['own', 'own/claim', 'own/status', 'own/stdout'].map(mode)).toEqual([0o700, 0o600, 0o600, 0o600]);
  expect(['shared/step', 'shared/step/claim', 'shared/step/stdout'].map(mode)).toEqual([0o2770, 0o660, 0o660]);
});
