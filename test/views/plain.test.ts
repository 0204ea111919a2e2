/** One plain line an event, whole. */
import { expect, test } from '@jest/globals';
import type { RunEvent } from '../../src/engine/protocol.ts';
import { replay } from '../../src/engine/replay.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { createPlain } from '../../src/views/plain.ts';
import { dryRun, exceptionalRun, noRetry } from './scenarios.ts';
import { at, ended, entriesOf, failed, lost, shopPlan, started, untilRestore } from './scene.ts';

const plan = shopPlan();

/** Recorded in batches that end at the given counts of events; by default one event at a time. */
function plain(of: Plan, events: readonly RunEvent[], batches = events.map((_, index) => index + 1)): string {
  let text = '\n';
  const observer = createPlain(
    (written) => {
      text += written;
    },
    { zone: 'utc' },
  );
  let from = 0;
  for (const to of batches) {
    const entries = entriesOf(events).slice(from, to);
    observer.recorded(
      entries.map((entry, index) => ({ ...entry, v: 1, seq: from + index + 1, time: '', prev: '' })),
      replay(of, events.slice(0, to)).context,
    );
    from = to;
  }
  return text;
}

test('a run with a person and a skipped step', () => {
  expect(plain(plan, exceptionalRun)).toBe(`
14:00:00 run          shop-release on shop began: run 01JDRUN, by anna
14:00:00 tell-service-desk  started: ./tell-service-desk
14:00:01 tell-service-desk  succeeded after 400 ms
14:00:01 maintenance-on  started: ./maintenance-on
14:00:02 maintenance-on  succeeded after 850 ms
14:00:02 restore-db   started (attempt 1 of 3): ./restore-db
14:00:20 restore-db   succeeded after 18.0 s
14:00:20 swap-tapes   started: Put tape 7 into the drive.
           waits for dba: backout confirm 01JDRUN swap-tapes
14:00:30 swap-tapes   root (sudo by ben, says: Ben Duty) said skip: no tape today
14:00:30 home-page    started: ./home-page
14:00:31 home-page    succeeded after 200 ms
14:00:31 maintenance-off  started: ./maintenance-off
14:00:32 maintenance-off  succeeded after 300 ms
14:00:32 call-service-desk  started: Call the Service Desk.
14:00:32 run          ended: succeeded-with-exceptions (exit code 6); access is open, the state of the data is not known, health is proven
`);
});

test('a failure says why, for how long, at which attempt, and when it is tried again', () => {
  const events = [...untilRestore, failed(14, 'restore-db', 12_400), started(19, 'restore-db', 2)];
  expect(plain(plan, events, [6, 7])).toContain(`
14:00:14 restore-db   failed: exit code 3 after 12.4 s (attempt 1 of 3); again in 5.0 s
           | pg_restore: error: could not open input file "/backups/shop-4.2.0.dump"
`);
});

test('a question is put once, under the last line of its batch', () => {
  const asking = shopPlan({ retry: noRetry, onFailure: 'ask' });
  const text = plain(asking, [...untilRestore, failed(14, 'restore-db', 12_400)], [7]);
  expect(text.match(/waits for dba: backout retry 01JDRUN restore-db\n/g)).toHaveLength(1);
  expect(text.endsWith('waits for dba: backout retry 01JDRUN restore-db\n')).toBe(true);
});

test('doubt offers both answers', () => {
  expect(plain(plan, [...untilRestore, lost(14, 'restore-db')])).toContain(`
14:00:14 restore-db   its end is not known: the machine was started anew (attempt 1 of 3)
           waits for dba: backout confirm 01JDRUN restore-db (it is done), or backout retry 01JDRUN restore-db (do it again)
`);
});

test('P10: every line of a dry run says so', () => {
  const lines = plain(plan, dryRun).trim().split('\n');
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) expect(line).toMatch(/^\d\d:\d\d:\d\d DRY RUN /);
  expect(lines.join('\n')).toContain('would do: ./restore-db');
  expect(lines.join('\n')).not.toMatch(/ {2}started/);
});

test('what a program wrote cannot move the cursor or forge a line', () => {
  const hostile = failed(14, 'restore-db', 1);
  if (hostile.type !== 'step.failed') throw new Error('not a failure');
  const lastWords = '\x1b[2J\x1b]0;title\x07gone\rback\nsecond\x9b1mline\u202e';
  const text = plain(plan, [...untilRestore, { ...hostile, end: ended(1, { exitCode: 1, lastWords }) }]);
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  expect(text).toContain('           | back\n           | second');
});

test('an event in the local zone shows the local time', () => {
  const event: RunEvent = { at: at(0), type: 'budget.spent', percent: 80 };
  const text: string[] = [];
  const shown = new Date(at(0)).toTimeString().slice(0, 8);
  createPlain((written) => text.push(written), { zone: 'local' }).recorded(
    [{ v: 1, seq: 1, time: '', prev: '', hash: '', event }],
    replay(plan, untilRestore).context,
  );
  expect(text.join('')).toBe(`${shown} run          80 % of the time budget is spent\n`);
});
