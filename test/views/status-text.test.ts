/** What a person reads at three in the morning, whole. */
import { expect, test } from '@jest/globals';
import { doingWords } from '../../src/views/doing.ts';
import { statusText } from '../../src/views/status-text.ts';
import { stepLine, troubleOf } from '../../src/views/step-line.ts';
import { scenarios } from './scenarios.ts';
import { failed, shopPlan, text80, untilRestore, viewOf } from './scene.ts';

function status(name: keyof typeof scenarios): string {
  const { view, seconds } = scenarios[name];
  return `\n${statusText(view, text80(seconds))}`;
}

function firstBlock(name: keyof typeof scenarios): string {
  return status(name).split('\n\n')[0] ?? '';
}

test.each<[keyof typeof scenarios, string]>([
  [
    'retrying',
    `
shop: access is closed, data is being restored, health is not proven.
Retrying restore-db (failed: exit code 3 after 12.4 s): attempt 2 of 3 in 4.0 s.
Next: nothing to type, it goes on by itself. To stop it: backout stop 01JDRUN`,
  ],
  [
    'left waiting',
    `
shop: access is closed, data is being restored, health is not proven.
Engine gone. Waiting since 14:00:20 for dba (Maria Keller, +41 44 111 11 11): swap-tapes: Put tape 7 into the drive.
Next, when it is done: backout confirm 01JDRUN swap-tapes
  or, when it cannot be done: backout reject 01JDRUN swap-tapes --reason 'why'
  or, to go on without it: backout skip 01JDRUN swap-tapes --reason 'why'
  or, to take the run up again: backout resume 01JDRUN
  or, to give up and escalate: backout stop 01JDRUN`,
  ],
  [
    'unknown question',
    `
shop: access is closed, the state of the data is not known, health is not proven.
Waiting since 14:05:00 (until 14:35:00) for dba (Maria Keller, +41 44 111 11 11): restore-db: its end is not known: the machine was started anew.
Next, if it is done: backout confirm 01JDRUN restore-db
  or, if it is not done and may be done again: backout retry 01JDRUN restore-db
  or, to go on without it: backout skip 01JDRUN restore-db --reason 'why'
  or, to give up and escalate: backout stop 01JDRUN`,
  ],
  [
    'paused',
    `
shop: access is closed, data is being restored, health is not proven.
Paused since 14:00:30 by anna. Running restore-db (owner dba, attempt 1 of 3) for 58.0 s.
Next, to go on: backout resume 01JDRUN
  or, to give up and escalate: backout stop 01JDRUN`,
  ],
  [
    'stopping',
    `
shop: access is closed, the state of the data is not known, health is not proven.
Stopping, as anna asked. Running restore-db (owner dba, attempt 1 of 3) for 58.0 s.
Next: nothing to type, it ends by itself.`,
  ],
  [
    'engine frozen',
    `
shop: access is closed, data is being restored, health is not proven.
Engine stopped (SIGSTOP): process 4711 holds this run and does not move; restore-db may go on by itself.
Next, to let the engine go on: kill -CONT 4711
  or, to replace it: kill -KILL 4711 && backout resume 01JDRUN`,
  ],
])('first lines: %s', (name, text) => {
  expect(firstBlock(name)).toBe(text);
});

test('status: running', () => {
  expect(status('running')).toBe(`
shop: access is closed, data is being restored, health is not proven.
Running restore-db (owner dba, attempt 1 of 3) for 1 min 20 s.
Next: nothing to type, it goes on by itself. To stop it: backout stop 01JDRUN

Run 01JDRUN of shop-release, change CHG0042, began 14:00:00, by anna on ops1
Time budget 30 min 00 s: 28 min 38 s left

notify               succeeded
  tell-service-desk  succeeded   14:00:00  400 ms
disable-access       succeeded
  maintenance-on     succeeded   14:00:01  850 ms
restore              running
  restore-db         running     14:00:02  1 min 20 s    attempt 1 of 3
  swap-tapes         pending
health-checks        pending
  home-page          pending
enable-access        pending
  maintenance-off    pending
announce             pending
  call-service-desk  pending
`);
});

test('status: waiting for confirm', () => {
  expect(status('waiting for confirm')).toBe(`
shop: access is closed, data is being restored, health is not proven.
Waiting since 14:00:20 (until 14:30:20) for dba (Maria Keller, +41 44 111 11 11): swap-tapes: Put tape 7 into the drive.
Next, when it is done: backout confirm 01JDRUN swap-tapes
  or, when it cannot be done: backout reject 01JDRUN swap-tapes --reason 'why'
  or, to go on without it: backout skip 01JDRUN swap-tapes --reason 'why'
  or, to give up and escalate: backout stop 01JDRUN

Run 01JDRUN of shop-release, change CHG0042, began 14:00:00, by anna on ops1
Time budget 30 min 00 s: 29 min 00 s left

notify               succeeded
  tell-service-desk  succeeded   14:00:00  400 ms
disable-access       succeeded
  maintenance-on     succeeded   14:00:01  850 ms
restore              running
  restore-db         succeeded   14:00:02  18.0 s
  swap-tapes         waiting     14:00:20  40.0 s
      Put tape 7 into the drive.
health-checks        pending
  home-page          pending
enable-access        pending
  maintenance-off    pending
announce             pending
  call-service-desk  pending
`);
});

test('status: failed question', () => {
  expect(status('failed question')).toBe(`
shop: access is closed, data is being restored, health is not proven.
Waiting since 14:00:14 (until 14:30:14) for dba (Maria Keller, +41 44 111 11 11): restore-db failed: exit code 3 after 12.4 s.
Next, when the cause is fixed: backout retry 01JDRUN restore-db
  or, to go on without it: backout skip 01JDRUN restore-db --reason 'why'
  or, to give up and escalate: backout stop 01JDRUN

Run 01JDRUN of shop-release, change CHG0042, began 14:00:00, by anna on ops1
Time budget 30 min 00 s: 29 min 00 s left

notify               succeeded
  tell-service-desk  succeeded   14:00:00  400 ms
disable-access       succeeded
  maintenance-on     succeeded   14:00:01  850 ms
restore              running
  restore-db         waiting     14:00:02  12.4 s
      failed: exit code 3 after 12.4 s
      | pg_restore: error: could not open input file "/backups/shop-4.2.0.dump"
  swap-tapes         pending
health-checks        pending
  home-page          pending
enable-access        pending
  maintenance-off    pending
announce             pending
  call-service-desk  pending
`);
});

test('status: engine gone', () => {
  expect(status('engine gone')).toBe(`
shop: access is closed, data is being restored, health is not proven.
Engine gone: nothing drives this run since 14:00:02 or later; restore-db may still be running by itself.
Next, to take the run up again: backout resume 01JDRUN
  or, to give up and escalate: backout stop 01JDRUN

Run 01JDRUN of shop-release, change CHG0042, began 14:00:00, by anna on ops1
Time budget 30 min 00 s: 20 min 00 s left

notify               succeeded
  tell-service-desk  succeeded   14:00:00  400 ms
disable-access       succeeded
  maintenance-on     succeeded   14:00:01  850 ms
restore              running
  restore-db         running     14:00:02  9 min 58 s    attempt 1 of 3
  swap-tapes         pending
health-checks        pending
  home-page          pending
enable-access        pending
  maintenance-off    pending
announce             pending
  call-service-desk  pending
`);
});

test('status: failed end', () => {
  expect(status('failed end')).toBe(`
shop: access is closed, the state of the data is not known, health is not proven.
FAILED at 14:00:16 after 16.0 s (exit code 1): restore-db: exit code 3.
Next, when the cause is fixed: backout retry 01JDRUN restore-db
  or, to go on without it: backout skip 01JDRUN restore-db --reason 'why'
  or, for the change record: backout report 01JDRUN --format md

Run 01JDRUN of shop-release, change CHG0042, began 14:00:00, by anna on ops1
Time budget 30 min 00 s: 16.0 s taken

notify               succeeded
  tell-service-desk  succeeded   14:00:00  400 ms
disable-access       succeeded
  maintenance-on     succeeded   14:00:01  850 ms
restore              failed
  restore-db         failed      14:00:02  12.4 s
      failed: exit code 3 after 12.4 s
      | pg_restore: error: could not open input file "/backups/shop-4.2.0.dump"
  swap-tapes         pending
health-checks        pending
  home-page          pending
enable-access        pending
  maintenance-off    pending
announce             pending
  call-service-desk  pending
escalate             succeeded
  page-duty-manager  succeeded   14:00:14  300 ms
`);
});

test('status: stopped', () => {
  expect(status('stopped')).toBe(`
shop: access is closed, the state of the data is not known, health is not proven.
STOPPED at 14:01:03 after 1 min 03 s (exit code 4) by root (sudo by ben, says: Ben Duty): wrong release.
Next, to go on with the backout: backout resume 01JDRUN --reopen
  or, for the change record: backout report 01JDRUN --format md

Run 01JDRUN of shop-release, change CHG0042, began 14:00:00, by anna on ops1
Time budget 30 min 00 s: 1 min 03 s taken

notify               succeeded
  tell-service-desk  succeeded   14:00:00  400 ms
disable-access       succeeded
  maintenance-on     succeeded   14:00:01  850 ms
restore              failed
  restore-db         cancelled   14:00:02  59.0 s
      cancelled after 59.0 s
  swap-tapes         pending
health-checks        pending
  home-page          pending
enable-access        pending
  maintenance-off    pending
announce             pending
  call-service-desk  pending
escalate             failed
  page-duty-manager  failed      14:01:01  900 ms        went on without it
      failed: exit code 3 after 900 ms
      | pg_restore: error: could not open input file "/backups/shop-4.2.0.dump"

Owed:
  - page-duty-manager failed: exit code 3 after 900 ms
`);
});

test('status: with exceptions', () => {
  expect(status('with exceptions')).toBe(`
shop: access is open, the state of the data is not known, health is proven.
Backed out with exceptions at 14:00:32 after 32.0 s (exit code 6).
Next, for the change record: backout report 01JDRUN --format md

Run 01JDRUN of shop-release, change CHG0042, began 14:00:00, by anna on ops1
Time budget 30 min 00 s: 32.0 s taken

notify               succeeded
  tell-service-desk  succeeded   14:00:00  400 ms
disable-access       succeeded
  maintenance-on     succeeded   14:00:01  850 ms
restore              succeeded
  restore-db         succeeded   14:00:02  18.0 s
  swap-tapes         skipped     14:00:20  10.0 s
      skipped by Ben Duty: no tape today
health-checks        succeeded
  home-page          succeeded   14:00:30  200 ms
enable-access        succeeded
  maintenance-off    succeeded   14:00:31  300 ms
announce             succeeded
  call-service-desk  waiting     14:00:32                left to a person
      Call the Service Desk.

Left to people:
  - call-service-desk (change-manager: Jo Graf): Call the Service Desk.

Exceptions:
  - swap-tapes was left out: skipped by Ben Duty: no tape today
`);
});

test('status: dry run', () => {
  expect(status('dry run')).toBe(`
DRY RUN of shop: nothing of it is changed.
Dry run ended, something is missing, at 14:00:05 after 5.0 s (exit code 1).
Next, when what failed is there: backout run /srv/plans/shop-release/playbook.yaml --param release=4.2.0 --dry-run

Dry run 01JDRUN of shop-release, change CHG0042, began 14:00:00, by anna on ops1
Time budget 30 min 00 s: 5.0 s taken

notify               succeeded
  tell-service-desk  simulated   14:00:01  20 ms
disable-access       succeeded
  maintenance-on     simulated   14:00:02  20 ms
      not checked: a shell command cannot be checked
restore              failed
  restore-db         failed      14:00:03  30 ms         went on without it
      failed after 30 ms: the backup /backups/shop-4.2.0.dump is not there
  swap-tapes         simulated   14:00:04  20 ms
health-checks        succeeded
  home-page          simulated   14:00:04  20 ms
enable-access        succeeded
  maintenance-off    simulated   14:00:04  20 ms
announce             succeeded
  call-service-desk  simulated   14:00:04  20 ms
`);
});

test('engine gone between two attempts: nothing is said to run by itself', () => {
  const view = viewOf(shopPlan(), [...untilRestore, failed(3, 'restore-db', 900)], 'gone', 9);
  expect(doingWords(view, text80(9))).toMatch(/; restore-db had failed and was to be tried again\.$/);
});

test('a step that is pending again after a reopen shows no time of what it did before', () => {
  const events = [...untilRestore, failed(3, 'restore-db', 900)];
  const [step] = viewOf(shopPlan(), events, 'alive', 9).phases.flatMap(({ steps }) =>
    steps.filter(({ id }) => id === 'restore-db'),
  );
  const pending = step === undefined ? undefined : ({ ...step, status: 'pending' } as const);
  expect(pending === undefined ? '' : stepLine(pending, 12, text80(9))).toBe('  restore-db    pending');
  expect(pending === undefined ? '' : troubleOf(pending)).toBeNull();
});
