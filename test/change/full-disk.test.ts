/** A full disk under the home: what could not be recorded is said in the words of the system, and the ledger stays whole. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';
import { mayMount } from '../runtime/home/scratch.ts';

jest.setTimeout(60_000);

const mounted = mayMount() ? test : test.skip;

mounted('a word that finds no room is refused as such, and can be said when there is', async () => {
  const site = new Site();
  mkdirSync(site.home);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', site.home]);
  site.atEnd(() => execFileSync('umount', [site.home]));
  const say = (step: string) => site.call(['change', 'record', 'C1', step, 'done']);
  expect((await say('a')).code).toBe(0);
  const ballast = join(site.home, 'ballast');
  try {
    for (;;) writeFileSync(ballast, 'x'.repeat(1_024), { flag: 'a' });
  } catch {
    // It is full now.
  }
  const refused = await say('b');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('no space left on the device (ENOSPC)')]);
  rmSync(ballast);
  expect((await say('b')).code).toBe(0);
  const { stdout } = await site.call(['change', 'status', 'C1']);
  expect(stdout).toMatch(/a: done[\s\S]*b: done/);
});
