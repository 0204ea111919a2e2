/** The last lines of a run, whole. */
import { expect, test } from '@jest/globals';
import { dryRunText } from '../../src/views/dry-run-text.ts';
import { endingText } from '../../src/views/ending-text.ts';
import { scenarios } from './scenarios.ts';
import { text80 } from './scene.ts';

const journalFile = '/var/lib/backout/runs/01JDRUN/journal.ndjson';

function ending(name: keyof typeof scenarios): string {
  const { view, seconds } = scenarios[name];
  return `\n${endingText(view, { ...text80(seconds), journalFile })}`;
}

test('ending: left waiting', () => {
  expect(ending('left waiting')).toBe(`
Engine gone. Waiting since 14:00:20 for dba (Maria Keller, +41 44 111 11 11): swap-tapes: Put tape 7 into the drive.
shop: access is closed, data is being restored, health is not proven.
Journal /var/lib/backout/runs/01JDRUN/journal.ndjson
Head 0000000000000000000000000000000000000000000000000000000000000009 (entry 9)
Verify: backout audit verify 01JDRUN --head 0000000000000000000000000000000000000000000000000000000000000009
Next, when it is done: backout confirm 01JDRUN swap-tapes
  or, when it cannot be done: backout reject 01JDRUN swap-tapes --reason 'why'
  or, to go on without it: backout skip 01JDRUN swap-tapes --reason 'why'
  or, to take the run up again: backout resume 01JDRUN
  or, to give up and escalate: backout stop 01JDRUN
`);
});

test('ending: failed end', () => {
  expect(ending('failed end')).toBe(`
FAILED at 14:00:16 after 16.0 s (exit code 1): restore-db: exit code 3.
      | pg_restore: error: could not open input file "/backups/shop-4.2.0.dump"
shop: access is closed, the state of the data is not known, health is not proven.
Journal /var/lib/backout/runs/01JDRUN/journal.ndjson
Head 0000000000000000000000000000000000000000000000000000000000000010 (entry 10)
Verify: backout audit verify 01JDRUN --head 0000000000000000000000000000000000000000000000000000000000000010
Next, when the cause is fixed: backout retry 01JDRUN restore-db
  or, to go on without it: backout skip 01JDRUN restore-db --reason 'why'
  or, for the change record: backout report 01JDRUN --format md
`);
});

test('ending: stopped', () => {
  expect(ending('stopped')).toBe(`
STOPPED at 14:01:03 after 1 min 03 s (exit code 4) by root (sudo by ben, says: Ben Duty): wrong release.
shop: access is closed, the state of the data is not known, health is not proven.
Owed:
  - page-duty-manager failed: exit code 3 after 900 ms
Journal /var/lib/backout/runs/01JDRUN/journal.ndjson
Head 0000000000000000000000000000000000000000000000000000000000000011 (entry 11)
Verify: backout audit verify 01JDRUN --head 0000000000000000000000000000000000000000000000000000000000000011
Next, to go on with the backout: backout resume 01JDRUN --reopen
  or, for the change record: backout report 01JDRUN --format md
`);
});

test('ending: with exceptions', () => {
  expect(ending('with exceptions')).toBe(`
Backed out with exceptions at 14:00:32 after 32.0 s (exit code 6).
shop: access is open, the state of the data is not known, health is proven.
Not as planned:
  - swap-tapes was left out: skipped by Ben Duty: no tape today
Left to people:
  - call-service-desk (change-manager: Jo Graf): Call the Service Desk.
Journal /var/lib/backout/runs/01JDRUN/journal.ndjson
Head 0000000000000000000000000000000000000000000000000000000000000015 (entry 15)
Verify: backout audit verify 01JDRUN --head 0000000000000000000000000000000000000000000000000000000000000015
Next, for the change record: backout report 01JDRUN --format md
`);
});

test('ending: dry run', () => {
  const { view, seconds } = scenarios['dry run'];
  expect(`\n${dryRunText(view, text80(seconds))}`).toBe(`
DRY RUN of shop: nothing of it is changed.
Dry run ended, something is missing, at 14:00:05 after 5.0 s (exit code 1).

notify
  tell-service-desk  checked
      would do: ./tell-service-desk
disable-access
  maintenance-on     uncovered
      would do: ./maintenance-on
restore
  restore-db         failed
      would do: ./restore-db
  swap-tapes         checked
      would do: ./swap-tapes
health-checks
  home-page          checked
      would do: ./home-page
enable-access
  maintenance-off    checked
      would do: ./maintenance-off
announce
  call-service-desk  checked
      would do: ./call-service-desk

Missing:
  - restore-db: failed: the backup /backups/shop-4.2.0.dump is not there

Could not be checked:
  - maintenance-on: a shell command cannot be checked

5 of 7 steps checked, 1 could not be checked, 1 failed.
Next, when what failed is there: backout run /srv/plans/shop-release/playbook.yaml --param release=4.2.0 --dry-run
`);
});
