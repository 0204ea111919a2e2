/** The script that the documentation gives for many hosts does once what it says, however often it runs. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { newFolder } from './rig/folder.ts';
import { plant } from './rig/tree.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/going-back-a-release.md', import.meta.url)), 'utf8');
const script = /a test runs it -->\n```sh\n(.*?)```/s.exec(page)?.[1] ?? '';

function run(app: string, id: string): string {
  const text = script.replace('app=/srv/shop', `app='${app}'`).replace('${{ run.id }}', id);
  return execFileSync('/bin/sh', ['-e', '-c', text], { encoding: 'utf8', stdio: 'pipe' });
}

test('goes back once in a run, whatever is repeated', () => {
  const app = newFolder();
  plant(app, { 'releases/20260101/x': '', 'releases/20260202/x': '', 'releases/20260303/x': '' });
  symlinkSync('releases/20260303', join(app, 'current'));
  for (const _ of [1, 2, 3]) {
    expect(run(app, 'run1')).toContain('points at 20260202.');
    expect(readlinkSync(join(app, 'current'))).toBe('releases/20260202');
  }
  expect(existsSync(join(app, 'HALT'))).toBe(true);
  rmSync(join(app, 'current'));
  symlinkSync('releases/20260101', join(app, 'current'));
  expect(() => run(app, 'run2')).toThrow('no release before 20260101');
  expect(readlinkSync(join(app, 'current'))).toBe('releases/20260101');
});
