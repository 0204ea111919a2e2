/** What an update says of a run, at each of its turns. */
import { expect, test } from '@jest/globals';
import { doingNow, doneSoFar, instantWords, missedNow, nextAfterThis } from '../../src/engine/update-words.ts';
import { nextUpdateOf } from '../../src/engine/updates.ts';
import { Rig, start } from '../engine/rig.ts';
import { aPlan } from '../support/plan-builder.ts';
import { updates } from '../support/updates.ts';

const byHand = { action: { kind: 'manual', instruction: 'Do it.' } } as const;
const plan = aPlan(
  {
    'disable-access': [{ id: 'close' }],
    restore: [
      { id: 'db', name: 'Restore the database', owner: 'dba' },
      { id: 'files', needs: [] },
      { id: 'look', owner: 'dba', ...byHand },
    ],
    'health-checks': [{ id: 'check' }],
    'enable-access': [{ id: 'open' }],
    announce: [{ id: 'tell' }],
  },
  {
    roles: { dba: { name: 'Ana Duarte', contact: 'ext. 4712', deputy: null } },
    updates: updates({ users: { everyMs: 60_000 }, desk: { everyMs: 90_000 } }),
  },
);

const said = ({ state: { context } }: Rig) => [doingNow(context), doneSoFar(context), nextAfterThis(context)];

test('at the beginning', () => {
  expect(said(new Rig(plan))).toEqual([
    'close has been running since 00:16 UTC, for 0 ms',
    'nothing yet',
    'restoring, then health checks, then opening access, then telling how it ended',
  ]);
});

test('side by side, and a step that is tried again', () => {
  const rig = new Rig(plan);
  rig.succeed('close');
  rig.now += 200_000;
  rig.fire('update:update-users');
  expect(said(rig)).toEqual([
    'db (Restore the database) has been running since 00:16 UTC, for 3 min 20 s; files has been running since 00:16 UTC, for 3 min 20 s',
    'closing access 1 of 1',
    'restoring, then health checks, then opening access, then telling how it ended',
  ]);
});

test('who is awaited, since when, and what comes when they have answered', () => {
  const rig = new Rig(plan);
  rig.succeed('close', 'db', 'files');
  rig.now += 60_000;
  rig.fire('update:update-users');
  expect(said(rig)).toEqual([
    'waiting for dba (Ana Duarte, ext. 4712) since 00:16 UTC: look is for a person to do',
    'closing access 1 of 1, restoring 2 of 3',
    'when that is answered: health checks, then opening access, then telling how it ended',
  ]);
});

test('paused', () => {
  const rig = new Rig(plan);
  rig.say('pause');
  rig.succeed('close');
  expect(said(rig)).toEqual([
    'paused by a person',
    'closing access 1 of 1',
    'when it is resumed: restoring, then health checks, then opening access, then telling how it ended',
  ]);
});

test('failed: nothing is promised any more', () => {
  const rig = new Rig(plan);
  rig.succeed('close', 'files');
  rig.fail('db');
  expect([doingNow(rig.state.context), nextAfterThis(rig.state.context)]).toEqual([
    'the backout has failed (db): exit code 1',
    'nothing more is done by itself; access stays as it is until people decide',
  ]);
});

test('each audience is promised its own next update, who asks for any the first of all', () => {
  const rig = new Rig(plan);
  const next = (id: string | null) => (nextUpdateOf(rig.state.context, id) ?? 0) - start;
  expect([next('update-users'), next('update-desk'), next(null)]).toEqual([60_000, 90_000, 60_000]);
  // A timer that fires a little early does not promise the update that is being sent.
  rig.fire('update:update-users', 59_998);
  expect([next('update-users'), next('update-desk'), next(null)]).toEqual([120_000, 90_000, 90_000]);
});

test('what was missed, until it arrives again', () => {
  const rig = new Rig(plan);
  rig.fire('update:update-users', 60_000);
  rig.fail('update-users');
  expect(missedNow(rig.state.context)).toBe('users: not reached at 00:17 UTC: exit code 1');
  rig.fire('update:update-users', 60_000);
  rig.succeed('update-users');
  expect(missedNow(rig.state.context)).toBe('');
});

test('another day is named', () => {
  expect([instantWords(start, start), instantWords(start + 86_400_000, start)]).toEqual([
    '00:16 UTC',
    '1970-01-02 00:16 UTC',
  ]);
});
