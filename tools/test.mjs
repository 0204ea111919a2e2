/**
 * Runs Jest over the arguments given, and ends with one line that counts: `N passed, N failed, N skipped`.
 * The numbers are Jest's own; the exit code is Jest's. A test file that does not even load counts as one failure.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'backout-test-'));
const outputFile = join(scratch, 'results.json');

function counts() {
  try {
    const results = JSON.parse(readFileSync(outputFile, 'utf8'));
    return {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
  } catch {
    return undefined;
  }
}

try {
  const jest = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--json',
      `--outputFile=${outputFile}`,
      ...process.argv.slice(2),
    ],
    { cwd: root, stdio: ['inherit', 'ignore', 'inherit'] },
  );
  const count = counts();
  if (count === undefined) console.log('0 passed, 1 failed (Jest itself did not get to its end)');
  else
    console.log(
      `${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`,
    );
  process.exitCode = jest.status ?? 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
