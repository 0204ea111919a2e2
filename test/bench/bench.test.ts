/** The benchmark runs and prints its table. How long anything takes is no test's business. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));
const execute = promisify(execFile);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backout-bench-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('one measure alone prints its table, writes its numbers, and leaves nothing else behind', async () => {
  const json = join(folder, 'numbers.json');
  const args = [program, '--rounds', '1', '--only', 'one-step', '--dir', folder, '--json', json];
  const { stdout } = await execute(process.execPath, args);
  expect(stdout).toMatch(/^Node [\d.]+ · .*\nA durable line .*\n/);
  expect(stdout).toMatch(/^one step, whole process\n {2}node -e 0 .* ms .* ≤ 2 +(?:yes|no)$/m);
  expect(readdirSync(folder)).toEqual(['numbers.json']);
  const { schema, rows } = JSON.parse(readFileSync(json, 'utf8'));
  expect(schema).toBe('backout/bench/v1');
  expect(rows[0]).toMatchObject({ measure: 'one-step', against: 'node -e 0', ours: expect.any(Number) });
  expect(rows[0].ratio.median).toBeGreaterThan(0);
}, 120_000);

test('a measure that does not exist is refused, with those that do', async () => {
  const failed = execute(process.execPath, [program, '--only', 'two-steps']);
  await expect(failed).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('six-steps') });
}, 60_000);
