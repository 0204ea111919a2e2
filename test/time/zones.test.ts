/** An instant is shown in the zone that the process is in, as it was there on that day. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root } from '../rig/built.ts';

const source = join(root, 'src/views/deadline-text.ts');

/** In a process of its own: the zone is read as it starts. */
function shown(instant: string, zone: string): string {
  const code = `import { bothZones } from '${source}'; console.log(bothZones(Date.parse('${instant}'), '${zone}'));`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
  return execFileSync(process.execPath, args, { env: { TZ: zone }, encoding: 'utf8' }).trim();
}

test.each([
  ['UTC', '2026-11-22T04:00:00Z', '2026-11-22 04:00:00 UTC'],
  ['Europe/Zurich', '2026-11-22T04:00:00Z', '2026-11-22 05:00:00 +01:00 Europe/Zurich, 2026-11-22 04:00:00 UTC'],
  ['Europe/Zurich', '2026-07-01T22:30:00Z', '2026-07-02 00:30:00 +02:00 Europe/Zurich, 2026-07-01 22:30:00 UTC'],
  ['America/St_Johns', '2026-11-22T02:00:00Z', '2026-11-21 22:30:00 -03:30 America/St_Johns, 2026-11-22 02:00:00 UTC'],
  ['Asia/Kathmandu', '2026-11-22T20:00:00Z', '2026-11-23 01:45:00 +05:45 Asia/Kathmandu, 2026-11-22 20:00:00 UTC'],
])('in %s %s is %s', (zone, instant, text) => {
  expect(shown(instant, zone)).toBe(text);
});
