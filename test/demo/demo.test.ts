/** `npm run demo`, the whole of it, with the built program: every claim that it makes is checked by itself. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { ensureBuilt } from '../rig/built.ts';
import { processesOf } from '../rig/leftovers.ts';

const main = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));

beforeAll(ensureBuilt);

interface Told {
  readonly code: number | null;
  readonly text: string;
}

/** Also sends `signals`, one after the other, when it has said `moment`. */
function demo(
  folder: string,
  args: readonly string[],
  moment?: string,
  signals: readonly NodeJS.Signals[] = [],
): Promise<Told> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, TMPDIR: folder, DEMO_UNDER_TEST: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const left = [...signals];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const first = left.length === signals.length;
      if (moment !== undefined && text.includes(first ? moment : 'Interrupted.')) child.kill(left.shift() ?? 0);
    });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })));
}

/** The demo's own launcher may need a moment to see that its engine is gone. */
async function leftovers(folder: string): Promise<readonly string[]> {
  for (let looks = 0; looks < 100 && processesOf([folder]).length > 0; looks++) await delay(20);
  return processesOf([folder]);
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'backout-demo-test-'));
  try {
    await use(folder);
    expect(await leftovers(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the shop is backed out, and nothing is left behind', async () => {
  await inFolder(async (folder) => {
    const told = await demo(folder, []);
    expect(told).toEqual({ code: 0, text: expect.stringContaining('All of it held.') });
    expect(told.text).toContain('✓ every order and every file is as it was before the change');
    expect(told.text).toContain('Subject: Backout of CHG0042 is done: the shop is open');
    expect(told.text).toContain('✓ the journal is intact and closed');
    expect(told.text.split('\n').filter((line) => /^ {3}\S/.test(line) && line.length > 200)).toEqual([]);
  });
}, 240_000);

test('--crash: the engine dies in the middle of the restore, and the restore still runs once', async () => {
  await inFolder(async (folder) => {
    const told = await demo(folder, ['--crash']);
    expect(told).toEqual({ code: 0, text: expect.stringContaining('All of it held.') });
    expect(told.text).toContain('✓ status says that the engine is gone, and what to type');
    expect(told.text).toContain('✓ restore-uploads: begun once, succeeded once, by the journal of both engines');
    expect(told.text).toContain('✓ the uploads were swapped once');
    expect(told.text).toContain('✓ every order and every file is as it was before the change');
  });
}, 240_000);

test('rehearsal: staging is backed out beside production, and nothing is left behind', async () => {
  await inFolder(async (folder) => {
    const told = await demo(folder, ['rehearsal']);
    expect(told).toEqual({ code: 0, text: expect.stringContaining('All of it held.') });
    expect(told.text).toContain('Subject: [REHEARSAL in staging] Backout of CHG0042 is done: the shop is open');
    expect(told.text).toContain('✓ production is as it was, and nobody there has heard anything');
    expect(told.text).toMatch(/^Rehearsed just now in staging: PASSED, counts until /m);
  });
}, 240_000);

const interruptions: readonly [string, readonly string[], string, number, readonly NodeJS.Signals[]][] = [
  ['before anything is backed out', [], 'A photo shop runs', 143, ['SIGTERM', 'SIGTERM']],
  ['in the middle of the backout', ['--crash'], 'restore-uploads', 130, ['SIGINT', 'SIGINT']],
  ['when the engine is gone, and the restore goes on', ['--crash'], 'the engine is gone', 129, ['SIGHUP', 'SIGINT']],
];

test.each(interruptions)(
  'interrupted twice %s: all is ended, then removed',
  async (_, args, moment, code, signals) => {
    await inFolder(async (folder) => {
      const told = await demo(folder, args, moment, signals);
      expect(told).toEqual({ code, text: expect.stringContaining('The folder with the journal is removed again') });
      expect(told.text).not.toMatch(/does not hold|Error/);
      expect(told.text).toContain('Still ending');
    });
  },
  120_000,
);

test('interrupted, the run that it leaves with --keep has ended as stopped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'backout-demo-test-'));
  try {
    await demo(folder, ['--crash', '--keep'], 'restore-uploads', ['SIGTERM']);
    expect(await leftovers(folder)).toEqual([]);
    const runs = join(folder, readdirSync(folder)[0] ?? '', 'home/runs');
    const journal = readFileSync(join(runs, readdirSync(runs)[0] ?? '', 'journal.ndjson'), 'utf8');
    const last = JSON.parse(journal.trimEnd().split('\n').at(-1) ?? '');
    expect(last.event).toMatchObject({ type: 'run.ended', end: 'stopped' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
