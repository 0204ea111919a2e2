/** The words of a what-if table: what is grouped, who was told of what, and what is left to do when an answer is late. */
import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../src/plan/plan.ts';
import { loadExpressions } from '../../src/playbook/expression.ts';
import type { TextOptions } from '../../src/views/step-line.ts';
import { type WhatIfFormat, whatIfPage } from '../../src/views/whatif.ts';
import { dutyWords, endWords, spanWords, toldWords } from '../../src/views/whatif-words.ts';
import type { Row } from '../../src/whatif/row.ts';
import { noEstimates } from '../../src/whatif/timing.ts';
import { whatIf } from '../../src/whatif/what-if.ts';
import { aPlan } from '../support/plan-builder.ts';
import { bare } from '../whatif/bare.ts';

const minute = 60_000;
const expressions = await loadExpressions();
const plan = aPlan({
  notify: [{ id: 'desk', timeoutMs: minute }],
  restore: [{ id: 'data', timeoutMs: 10 * minute, owner: 'dba', onFailure: 'ask' }],
  escalate: [
    { id: 'bad', timeoutMs: minute },
    { id: 'only-failed', timeoutMs: minute, needs: [], condition: "run.end == 'failed'" },
  ],
});
const found = examined(plan);

function examined(of: Plan) {
  const options = { ...bare, expressions, estimate: noEstimates, depth: 'single', only: null } as const;
  return whatIf(of, { ...options, progress: () => {} });
}

function row(step: string, failure: Row['failure']): Row {
  const one = found.rows.find((each) => each.step === step && each.failure === failure);
  if (one === undefined) throw new Error(`no row ${step} ${failure}`);
  return one;
}

function page(format: WhatIfFormat): string {
  const undecided = { steps: [], neverTrue: [], exclusive: false };
  const options: TextOptions = { columns: 1_000, paint: (_: string, text: string) => text } as TextOptions;
  return [...whatIfPage({ ...found, plan, digest: 'd', assumed: {}, undecided }, format, options)].join('');
}

test('a question that nobody answered is over when the run has ended: what is left to do is said', () => {
  expect(row('data', 'unknown').mustAct.map(dutyWords)).toEqual([
    'dba finds out what became of data and says so within 30 min 00 s: confirm, retry, skip or stop',
  ]);
  expect(row('data', 'unknown-nobody-answers').mustAct.map(dutyWords)).toEqual([
    'dba finds out what became of data: backout confirm or retry',
  ]);
  expect(row('data', 'fails-nobody-answers').mustAct.map(dutyWords)).toEqual([
    "dba removes the cause of data's failure, then: backout retry",
  ]);
});

test('rows that are shown as one say from when to when', () => {
  const rows = [510_000, 2_130_000, 600_000].map((elapsed) => ({ ...found.untroubled, elapsed }));
  expect(spanWords(rows)).toBe('8 min 30 s to 35 min 30 s');
  expect(spanWords([...rows.slice(0, 1), { ...found.untroubled, elapsed: 510_400 }])).toBe('8 min 30 s');
});

test('who heard of the beginning is told apart from who heard of the end', () => {
  const { told } = row('data', 'fails');
  expect(toldWords(told)).toEqual({ ofBeginning: 'desk (desk)', ofEnd: 'bad (bad)' });
  expect(toldWords([])).toEqual({ ofBeginning: 'nobody', ofEnd: 'nobody' });
});

test("after the engine's death the end and its exit code are those of whoever took the run up", () => {
  expect(endWords(row('data', 'engine-dies-during'))).toBe('taken up again: backed out (exit 0 of resume)');
  expect(endWords(row('data', 'fails'))).toBe('stopped by the person who is asked (exit 4)');
});

describe('each page', () => {
  const waits = 'leaves at the first question with exit code 3';

  test('text', () => {
    const text = page('text');
    expect(text).toContain(waits);
    expect(text).toContain('    left out by its `if`: only-failed\n');
    expect(text).toContain('    told of the beginning: desk (desk)\n    told of the end: bad (bad)\n');
    expect(text).toMatch(/taken up again: backed out \(exit 0 of resume\) after 2 min .. s to 2 min .. s;/);
  });

  test('Markdown', () => {
    const text = page('md');
    expect(text).toContain(waits);
    expect(text).toContain('(exit 4); left out by its \\`if\\`: only-failed |');
    expect(text).toContain('| of the beginning: desk (desk)<br>of the end: bad (bad) |');
  });

  test('HTML', () => {
    const text = page('html');
    expect(text).toContain(waits);
    expect(text).toContain('<br><span class="dim">left out by its <code>if</code>: only-failed</span></td>');
    expect(text).toContain('<td>of the beginning: desk (desk)<br><span>of the end: bad (bad)</span></td>');
    expect(text).toContain('<span class="bad">of the end: nobody</span>');
  });

  test('JSON', () => {
    const { rows } = JSON.parse(page('json'));
    expect(rows.find(({ failure }: Row) => failure === 'fails')).toMatchObject({ leftOut: [] });
    const [failed] = rows.filter(({ step, failure }: Row) => step === 'data' && failure === 'fails');
    expect(failed).toMatchObject({ leftOut: ['only-failed'], told: [{ place: 'notify' }, { place: 'escalate' }] });
  });
});
