/** Law: whatever a person is told to type, the engine hears. Planted: offering `retry` to a step that waits to be confirmed. */
import { expect, test } from '@jest/globals';
import type { Decision, RunEvent } from '../../src/engine/protocol.ts';
import { refusal } from '../../src/engine/refusal.ts';
import { replay } from '../../src/engine/replay.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { shellWord } from '../../src/views/shell-word.ts';
import { exceptionalRun, failedRun, noRetry, stoppedRun } from './scenarios.ts';
import {
  anna,
  at,
  began,
  endedAs,
  failed,
  lost,
  run,
  shopPlan,
  started,
  step,
  succeeded,
  untilRestore,
  viewOf,
  withEnd,
} from './scene.ts';

const plan = shopPlan();
const single = shopPlan({ retry: noRetry });
const asking = shopPlan({ retry: noRetry, onFailure: 'ask' });
const withContingency = shopPlan({ retry: noRetry, contingency: [step('restore-older', 'restore')] });
const inContingency = [...untilRestore, failed(14, 'restore-db', 10), started(14, 'restore-older')];
const pause: RunEvent = { at: at(30), type: 'decision.pause', by: anna, reason: null };
const attached: RunEvent = { at: at(40), type: 'engine.attached', by: anna, boot: 'boot', pid: 1, notes: [] };
const unanswered: RunEvent = { at: at(9_000), type: 'timer.fired', timer: 'answer:restore-db' };

function decisionOf(command: string): Decision | undefined {
  const [, verb = '', , step = ''] = command.split(' ');
  const who = { by: anna, reason: null };
  if (verb === 'stop') return { type: 'decision.stop', ...who, inFlight: 'cancel', urgent: false };
  if (verb === 'resume') return { type: command.endsWith('--reopen') ? 'decision.reopen' : 'decision.resume', ...who };
  if (verb === 'confirm' || verb === 'reject' || verb === 'retry' || verb === 'skip')
    return { type: `decision.${verb}`, ...who, step };
  return undefined;
}

const situations: [string, Plan, readonly RunEvent[]][] = [
  ['just begun', plan, [began()]],
  ['restoring', plan, untilRestore],
  ['waiting for confirm', plan, [...untilRestore, succeeded(20, 'restore-db', 18), started(20, 'swap-tapes')]],
  ['failed, asks', asking, [...untilRestore, failed(14, 'restore-db', 10)]],
  ['unknown, asks', plan, [...untilRestore, lost(14, 'restore-db')]],
  ['contingency unknown, asks', withContingency, [...inContingency, lost(20, 'restore-older')]],
  ['paused', plan, [...untilRestore, pause]],
  ['failed', single, failedRun],
  ['stopped', plan, stoppedRun],
  ['succeeded', plan, exceptionalRun],
  [
    'contingency failed too, ended',
    withContingency,
    withEnd(
      withContingency,
      [
        ...inContingency,
        failed(20, 'restore-older', 10),
        started(20, 'page-duty-manager'),
        succeeded(21, 'page-duty-manager', 9),
      ],
      22,
    ),
  ],
  [
    'unknown, unanswered, ended',
    plan,
    withEnd(
      plan,
      [
        ...untilRestore,
        lost(14, 'restore-db'),
        attached,
        unanswered,
        started(9_000, 'page-duty-manager'),
        succeeded(9_001, 'page-duty-manager', 9),
      ],
      9_002,
    ),
  ],
];

test.each(situations)('every command offered is heard: %s', (_name, of, events) => {
  const { context } = replay(of, events);
  const { next } = viewOf(of, events, context.end === null ? 'alive' : null);
  for (const { command } of next) {
    const decision = decisionOf(command);
    if (decision === undefined) expect(command).toMatch(/^backout report /);
    else expect([command, refusal(context, decision)]).toEqual([command, undefined]);
  }
});

test.each(situations)(
  'a run that is open or went badly never leaves a person without a next step: %s',
  (name, of, events) => {
    const { context } = replay(of, events);
    const view = viewOf(of, events, context.end === null ? 'gone' : null);
    expect(view.next.map(({ command }) => command)).toEqual(expect.arrayContaining([expect.stringContaining(run)]));
    if (name !== 'succeeded') expect(view.next[0]?.command).toMatch(/^backout (resume|confirm|retry|skip) /);
  },
);

test('an ended doubt offers both answers, never a silent repetition', () => {
  const [, of, events] = situations.at(-1) ?? ['', plan, []];
  expect(viewOf(of, events, null).next.map(({ command, when }) => `${when}: ${command}`)).toEqual([
    'if it is done: backout confirm 01JDRUN restore-db',
    'if it is not done and may be done again: backout retry 01JDRUN restore-db',
    "to go on without it: backout skip 01JDRUN restore-db --reason 'why'",
    'for the change record: backout report 01JDRUN --format md',
  ]);
});

const manyParams = { ...shopPlan(), params: { release: '4.2.0', port: 25, host: 'a b', note: null } };
const atDefault = { ...manyParams, paramsAtDefault: ['port', 'note'] };
const called = 'backout run /srv/plans/shop-release/playbook.yaml --param release=4.2.0';

test.each<[string, Plan, string]>([
  ['what has its default is left out', atDefault, `${called} --param 'host=a b' --dry-run`],
  ['a plan of an earlier release gives them all', manyParams, `${called} --param port=25 --param 'host=a b' --dry-run`],
])('a dry run that failed says how to do it again: %s', (_name, of, command) => {
  const missing = endedAs(of, [began('dry-run')], 5, 'simulated-failed', 1);
  expect(viewOf(of, [began('dry-run'), missing], null).next[0]?.command).toBe(command);
});

test.each([
  ['plan.yaml', 'plan.yaml'],
  ["it's", "'it'\\''s'"],
  ['a b', "'a b'"],
  ['$(id)', "'$(id)'"],
  ['', "''"],
])('the shell reads %s back from %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});
