import { expect, test } from '@jest/globals';
import { phases } from '../../src/plan/plan.ts';
import { phaseNames } from '../../src/playbook/phases.ts';
import { parseSize } from '../../src/playbook/size.ts';
import { nearest } from '../../src/playbook/suggest.ts';

test.each([
  ['tiemout', ['timeout', 'time'], 'timeout'],
  ['Timeout', ['timeout'], 'timeout'],
  ['restor', ['restore', 'notify'], 'restore'],
  ['restore-bd', ['restore-db', 'restore-files'], 'restore-db'],
  ['zzz', ['timeout'], undefined],
  ['x', [], undefined],
])('%s of %j is %s', (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected);
});

test.each([
  ['64MiB', 67_108_864],
  ['1.5KB', 1_500],
  ['0B', 0],
  ['64', undefined],
  ['64 MiB', undefined],
  ['-1B', undefined],
])('%s is %s bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test('the phases of a playbook are those of a plan', () => {
  expect(phaseNames).toEqual(phases);
});
