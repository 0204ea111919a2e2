/** Values that stand in for parameters: they suit the declaration, or there are none. */
import { describe, expect, test } from '@jest/globals';
import { sampleOf } from '../../src/cli/pattern-sample.ts';
import { standIns } from '../../src/cli/stand-ins.ts';

describe('a sample of a pattern', () => {
  test.each([
    '^(shop|billing|wiki)(,(shop|billing|wiki))*$',
    '^[0-9-]+T[0-9:.]+(Z|[+-][0-9:]+)$',
    String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`,
    String.raw`^[^,\s]+(,[^,\s]+)+$`,
    '^[A-Z]{3}[0-9]{4,}$',
    '^CHG[0-9]+\\.x$',
    '^a|b$',
    '^(?:v)?[0-9.]+$',
    '^[\\w]+@[^@]+$',
  ])('%s', (pattern) => {
    const sample = sampleOf(pattern);
    expect(sample).toBeDefined();
    expect(sample).toMatch(new RegExp(pattern));
  });

  test.each(['^(?=a)a$', '(a)\\1', '(a'])('%s is not understood', (pattern) => {
    expect(sampleOf(pattern)).toBeUndefined();
  });
});

test('stand-ins suit type, range, enum and pattern', () => {
  expect(standIns({ type: 'integer', min: 5, max: 9 })).toEqual(['5', '9']);
  expect(standIns({ type: 'boolean' })).toEqual(['true', 'false']);
  expect(standIns({ type: 'string', enum: ['a', 'b'] })).toEqual(['a', 'b']);
  expect(standIns({ type: 'string', pattern: '^/.+$' })).toEqual(['/srv/example', '/a']);
  expect(standIns({ type: 'string', pattern: '^(?!x)never{5}$' })).toEqual([]);
});
