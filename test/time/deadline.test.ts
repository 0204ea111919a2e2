/** The last moment to begin, as numbers and as text. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isDue } from '../../src/cli/deadline/watch.ts';
import type { WindowDecision } from '../../src/journal/window-decision.ts';
import { deadlineOf, isSettled, needOf, usualMargin, windowOf } from '../../src/views/deadline.ts';
import { deadlineMessage } from '../../src/views/deadline-message.ts';
import { countdownLine, deadlineLines } from '../../src/views/deadline-text.ts';
import { estimatesOf } from '../../src/views/estimate.ts';
import { outlookOf } from '../../src/views/estimate-outlook.ts';
import { leftWords } from '../../src/views/span.ts';
import { aPlan } from '../support/plan-builder.ts';

const minute = 60_000;
const plan = aPlan({ restore: [{ id: 'db', timeoutMs: 30 * minute }] }, { definition: 'this' });
const by = { login: 'ops', sudoUser: null, claimed: 'Ruth Keller', host: 'vm' };
const ends = Date.parse('2026-11-22T04:00:00Z');

function decision(more: Partial<WindowDecision>): WindowDecision {
  return {
    type: 'window.decided',
    at: ends - 60 * minute,
    change: 'CHG1',
    by,
    choice: 'extend',
    reason: 'the CAB agreed',
    planned: ends,
    until: ends + 60 * minute,
    ...more,
  };
}

const measured = outlookOf(
  plan,
  estimatesOf(
    plan,
    [20, 21, 22].map((ms, n) => record(ms * minute, n)),
  ),
);
function record(ms: number, n: number) {
  return {
    run: `${n}`,
    playbook: 'shop',
    mode: 'real',
    definition: 'this',
    at: n,
    end: 'succeeded',
    totalMs: ms,
    steps: { db: ms },
  };
}

describe('what the backout takes', () => {
  test('is measured, else bound by timeouts, else by the time budget, else unknown', () => {
    const never = outlookOf(plan, new Map());
    const open = outlookOf(aPlan({ restore: [{ id: 'db' }] }), new Map());
    expect(needOf(measured, null)).toEqual({ ms: 22 * minute, basis: 'measured' });
    expect(needOf(never, 60 * minute)).toEqual({ ms: 30 * minute, basis: 'timeouts' });
    expect(needOf(open, 60 * minute)).toEqual({ ms: 60 * minute, basis: 'time-budget' });
    expect(needOf(open, null)).toBeUndefined();
    expect(needOf({ ...measured, unmeasured: ['web'] }, null)?.basis).toBe('partly-measured');
  });

  test('has a margin of a tenth, at least five minutes', () => {
    expect(usualMargin({ ms: 22 * minute, basis: 'measured' })).toBe(5 * minute);
    expect(usualMargin({ ms: 200 * minute, basis: 'measured' })).toBe(20 * minute);
  });
});

describe('the window', () => {
  test.each<[string, readonly WindowDecision[], boolean]>([
    ['nothing was decided', [], false],
    ['it was decided to go on', [decision({ choice: 'go-on', until: null })], true],
    ['it was decided to back out', [decision({ choice: 'back-out', until: null })], true],
    ['it was extended', [decision({})], false],
    ['it was extended since', [decision({ choice: 'go-on', until: null }), decision({})], false],
    ['it was decided about another end', [decision({ choice: 'go-on', until: null, planned: ends - 1 })], false],
  ])('is settled or not: %s', (_, decisions, settled) => {
    expect(isSettled(windowOf(ends, decisions), decisions)).toBe(settled);
  });

  test('is moved by the last extension, not by other decisions', () => {
    const later = decision({ until: ends + 90 * minute });
    expect(windowOf(ends, [decision({}), later, decision({ choice: 'go-on', until: null })])).toEqual({
      ends: ends + 90 * minute,
      planned: ends,
      extended: later,
    });
  });

  test('is as the playbook says once that names another end than the extension was decided about', () => {
    expect(windowOf(ends + minute, [decision({})])).toEqual({
      ends: ends + minute,
      planned: ends + minute,
      extended: null,
    });
  });
});

test('the text says the moment in the zone of the reader and in UTC, and what it rests on', () => {
  const need = needOf(measured, null) ?? { ms: 0, basis: 'measured' };
  const facts = {
    system: 'shop',
    deadline: deadlineOf(windowOf(ends, [decision({})]), need, 5 * minute),
    outlook: measured,
    decisions: [decision({})],
    zone: 'UTC',
  };
  const shown = deadlineLines({ ...facts, now: ends }).join('\n');
  const offset = new Date(ends).getTimezoneOffset();
  if (offset === 0)
    expect(`\n${shown}\n`).toBe(`
Begin the backout of shop within 33 min 00 s, or it may end after its window.

  Last moment  2026-11-22 04:33:00 UTC
  Window ends  2026-11-22 05:00:00 UTC (extended)
  as planned   2026-11-22 04:00:00 UTC
  Takes        22 min 00 s: by the 90th percentile of each step on the critical path
  Margin       5 min 00 s

Every measured step rests on at least 3 runs.
Decided by ops (says: Ruth Keller) at 2026-11-22 03:00:00 UTC: to extend the window until 2026-11-22 05:00:00 UTC. Reason: the CAB agreed
`);
  expect(deadlineLines({ ...facts, now: ends + 36 * minute })[0]).toBe(
    'TOO LATE to begin the backout of shop: the last moment was 3 min 00 s ago. Begun now it would end within the window, but without the margin.',
  );
  expect(deadlineLines({ ...facts, now: ends + 33 * minute })[0]).toMatch(/^TOO LATE/);
  expect(deadlineLines({ ...facts, now: ends + 38 * minute })[0]).toContain('it would end within the window');
  const partly = { ...facts.deadline, need: { ...need, basis: 'partly-measured' } } as const;
  expect(deadlineLines({ ...facts, deadline: partly, now: ends })).toContain(
    'Every measured step rests on at least 3 runs.',
  );
  expect(deadlineLines({ ...facts, now: ends + 50 * minute })[0]).toContain(
    'it would end 12 min 00 s after the window',
  );
  expect(deadlineLines({ ...facts, now: ends + 60 * minute })[0]).toContain('The window has ended.');
});

test('the moment itself is too late', () => {
  const deadline = { ...deadlineOf(windowOf(ends, []), { ms: minute, basis: 'measured' }, 0), at: ends };
  expect(countdownLine('shop', deadline, ends)).toMatch(/^Too late to begin the backout of shop/);
  expect(deadlineMessage(plan, deadline, ends).summary).toContain('the last moment to begin its backout has come');
});

test('time that is left is never rounded up', () => {
  expect([9_200, 59_999, 60_500, 999, 3_599_999].map(leftWords)).toEqual([
    '9 s',
    '59 s',
    '1 min 00 s',
    '0 s',
    '59 min 59 s',
  ]);
  const deadline = { ...deadlineOf(windowOf(ends, []), { ms: minute, basis: 'measured' }, 0), at: ends - 18_000 };
  expect(countdownLine('shop', deadline, ends - 27_200)).toBe('9 s left to begin the backout of shop.');
  const message = deadlineMessage(plan, deadline, ends - 27_200);
  expect(message.summary).toContain(': 9 s left to begin');
  expect(message.text).toContain('Last moment to begin: 2026-11-22 03:59:42 UTC.');
});

describe('the countdown off a terminal', () => {
  test.each([
    [31 * minute, 31 * minute - 1_000, false],
    [30 * minute + 500, 30 * minute - 500, true],
    [29 * minute + 10_000, 29 * minute - 10_000, true],
    [15_000, 9_500, true],
    [15_000, 14_000, false],
    [15_000, 10_000, true],
    [10_000, 9_000, false],
    // The machine was suspended, or its clock jumped.
    [90 * minute, 2 * minute, true],
    [2 * minute, 90 * minute, true],
  ])('with %d ms left before and %d ms now says something: %s', (before, now, due) => {
    expect(isDue(before, now)).toBe(due);
  });

  test('law: however it is stepped through, zero is never passed in silence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 8 }), fc.integer({ min: 0, max: 10 ** 8 }), (left, over) => {
        expect(isDue(left, -over)).toBe(true);
      }),
    );
  });
});
