/** A disk that the failing change itself has filled: it cannot be taken back, and people are told all the same. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';
import { mayMount } from '../runtime/home/scratch.ts';

jest.setTimeout(60_000);

const mounted = mayMount() ? test : test.skip;

const frame = `name: shop
phases:
  restore: []
  health-checks: [{ id: ok, run: 'true' }]
escalate:
  - { id: page, run: 'echo "$TEXT" > paged', env: { TEXT: '\${{ run.failure }}' }, timeout: 10s }
`;

function siteFilledBy(fill: string): Site {
  const site = new Site(frame);
  mkdirSync(site.home);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', site.home]);
  site.atEnd(() => execFileSync('umount', ['--lazy', site.home]));
  site.write('fill.sh', `${fill}\nexit 3\n`);
  const undo = "backout: [{ run: 'touch taken-back' }]";
  const steps = `  - { id: one, run: 'true', ${undo} }\n  - { id: two, run: 'sh fill.sh', ${undo} }\n`;
  site.write('change.yaml', `kind: Change\nid: CHG1\nsystem: shop\nframe: playbook.yaml\nsteps:\n${steps}`);
  return site;
}

const filling = (file: string) => `dd if=/dev/zero of="$BACKOUT_HOME/${file}" bs=1k 2>/dev/null`;
const call = ['change', 'run', 'change.yaml', '--yes', '--backout-on-failure'];

mounted('they are told in the room that the reserve of the change gave back', async () => {
  const site = siteFilledBy(filling('fill'));
  const { code, stderr } = await site.call(call);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/WAS NOT TAKEN BACK: .*(ENOSPC|disk is full)/)]);
  expect(stderr).not.toContain('nobody could be told');
  expect(site.read('paged')).toMatch(/^CHG1 failed and was not taken back: .*(ENOSPC|disk is full)/);
  expect(site.read('taken-back')).toBe('');
  const kept = site.runs.flatMap((run) => readdirSync(join(site.home, 'runs', run)));
  expect(kept).not.toContain('reserve');
});

mounted('where nothing at all finds room, nothing is sent, and that is said', async () => {
  const site = siteFilledBy(
    `(while [ ! -e stop ]; do ${filling('fill-$(date +%N)')}; done) </dev/null >/dev/null 2>&1 &\n${filling('fill')}`,
  );
  try {
    const { code, stderr } = await site.call(call);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/nobody could be told by itself: .*(ENOSPC|disk is full)/),
    ]);
    expect([site.read('paged'), site.read('taken-back')]).toEqual(['', '']);
  } finally {
    site.write('stop', '');
    // How a step has ended is written down when there is room.
    await until('the end of all processes', () => {
      for (const name of readdirSync(site.home)) if (name.includes('fill')) rmSync(join(site.home, name));
      return site.alive.length === 0;
    });
  }
});
