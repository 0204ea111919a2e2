/** The store of measured times: small, whole after damage, and never a danger to anybody. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { TimeRecord } from '../../src/ports/time-record.ts';
import { appendTimes, hasTimes, readTimes, timesFile } from '../../src/runtime/home/times.ts';

let path = '';
const home = () => ({ path, modes: { folder: 0o700, file: 0o600 } });
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'backout-times-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

function record(n: number, steps: TimeRecord['steps'] = { db: n }): TimeRecord {
  return {
    run: `run-${n}`,
    playbook: 'shop',
    mode: 'real',
    definition: 'd',
    at: n,
    end: 'succeeded',
    totalMs: n,
    steps,
  };
}

test('gives back what was kept, oldest first; a run that ended twice counts once', () => {
  expect(hasTimes(home(), 'shop')).toBe(false);
  expect(readTimes(home(), 'shop')).toEqual({ records: [], damaged: [] });
  appendTimes(home(), 'shop', record(1));
  appendTimes(home(), 'shop', record(2));
  appendTimes(home(), 'shop', { ...record(1), end: 'failed' });
  appendTimes(home(), 'other/system', record(9));
  expect(hasTimes(home(), 'shop')).toBe(true);
  expect(readTimes(home(), 'shop')).toEqual({ records: [record(2), { ...record(1), end: 'failed' }], damaged: [] });
});

test.each([
  ['no JSON', 'nonsense'],
  ['another shape', '{"run":"r"}'],
  ['a list', '[]'],
  ['a negative time', JSON.stringify(record(1, { db: -5 }))],
  ['a time that is text', JSON.stringify({ ...record(1), totalMs: '5' })],
])('leaves out a damaged line, and says which: %s', (_, line) => {
  mkdirSync(join(path, 'times'));
  writeFileSync(timesFile(home(), 'shop'), `${line}\n${JSON.stringify(record(2))}\n`);
  expect(readTimes(home(), 'shop')).toEqual({ records: [record(2)], damaged: [1] });
});

test('a line that a crash cut short does not swallow the next one', () => {
  mkdirSync(join(path, 'times'));
  writeFileSync(timesFile(home(), 'shop'), '{"run":"ru');
  appendTimes(home(), 'shop', record(2));
  expect(readTimes(home(), 'shop')).toEqual({ records: [record(2)], damaged: [1] });
});

test('keeps the last 200 or so, and less where the lines are long', () => {
  for (let n = 1; n <= 260; n += 1) appendTimes(home(), 'shop', record(n));
  const { records } = readTimes(home(), 'shop');
  expect(records.length).toBeLessThanOrEqual(250);
  expect(records.at(-1)).toEqual(record(260));
  const long = Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`step-${n}`, n]));
  for (let n = 300; n < 312; n += 1) appendTimes(home(), 'shop', record(n, long));
  expect(readFileSync(timesFile(home(), 'shop')).length).toBeLessThan(6 * 2 ** 20);
  expect(readTimes(home(), 'shop').records.at(-1)?.run).toBe('run-311');
});
