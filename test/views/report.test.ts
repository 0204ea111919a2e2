/** The evidence for the change record, in three forms; hostile text stays text in each. */
import { expect, test } from '@jest/globals';
import { reportText } from '../../src/views/report.ts';
import { scenarios, stoppedRun } from './scenarios.ts';
import { at, ended, shopPlan, untilRestore, viewOf } from './scene.ts';

const plan = shopPlan();
const hostile = shopPlan({
  name: 'a | b <script> `x` *y* "q" & \x1b[31m\u0001',
  owner: 'dba]]>',
});
const hostileView = viewOf(hostile, [
  ...untilRestore,
  {
    at: at(9),
    type: 'step.timed-out',
    step: 'restore-db',
    attempt: 1,
    end: ended(7_000, {
      exitCode: null,
      signal: 'SIGKILL',
      lastWords: '```\n</system-out> ]]> & \x00\ud800\n# heading',
    }),
  },
]);

test('Markdown: what was done, by whom, when, and how to check it', () => {
  expect(`\n${reportText(scenarios.stopped.view, plan, 'md')}`).toBe(`
# Backout of shop: stopped

Take the shop back to the release before CHG0042

|  |  |
| --- | --- |
| Run | 01JDRUN |
| Playbook | shop-release |
| Mode | real |
| Outcome | stopped (exit code 4) |
| True at the end | access is closed, the state of the data is not known, health is not proven |
| Change | id CHG0042, risk high |
| Started by | anna on ops1 |
| Stopped by | root (sudo by ben, says: Ben Duty) |
| Began | 2026-11-22T14:00:00.000Z |
| Ended | 2026-11-22T14:01:03.000Z after 1 min 03 s |
| Time budget | 1 min 03 s of 30 min 00 s |
| Plan digest | ${'cd'.repeat(32)} |
| Journal head | ${'11'.padStart(64, '0')} |

## Steps

| Phase | Step | Owner | Attempt | Outcome | Began (UTC) | Ended (UTC) | Took |
| --- | --- | --- | --- | --- | --- | --- | --- |
| notify | tell-service-desk | change-manager | 1 | succeeded | 2026-11-22T14:00:00.000Z | 2026-11-22T14:00:01.000Z | 400 ms |
| disable-access | maintenance-on | web | 1 | succeeded | 2026-11-22T14:00:01.000Z | 2026-11-22T14:00:02.000Z | 850 ms |
| restore | restore-db | dba | 1 | cancelled | 2026-11-22T14:00:02.000Z | 2026-11-22T14:01:01.000Z | 59.0 s |
| restore | swap-tapes | dba |  | pending |  |  |  |
| health-checks | home-page | web |  | pending |  |  |  |
| enable-access | maintenance-off | web |  | pending |  |  |  |
| announce | call-service-desk | change-manager |  | pending |  |  |  |
| escalate | page-duty-manager | change-manager | 1 | failed: exit code 3 | 2026-11-22T14:01:01.000Z | 2026-11-22T14:01:02.000Z | 900 ms |

## Decisions

| When (UTC) | Who | Said | Step | Reason |
| --- | --- | --- | --- | --- |
| 2026-11-22T14:01:00.000Z | root (sudo by ben, says: Ben Duty) | stop |  | wrong release |

## Owed

- page-duty-manager failed: exit code 3 after 900 ms

## What was done

### tell-service-desk

\`\`\`text
attempt 1: ./tell-service-desk
\`\`\`

### maintenance-on

\`\`\`text
attempt 1: ./maintenance-on
\`\`\`

### restore-db

\`\`\`text
attempt 1: ./restore-db
\`\`\`

### page-duty-manager

\`\`\`text
attempt 1: ./page-duty-manager
  | pg_restore: error: could not open input file "/backups/shop-4.2.0.dump"
\`\`\`

## Verification

The journal has 11 entries; its head is \`${'11'.padStart(64, '0')}\`. To hold this report against it:

\`\`\`text
backout audit verify 01JDRUN --head ${'11'.padStart(64, '0')}
\`\`\`
`);
});

test('Markdown: a skipped step says that it was skipped after its attempt', () => {
  expect(reportText(scenarios['with exceptions'].view, plan, 'md')).toContain(
    '| restore | swap-tapes | dba | 1 | cancelled: skipped by root (sudo by ben, says: Ben Duty): no tape today; then skipped |',
  );
});

test('Markdown: text of others stays in its cell and its fence', () => {
  const text = reportText(hostileView, hostile, 'md');
  expect(text).toContain('dba\\]\\]>');
  expect(text).toContain('### restore-db: a \\| b &lt;script> \\`x\\` \\*y\\* "q" &amp; \\\\x1b\\[31m\\\\x01');
  expect(text).toContain(
    '````text\nattempt 1: ./restore-db\n  | ```\n  | </system-out> ]]> & \\x00\ufffd\n  | # heading\n````',
  );
});

test('JSON: the run view as evidence, with what the plan says of the change', () => {
  const document = JSON.parse(reportText(scenarios.stopped.view, plan, 'json'));
  expect(document).toMatchObject({
    schema: 'backout/report/v1',
    summary: 'Take the shop back to the release before CHG0042',
    lasted: '1 min 03 s',
    status: 'stopped',
    exitCode: 4,
    verification: {
      command: `backout audit verify 01JDRUN --head ${'11'.padStart(64, '0')}`,
      entries: stoppedRun.length,
    },
  });
  expect(document).not.toHaveProperty('next');
});

test('JUnit: a suite a phase, a case a step', () => {
  const text = reportText(scenarios.stopped.view, plan, 'junit');
  expect(text).toMatch(
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="shop-release" tests="8" failures="1" errors="1" skipped="4" time="61\.150">\n/,
  );
  expect(text).toContain(`
    <testcase name="restore-db" classname="shop.restore" time="59.000">
      <error message="cancelled after 59.0 s" type="cancelled"></error>
      <system-out>attempt 1, 2026-11-22T14:00:02.000Z: cancelled after 59.0 s
./restore-db</system-out>
    </testcase>
    <testcase name="swap-tapes" classname="shop.restore" time="0.000">
      <skipped message="pending"/>
    </testcase>
`);
});

test('JUnit: P10, a dry run is named as one', () => {
  expect(reportText(scenarios['dry run'].view, plan, 'junit')).toContain('<testsuites name="shop-release (dry run)"');
});

test.each([['hostile', hostileView], ...Object.entries(scenarios).map(([name, { view }]) => [name, view] as const)])(
  'JUnit: well-formed XML 1.0 (%s)',
  (_name, view) => {
    expect(faultOf(reportText(view, plan, 'junit'))).toBeNull();
  },
);

/** What makes the text no XML, as far as this writer could go wrong: a character, an entity, a tag that does not close. */
function faultOf(text: string): string | null {
  const bad = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text);
  if (bad !== null) return `the character ${bad[0].charCodeAt(0)}`;
  const open: string[] = [];
  const tag = /<(\/?)([a-z-]+)((?: [a-zA-Z]+="[^"<]*")*)(\/?)>/g;
  const between = text.slice(text.indexOf('\n')).replaceAll(tag, (_all, close, name, _attributes, alone) => {
    if (close === '/') return open.pop() === name ? '' : `<unopened ${name}`;
    if (alone !== '/') open.push(name);
    return '';
  });
  if (/[<>]/.test(between)) return `a stray mark: ${between.trim()}`;
  if (/&(?!(?:amp|lt|gt|quot|#13);)/.test(text)) return 'a bare ampersand';
  return open.length === 0 ? null : `not closed: ${open.join(', ')}`;
}
