import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Says, before the program is read, that Node is of another version. */
function pretend(version: string): string {
  const code = `Object.defineProperty(process.versions, 'node', { value: '${version}' });`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

function inCopy<T>(use: (bin: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'backout-bin-'));
  try {
    mkdirSync(join(folder, 'bin'));
    cpSync(join(root, 'bin/backout.js'), join(folder, 'bin/backout.cjs'));
    return use(join(folder, 'bin/backout.cjs'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('bin/backout.js', () => {
  test.each(['20.20.2', '18.0.0', '22.17.1', '8.10.0'])(
    'on Node %s says in one line what it needs, exit 2',
    (version) => {
      const run = spawnSync(process.execPath, ['--import', pretend(version), join(root, 'bin/backout.js')], {
        encoding: 'utf8',
      });
      expect(run.stderr).toMatch(/^backout needs Node 22\.18 or later; this is v[\d.]+ \(.*\)\.\n$/);
      expect({ status: run.status, stdout: run.stdout }).toEqual({ status: 2, stdout: '' });
    },
  );

  test.each(['22.18.0', '24.0.0', '26.1.0'])('on Node %s goes on to dist/, and says how to build it', (version) => {
    inCopy((bin) => {
      const run = spawnSync(process.execPath, ['--import', pretend(version), bin], { encoding: 'utf8' });
      expect(run.stderr).toBe('backout is not built: run `npm ci && npm run build` in its folder.\n');
      expect(run.status).toBe(2);
    });
  });
});
