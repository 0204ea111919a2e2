/** The report as JUnit XML, which every CI shows: a suite a phase, a case a step. */
import { rfc3339 } from './clock-time.ts';
import { modeMark } from './mode-words.ts';
import { endedView, type PhaseView, type StepView } from './phase-view.ts';
import type { RunView } from './run-view.ts';
import { verifyCommand } from './verify-command.ts';
import { programLines } from './visible.ts';
import { outcomeWords } from './words.ts';

interface Tally {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly ms: number;
}

export function reportJunit(view: RunView): string {
  const suites = view.phases.filter(({ steps }) => steps.length > 0);
  const whole = tallyOf(suites.flatMap(({ steps }) => steps));
  const mark = modeMark(view.mode, view.rehearsal?.environment ?? null);
  const name = mark === null ? view.playbook : `${view.playbook} (${mark.replace('DRY RUN', 'dry run')})`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(name)}"${counts(whole)}>`,
    ...suites.flatMap((phase) => suite(phase, view)),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function suite(phase: PhaseView, view: RunView): readonly string[] {
  const began = phase.steps.flatMap(({ attempts }) => attempts.map(({ startedAt }) => Date.parse(startedAt)));
  const stamp = began.length === 0 ? '' : ` timestamp="${rfc3339(Math.min(...began)).slice(0, 19)}"`;
  return [
    `  <testsuite name="${phase.name}"${counts(tallyOf(phase.steps))}${stamp}>`,
    '    <properties>',
    ...properties(view).map(([name, value]) => `      <property name="${name}" value="${xml(value)}"/>`),
    '    </properties>',
    ...phase.steps.flatMap((step) => testCase(step, phase, view)),
    '  </testsuite>',
  ];
}

function properties(view: RunView): readonly (readonly [string, string])[] {
  return [
    ['run', view.run],
    ['system', view.system],
    ['mode', view.mode],
    ['status', view.status],
    ['planDigest', view.planDigest ?? ''],
    ['head', view.head],
    ['verify', verifyCommand(view)],
  ];
}

function testCase(step: StepView, phase: PhaseView, view: RunView): readonly string[] {
  const title = step.name === step.id ? step.id : `${step.id}: ${step.name}`;
  const attributes = `name="${xml(title)}" classname="${xml(view.system)}.${phase.name}" time="${seconds(msOf(step))}"`;
  const inner = [...resultOf(step), ...outputOf(step)];
  if (inner.length === 0) return [`    <testcase ${attributes}/>`];
  return [`    <testcase ${attributes}>`, ...inner.map((line) => `      ${line}`), '    </testcase>'];
}

type Kind = 'passed' | 'failure' | 'error' | 'skipped';

/** As JUnit has it: a failure was measured, an error kept it from being. */
const errors: ReadonlySet<string | null | undefined> = new Set([
  'error',
  'inconclusive',
  'signal',
  'untouched',
  'spawn',
  'preparation',
]);

function kindOf({ status, attempts }: StepView): Kind {
  if (status === 'succeeded' || status === 'simulated') return 'passed';
  if (status === 'failed') return errors.has(attempts.at(-1)?.class) ? 'error' : 'failure';
  return status === 'unknown' || status === 'cancelled' ? 'error' : 'skipped';
}

function resultOf(step: StepView): readonly string[] {
  const kind = kindOf(step);
  if (kind === 'passed') return [];
  const last = step.attempts.at(-1);
  const ended = last === undefined ? null : endedView(last);
  if (kind === 'skipped') return [`<skipped message="${xml(step.reason ?? step.status)}"/>`];
  const message = ended === null ? (step.reason ?? step.status) : outcomeWords(ended);
  const type = last?.class ?? last?.outcome ?? step.status;
  const words = last?.lastWords == null ? '' : programLines(last.lastWords).join('\n');
  return [`<${kind} message="${xml(message)}" type="${type}">${xml(words)}</${kind}>`];
}

function outputOf(step: StepView): readonly string[] {
  const lines = step.attempts.map((attempt) => {
    const ended = endedView(attempt);
    const outcome = ended === null ? 'in flight' : outcomeWords(ended);
    return [`attempt ${attempt.n}, ${attempt.startedAt}: ${outcome}`, ...attempt.does].join('\n');
  });
  return lines.length === 0 ? [] : [`<system-out>${xml(lines.join('\n'))}</system-out>`];
}

function tallyOf(steps: readonly StepView[]): Tally {
  const count = (kind: Kind) => steps.filter((step) => kindOf(step) === kind).length;
  return {
    tests: steps.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    ms: steps.reduce((sum, step) => sum + msOf(step), 0),
  };
}

function msOf({ attempts }: StepView): number {
  return attempts.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
}

function counts({ tests, failures, errors, skipped, ms }: Tally): string {
  return ` tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds(ms)}"`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

/** XML 1.0 has no form for most control characters, nor for lone surrogates: they become U+FFFD. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}
