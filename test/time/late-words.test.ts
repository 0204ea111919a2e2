/** How late a backout is, and whether that counts as late at all. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { latenessOf } from '../../src/cli/late/lateness.ts';
import { addToLedger, ledgerFolder } from '../../src/runtime/home/ledger.ts';
import { ago, type LateFacts, lateLines, lateWords } from '../../src/views/late-text.ts';
import { aPlan } from '../support/plan-builder.ts';

const hour = 3_600_000;
const t0 = Date.parse('2026-11-22T04:00:00Z');
const by = { login: 'ops', sudoUser: null, claimed: null, host: 'vm' };
let path = '';
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'backout-late-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

function lateness(change: { readonly id?: string; readonly windowEnds?: string }, now: number, recordedAt?: number) {
  const modes = { folder: 0o700, file: 0o600 };
  const home = { path, runs: join(path, 'runs'), systems: join(path, 'systems'), modes };
  if (recordedAt !== undefined)
    addToLedger(
      home,
      ledgerFolder(home, 'CHG1'),
      () => recordedAt,
      () => ({
        type: 'ledger.recorded',
        change: 'CHG1',
        step: 'deploy',
        state: 'done',
        outputs: {},
        source: null,
        by,
      }),
    );
  return latenessOf(aPlan({ restore: [{ id: 'db' }] }, { change }), home, now).lateness;
}
const window = { id: 'CHG1', windowEnds: '2026-11-22T05:00:00+01:00' };

test.each([
  ['a window that is open', window, t0 - 1, undefined, undefined],
  ['a window that has ended, in another zone', window, t0, undefined, { windowEnded: t0, changedAt: null, later: [] }],
  [
    'a window that has ended hours ago',
    window,
    t0 + 5 * hour,
    t0 - hour,
    { windowEnded: t0, changedAt: t0 - hour, later: [] },
  ],
  ['a window that has ended, of a change at work now', window, t0 + hour, t0 + hour - 60_000, undefined],
  ['no window, and a change of an hour ago', { id: 'CHG1' }, t0 + 2 * hour, t0, undefined],
  [
    'no window, and a change of days ago',
    { id: 'CHG1' },
    t0 + 50 * hour,
    t0,
    { windowEnded: null, changedAt: t0, later: [] },
  ],
  [
    'a window that has ended, of a change of an hour ago',
    window,
    t0 + hour,
    t0,
    { windowEnded: t0, changedAt: t0, later: [] },
  ],
  ['a window that has ended, of a change of less than an hour ago', window, t0 + hour - 1, t0, undefined],
  [
    'no window, and a change of four hours ago',
    { id: 'CHG1' },
    t0 + 4 * hour,
    t0,
    { windowEnded: null, changedAt: t0, later: [] },
  ],
  ['no window, and a change of less than four hours ago', { id: 'CHG1' }, t0 + 4 * hour - 1, t0, undefined],
  [
    'an end of the window that nobody can read, and a change of days ago',
    { id: 'CHG1', windowEnds: 'soon' },
    t0 + 50 * hour,
    t0,
    { windowEnded: null, changedAt: t0, later: [] },
  ],
  ['no window and no id', {}, t0, undefined, undefined],
])('%s', (_, change, now, recordedAt, expected) => {
  expect(lateness(change, now, recordedAt)).toEqual(expected);
});

test('in words that people use', () => {
  expect(lateWords({ windowEnded: t0, changedAt: null, later: [] }, t0 + hour)).toBe('the window ended 1 h 00 min ago');
  expect(lateWords({ windowEnded: null, changedAt: t0, later: [] }, t0 + 50 * hour)).toBe(
    'the change was carried out 2 days ago',
  );
  expect(lateWords({ windowEnded: t0, changedAt: t0 - hour, later: [] }, t0 + hour)).toBe(
    'the window ended 1 h 00 min ago',
  );
  expect(ago(t0, t0 - 5)).toBe('0 ms ago');
});

const drift = { step: 'db', said: ['the dump is there'], unknown: 'what was written since, it cannot tell' };
const lastRun = {
  run: 'R1',
  playbook: 'shop',
  mode: 'rehearsal',
  definition: 'd',
  at: t0,
  end: 'succeeded',
  totalMs: 1,
  steps: {},
};
const shown = (more: Partial<LateFacts>): string =>
  lateLines({
    plan: aPlan({ restore: [{ id: 'db' }, { id: 'spared', condition: false }] }),
    lateness: { windowEnded: t0, changedAt: t0 - hour, later: [] },
    drift: [drift],
    editedAt: t0 - 2 * hour,
    lastRun,
    now: t0 + hour,
    zone: 'UTC',
    ...more,
  }).join('\n');

test('whoever begins it late sees what has become of the ground', () => {
  const text = shown({});
  expect(text).toMatch(/^This backout of shop comes LATE: the window ended 1 h 00 min ago\.\n/);
  expect(text).toMatch(/^ {2}Window ended .*$/m);
  expect(text).toMatch(/^ {2}Change made .*, 2 h 00 min ago$/m);
  expect(text).toMatch(/^ {2}Plan edited .*, 3 h 00 min ago$/m);
  expect(text).toMatch(/^ {2}Last done +rehearsed 1 h 00 min ago \(R1\)$/m);
  expect(text).toMatch(/\n {2}db:\n {4}the dump is there\n {4}what was written since, it cannot tell$/);
});

test.each<[string, Partial<LateFacts>, RegExp]>([
  ['it was run for real', { lastRun: { ...lastRun, mode: 'real' } }, /^ {2}Last done +run 1 h 00 min ago/m],
  ['it was never run', { lastRun: null }, /^ {2}Last done +never, as far as is known here$/m],
  ['the playbook is gone', { editedAt: null }, /^ {2}Plan edited +unknown$/m],
  ['steps were not asked', { drift: [] }, /^ {2}and 1 more restore steps, which were not asked$/m],
  ['a step tells all', { drift: [{ ...drift, unknown: null }] }, /\n {2}db:\n {4}the dump is there$/],
])('and also where %s', (_, more, said) => {
  expect(shown(more)).toMatch(said);
});
