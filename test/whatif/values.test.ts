/** Outputs that are not there, and conditions that ask how the run stands: decided as the run itself would. */
import { describe, expect, test } from '@jest/globals';
import type { Plan, PlannedStep } from '../../src/plan/plan.ts';
import { loadExpressions } from '../../src/playbook/expression.ts';
import type { FailureKind } from '../../src/whatif/failure.ts';
import type { Row } from '../../src/whatif/row.ts';
import { noEstimates } from '../../src/whatif/timing.ts';
import { type WhatIf, whatIf } from '../../src/whatif/what-if.ts';
import { aPlan, aStep, type StepSketch } from '../support/plan-builder.ts';
import { bare } from './bare.ts';

const expressions = await loadExpressions();
const minute = 60_000;

function examine(plan: Plan, standIns: ReadonlySet<string> = new Set()): WhatIf {
  const options = { ...bare, expressions, standIns, estimate: noEstimates, depth: 'single', only: null } as const;
  return whatIf(plan, { ...options, progress: () => {} });
}

function row({ rows }: WhatIf, step: string, failure: FailureKind): Row {
  const one = rows.find((each) => each.step === step && each.failure === failure);
  if (one === undefined) throw new Error(`no row ${step} ${failure}`);
  return one;
}

const endsOf = ({ end, exitCode }: Row) => [end, exitCode];

/** A shell step that uses the values of these expressions. */
function using(...asked: readonly string[]): PlannedStep['action'] {
  const bindings = asked.map((expression, n) => ({ variable: `V${n}`, expression }));
  return { kind: 'shell', shell: 'sh', text: 'x', source: 'x', bindings, cwd: null, env: {}, stdin: null };
}

const dump = "steps['r'].outputs.dump";
const r = { id: 'r', timeoutMs: minute };
const rc = aStep('restore', { id: 'rc', timeoutMs: minute });
const helped = { ...r, contingency: [rc] };
const s = (more: Partial<PlannedStep> = {}): StepSketch => ({
  id: 's',
  timeoutMs: minute,
  action: using(dump),
  ...more,
});
const sc = aStep('restore', { id: 'sc', timeoutMs: minute });
const verify = { action: using(dump) as never, expect: { exitCode: 0, stdout: null, stderr: null } };
const adapter = { kind: 'adapter', adapter: 'http', cwd: null, env: {}, stdin: null } as const;

describe('an output of a step that did not succeed', () => {
  test.each<[string, StepSketch, StepSketch, Row['end'], number]>([
    ['a contingency stood in', helped, s(), 'failed', 1],
    ['the run went on without it', { ...r, onFailure: 'continue' }, s(), 'failed', 1],
    ['asked for by an `if`', helped, s({ action: using(), condition: `${dump} == 'x'` }), 'failed', 1],
    ['in an input', helped, s({ action: { ...adapter, input: { url: `http://x/\${{ ${dump} }}` } } }), 'failed', 1],
    [
      'in what a person is told',
      helped,
      s({ action: { kind: 'manual', instruction: `\${{ ${dump} }}` } }),
      'failed',
      1,
    ],
    ['in a verification', helped, s({ action: using(), verify }), 'failed', 1],
    ['beside one that may be there', helped, s({ action: using(`steps['rc'].outputs.n + ${dump}`) }), 'failed', 1],
    ['with a contingency of its own', helped, s({ contingency: [sc] }), 'succeeded-with-exceptions', 6],
    [
      'asked for only if it is there',
      helped,
      s({ action: using(`'dump' in steps['r'].outputs ? ${dump} : 'none'`) }),
      'succeeded-with-exceptions',
      6,
    ],
    [
      'of what stood in instead',
      helped,
      s({ action: using(`'n' in steps['rc'].outputs ? steps['rc'].outputs.n : ${dump}`) }),
      'succeeded-with-exceptions',
      6,
    ],
    [
      'perhaps not asked for',
      helped,
      s({ action: using(`steps['rc'].outputs.n == 'x' ? 'y' : ${dump}`) }),
      'succeeded-with-exceptions',
      6,
    ],
  ])('%s', (_, first, second, end, exitCode) => {
    const found = examine(aPlan({ restore: [first, second] }));
    expect(endsOf(row(found, 'r', 'fails'))).toEqual([end, exitCode]);
    expect(endsOf(row(found, 'r', 'engine-dies-before'))).toEqual(endsOf(found.untroubled));
  });

  test('its step fails without a try: what it would have changed is left to be done', () => {
    const retry = { ...aStep('restore', r).retry, attempts: 3 };
    const failed = row(examine(aPlan({ restore: [helped, s({ retry })] })), 'r', 'fails');
    expect(failed).toMatchObject({ mustAct: [{ duty: 'repair', step: 's' }], elapsed: 2 * 6_000 });
  });

  test('of a step that the plan leaves out it is never there', () => {
    const { untroubled, findings } = examine(aPlan({ restore: [{ ...r, condition: false }, s()] }));
    expect(endsOf(untroubled)).toEqual(['failed', 1]);
    expect(findings.map(({ rule }) => rule)).toContain('cannot-succeed');
  });

  test('nor of one that a person says is done', () => {
    const byHand = { id: 'r', action: { kind: 'manual', instruction: 'Do it' } } as const;
    expect(endsOf(examine(aPlan({ restore: [byHand, s()] })).untroubled)).toEqual(['failed', 1]);
  });

  test('after the step has succeeded it is taken as there, and what it says decides nothing', () => {
    const asks = s({ condition: `${dump} == 'x'` });
    const { untroubled } = examine(aPlan({ restore: [{ ...r, verify }, asks] }));
    expect([untroubled.end, untroubled.leftOut]).toEqual(['succeeded', []]);
  });

  test('when no message can be prepared, it is found that nobody is told', () => {
    const message = { id: 'm', timeoutMs: minute, action: using(dump) };
    const { findings } = examine(
      aPlan({ restore: [helped], announce: [message], escalate: [{ id: 'x', timeoutMs: 1 }] }),
    );
    const [found] = findings.filter(({ rule }) => rule === 'nobody-told');
    expect(found).toMatchObject({ step: 'r', failure: 'fails', why: expect.stringContaining('outputs') });
  });
});

describe('a condition that asks how the run stands', () => {
  const say = (id: string, condition: string): StepSketch => ({ id, condition, timeoutMs: minute, needs: [] });
  const asked = { ...r, onFailure: 'ask' } as const;

  test('a stopped run leaves out who is told of a failed one, and nobody is', () => {
    const found = examine(
      aPlan({ restore: [asked], announce: [say('a', 'true')], escalate: [say('x', "run.end == 'failed'")] }),
    );
    expect(row(found, 'r', 'fails')).toMatchObject({ end: 'stopped', told: [], leftOut: ['x'] });
    expect(row(found, 'r', 'fails-nobody-answers')).toMatchObject({
      end: 'failed',
      told: [{ step: 'x' }],
      leftOut: [],
    });
    expect(found.findings).toContainEqual({
      rule: 'nobody-told',
      step: null,
      failure: 'fails',
      rows: 3,
      why: 'every step of `escalate` is left out by its `if` when the run ends as stopped: nobody is told',
      remedy: 'Add a step to `escalate` for this end, or take an `if` away.',
    });
  });

  test.each([
    ["run.data == 'unknown' && run.access == 'unknown'", ['x']],
    ["run.health == 'failing'", []],
    ["run.mode == 'real' && run.system == 'shop'", ['x']],
    ["run.by == 'somebody'", ['x']],
    ["run.by == 'somebody' && run.end == 'stopped'", []],
    ["run.end == 'failed' && params.region == 'eu'", ['x']],
    ["run.end == 'failed' && params.known == 'eu'", []],
    ["roles['dba'].contact == 'a@x' || change.id == 'none'", ['x']],
    ["run.end == 'failed' && steps['r'].outputs.n == '1'", []],
  ])('%s', (condition, told) => {
    const dba = { name: null, contact: 'a@x', deputy: null };
    const more = { params: { region: 'example', known: 'us' }, roles: { dba } };
    const plan = aPlan({ restore: [r], escalate: [say('x', condition)] }, more);
    const failed = row(examine(plan, new Set(['region'])), 'r', 'fails');
    expect(failed.told.map(({ step }) => step)).toEqual(told);
  });

  test('nobody is asked for a step that it leaves out, where the rest goes on as if it had been done', () => {
    const byHand = {
      id: 'm',
      condition: "run.data != 'unknown'",
      action: { kind: 'manual', instruction: 'Do it' },
    } as const;
    const last = ['d', 'e'].map((id) => ({ id, timeoutMs: minute }));
    const found = examine(aPlan({ restore: [{ ...r, onFailure: 'continue' }, byHand, ...last] }));
    expect(row(found, 'r', 'engine-dies-after').mustAct.map(({ duty }) => duty)).toEqual(['resume', 'confirm']);
    expect(row(found, 'r', 'fails')).toMatchObject({ leftOut: ['m'], mustAct: [{ duty: 'repair', step: 'r' }] });
  });

  test('one kind of end alone is announced by a step that takes part only then: it is examined there', () => {
    const found = examine(
      aPlan({
        notify: [{ id: 'desk', timeoutMs: minute, needs: [] }],
        restore: [asked],
        announce: [say('good', "run.end == 'succeeded'"), say('so-so', "run.end == 'succeeded-with-exceptions'")],
        escalate: [say('bad', "run.end == 'failed'"), say('stopped', "run.end == 'stopped'")],
      }),
    );
    expect(row(found, 'so-so', 'fails')).toMatchObject({ also: [{ step: 'desk' }], told: [], leftOut: ['good'] });
    expect(row(found, 'stopped', 'fails').also).toEqual([{ step: 'r', kind: 'fails' }]);
    expect(row(found, 'bad', 'fails').also).toEqual([{ step: 'r', kind: 'fails-nobody-answers' }]);
    const rules = found.findings.map(({ rule, step }) => `${rule} ${step}`).sort();
    expect(rules).toEqual(['bad', 'good', 'so-so', 'stopped'].map((step) => `only-message ${step}`));
  });
});

describe('what waits for an answer no longer than it is told to', () => {
  const plan = aPlan({ restore: [r], 'health-checks': [{ id: 'check', timeoutMs: minute }] });
  const late = (ownLimitOf: { readonly ms: number; readonly class: 'check' | 'error' } | null) => {
    const options = { ...bare, estimate: noEstimates, depth: 'single', only: null, progress: () => {} } as const;
    return row(
      whatIf(plan, { ...options, ownLimitOf: ({ id }) => (id === 'check' ? ownLimitOf : null) }),
      'check',
      'times-out',
    );
  };

  test.each([
    [null, 'failing', 66_000],
    [{ ms: 10_000, class: 'error' } as const, 'unknown', 16_000],
    [{ ms: 10_000, class: 'check' } as const, 'failing', 16_000],
    [{ ms: 70_000, class: 'error' } as const, 'failing', 66_000],
  ])('%j', (own, health, elapsed) => {
    expect(late(own)).toMatchObject({ end: 'failed', truth: { health }, elapsed });
  });
});
