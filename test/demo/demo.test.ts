/** `npm run demo`, the whole of it, with the built program: every claim that it makes is checked by itself. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
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

function demo(folder: string, ...args: readonly string[]): Promise<Told> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, TMPDIR: folder, DEMO_UNDER_TEST: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
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
    const told = await demo(folder);
    expect(told).toEqual({ code: 0, text: expect.stringContaining('All of it held.') });
    expect(told.text).toContain('✓ every order and every file is as it was before the change');
    expect(told.text).toContain('Subject: Backout of CHG0042 is done: the shop is open');
    expect(told.text).toContain('✓ the journal is intact and closed');
    expect(told.text.split('\n').filter((line) => /^ {3}\S/.test(line) && line.length > 200)).toEqual([]);
  });
}, 240_000);

test('--crash: the engine dies in the middle of the restore, and the restore still runs once', async () => {
  await inFolder(async (folder) => {
    const told = await demo(folder, '--crash');
    expect(told).toEqual({ code: 0, text: expect.stringContaining('All of it held.') });
    expect(told.text).toContain('✓ status says that the engine is gone, and what to type');
    expect(told.text).toContain('✓ restore-uploads: begun once, succeeded once, by the journal of both engines');
    expect(told.text).toContain('✓ the uploads were swapped once');
    expect(told.text).toContain('✓ every order and every file is as it was before the change');
  });
}, 240_000);
