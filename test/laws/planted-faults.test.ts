/** Each law breaks when its promise is broken in the source: `faults.ts` lists how, `planted-faults.ts` does it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, jest, test } from '@jest/globals';
import { faults } from './faults.ts';

// Generous, for a machine that is busy with other things.
jest.setTimeout(600_000);

test('every planted fault is caught by its law', async () => {
  const script = fileURLToPath(new URL('./planted-faults.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', script]);
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(faults.length);
  expect(lines.filter((line) => !line.includes('caught by plan'))).toEqual([]);
});
