import { describe, expect, test } from '@jest/globals';
import { acceptableValue } from '../../src/playbook/acceptable-value.ts';
import { loadExpressions } from '../../src/playbook/expression.ts';
import type { Scope } from '../../src/playbook/scope.ts';
import { conditionText, parseTemplate, wholeExpression } from '../../src/playbook/template.ts';

const scope: Scope = {
  params: { release: '4.1', port: 80, ratio: 1.5, on: true, none: null, list: ['a', 1] },
  steps: { 'restore-db': { outputs: { rows: '12' } } },
  change: { id: 'CHG0042' },
  roles: { 'change-manager': { name: 'Ada' } },
};

describe('evaluate', () => {
  test.each<readonly [string, unknown]>([
    ['params.release', '4.1'],
    ['params.port + 1', 81],
    ['params.ratio * 2.0', 3],
    ['params.on && params.port == 80', true],
    ['params.none == null', true],
    ['params.list', ['a', 1]],
    ['params.list.size()', 2],
    ["steps['restore-db'].outputs.rows", '12'],
    ["int(steps['restore-db'].outputs.rows) > 10", true],
    ["change.id.startsWith('CHG')", true],
    ["roles['change-manager'].name + '!'", 'Ada!'],
    ['has(params.nothing)', false],
    ["{'a': [1, {'b': params.port}]}", { a: [1, { b: 80 }] }],
    ["timestamp('2026-01-01T00:00:00Z')", '2026-01-01T00:00:00.000Z'],
    ['9007199254740993', '9007199254740993'],
  ])('%s', async (expression, expected) => {
    expect((await loadExpressions()).evaluate(expression, scope)).toEqual({ ok: true, value: expected });
  });

  test.each<readonly [string, RegExp]>([
    ['params.nothing', /^\$\{\{ params\.nothing \}\}: No such key: nothing$/],
    ['secrets.password', /secrets/],
    ['params.constructor', /No such key: constructor/],
    ['params.__proto__', /No such key: __proto__/],
    ['process.env', /Unknown variable: process/],
    ['params.', /Unexpected|Expected/],
    ["b'abc'", /neither text, a number/],
    ["duration('1h')", /neither text, a number/],
    ["int('x')", /int/],
    ['1.0 / 0.0', /no value/],
    ['roles.change-manager.name', /a name with a dash is written roles\['change-manager'\]$/],
  ])('%s is refused', async (expression, why) => {
    const result = (await loadExpressions()).evaluate(expression, scope);
    expect(result).toEqual({ ok: false, error: expect.stringMatching(why) });
  });
});

describe('fill', () => {
  test.each<readonly [string, string]>([
    ['plain $ { } text', 'plain $ { } text'],
    ['shop-${{ params.release }}.dump', 'shop-4.1.dump'],
    ['${{ params.port }}/${{ params.on }}/${{ params.list }}', '80/true/["a",1]'],
    ["${{ '}}' }}-${{ {'a': {'b': 'c'}}.a.b }}", '}}-c'],
    ["${{ '${{' }}", '${{'],
  ])('%s', async (template, expected) => {
    expect((await loadExpressions()).fill(template, scope)).toEqual({ ok: true, value: expected });
  });

  test.each<readonly [string, RegExp]>([
    ['a ${{ params.none }} b', /has no value \(null\)/],
    ['a ${{ params.none', /not closed/],
    ['a ${{ params.nothing }} b', /No such key/],
  ])('%s is refused', async (template, why) => {
    expect((await loadExpressions()).fill(template, scope)).toEqual({ ok: false, error: expect.stringMatching(why) });
  });

  test('a value that holds an expression is not filled again', async () => {
    const evil: Scope = { params: { v: '${{ secrets.password }}' }, secrets: { password: 'hunter22' } };
    expect((await loadExpressions()).fill('<${{ params.v }}>', evil)).toEqual({
      ok: true,
      value: '<${{ secrets.password }}>',
    });
  });

  test('data keeps its types where an expression stands alone', async () => {
    const input = {
      port: '${{ params.port }}',
      url: 'http://a:${{ params.port }}',
      deep: [{ on: ' ${{ params.on }} ' }],
      n: 1,
    };
    expect((await loadExpressions()).fillValue(input, scope)).toEqual({
      ok: true,
      value: { port: 80, url: 'http://a:80', deep: [{ on: true }], n: 1 },
    });
  });
});

test('inspect tells what an expression uses', async () => {
  const expressions = await loadExpressions();
  const inspected = expressions.inspect(
    "has(params.a) && steps['b-c'].outputs.d == params[change.id] && [1].exists(x, x == 1) && run.id != ''",
  );
  if (!inspected.ok) throw new Error(inspected.error);
  expect(inspected.value.type).toBe('bool');
  expect(inspected.value.references.filter(({ root }) => root !== 'x')).toEqual([
    { root: 'params', path: ['a'], computed: false },
    { root: 'steps', path: ['b-c', 'outputs', 'd'], computed: false },
    { root: 'change', path: ['id'], computed: false },
    { root: 'params', path: [], computed: true },
    { root: 'run', path: ['id'], computed: false },
  ]);
});

test('templates: where expressions begin and end', () => {
  const template = parseTemplate("a ${{ 'x}}' }} b ${{ r\"\\\" + {'k': {}} }}");
  expect(template.expressions).toEqual([
    { expression: "'x}}'", start: 2, end: 14 },
    { expression: 'r"\\" + {\'k\': {}}', start: 17, end: 40 },
  ]);
  expect(wholeExpression(parseTemplate(' ${{ a }} '))).toBe('a');
  expect(wholeExpression(parseTemplate('${{ a }}${{ b }}'))).toBeUndefined();
  expect([conditionText('${{ a }}'), conditionText(' a == 1 ')]).toEqual(['a', 'a == 1']);
});

test('values that no program can be given are refused', () => {
  expect(acceptableValue('x'.repeat(120 * 1024))).toBeUndefined();
  expect(acceptableValue('x'.repeat(120 * 1024 + 1))).toMatch(/122,881 bytes/);
  expect(acceptableValue('ü'.repeat(61_441))).toMatch(/122,882 bytes/);
  expect(acceptableValue('a\0b')).toMatch(/NUL/);
});
