/** The live picture: it always fits, and what matters is always in it. */

import { stripVTControlCharacters } from 'node:util';
import { expect, test } from '@jest/globals';
import { painted, unpainted } from '../../src/views/colour.ts';
import { renderFrame } from '../../src/views/frame.ts';
import { displayWidth } from '../../src/views/width.ts';
import { scenarios } from './scenarios.ts';
import { at, began, shopPlan, started, step, succeeded, viewOf } from './scene.ts';

const sizes = [20, 39, 40, 60, 80, 200].flatMap((columns) => [3, 8, 12, 24, 60].map((rows) => ({ columns, rows })));

function widePlan(count: number) {
  const plan = shopPlan();
  const steps = Array.from({ length: count }, (_, index) => step(`part-${index}`, 'restore'));
  return { ...plan, maxParallel: 500, phases: { ...plan.phases, restore: { maxParallel: 500, steps } } };
}
const wide = viewOf(
  widePlan(200),
  [
    began(),
    started(0, 'tell-service-desk'),
    succeeded(1, 'tell-service-desk', 400),
    started(1, 'maintenance-on'),
    succeeded(2, 'maintenance-on', 850),
    ...Array.from({ length: 200 }, (_, index) => started(2, `part-${index}`)),
    ...Array.from({ length: 150 }, (_, index) => succeeded(3, `part-${index}`, 1_000)),
  ],
  'alive',
  4,
);

test.each(sizes)('law: nothing is wider or higher than the terminal, $columns × $rows', ({ columns, rows }) => {
  for (const view of [...Object.values(scenarios).map((scenario) => scenario.view), wide]) {
    const lines = renderFrame(view, { columns, rows, now: at(82), zone: 'utc', paint: painted });
    expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
    for (const line of lines) expect(displayWidth(stripVTControlCharacters(line))).toBeLessThanOrEqual(columns);
  }
});

test('a terminal that is high enough shows every step', () => {
  const { view, seconds } = scenarios['failed question'];
  const lines = renderFrame(view, { columns: 80, rows: 24, now: at(seconds), zone: 'utc', paint: unpainted });
  expect(`\n${lines.join('\n')}\n`).toBe(`
shop: access is closed, data is being restored, health is not proven.
Waiting since 14:00:14 (until 14:30:14) for dba (Maria Keller, +41 44 111 11
11): restore-db failed: exit code 3 after 12.4 s.
notify               succeeded
  tell-service-desk  succeeded   14:00:00  400 ms
disable-access       succeeded
  maintenance-on     succeeded   14:00:01  850 ms
restore              running
  restore-db         waiting     14:00:02  12.4 s
  swap-tapes         pending
health-checks        pending
  home-page          pending
enable-access        pending
  maintenance-off    pending
announce             pending
  call-service-desk  pending
From another terminal, when the cause is fixed: backout retry 01JDRUN restore-db
  or, to go on without it: backout skip 01JDRUN restore-db --reason 'why'
  or, to give up and escalate: backout stop 01JDRUN
`);
});

test('a low one closes what is over, names what is to come, and counts what it does not show', () => {
  const lines = renderFrame(wide, { columns: 80, rows: 12, now: at(4), zone: 'utc', paint: unpainted });
  expect(`\n${lines.join('\n')}\n`).toBe(`
shop: access is closed, data is being restored, health is not proven.
Running part-150 for 2.0 s; beside it part-151, part-152, part-153 and 46 more.
notify               succeeded   1 step, 1.0 s
disable-access       succeeded   1 step, 1.0 s
restore              running
  part-150           running     14:00:02  2.0 s
  part-151           running     14:00:02  2.0 s
  part-152           running     14:00:02  2.0 s
  … 150 succeeded, 47 running
then health-checks, enable-access, announce
To stop it: backout stop 01JDRUN
`);
});
