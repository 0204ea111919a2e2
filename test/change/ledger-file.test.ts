/** The files of a ledger: what makes them damaged, what a clock or a shared home may do to them. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { seal } from '../../src/journal/chain.ts';
import type { LedgerEvent } from '../../src/journal/ledger-event.ts';
import { addToLedger, hasLedger, ledgerFolder, listLedgers, readLedger } from '../../src/runtime/home/ledger.ts';

let path = '';
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'backout-ledger-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const by = { login: 'ops', sudoUser: null, claimed: null, host: 'vm' };
const homeOf = (file = 0o600) => {
  return { path, runs: join(path, 'runs'), systems: join(path, 'systems'), modes: { folder: 0o770, file } };
};
const folderOf = (change = 'CHG1') => ledgerFolder(homeOf(), change);

function record(step: string, at = 1_000, change = 'CHG1', home = homeOf()): boolean {
  const event = { type: 'ledger.recorded', change, step, state: 'done', outputs: {}, source: null, by } as const;
  return addToLedger(
    home,
    ledgerFolder(home, change),
    () => at,
    () => event,
  );
}

test('entries are kept in order, each in a call of its own; a clock that was set back changes no order', () => {
  expect([record('one', 2_000), record('two', 1_000), record('three', 3_000)]).toEqual([true, true, true]);
  const { events, headBehind } = readLedger(folderOf());
  expect(events.map((event) => event.at)).toEqual([2_000, 2_000, 3_000]);
  expect(headBehind).toBe(false);
});

test('in a shared home all its files are its group’s', () => {
  const home = homeOf(0o660);
  record('one', 1, 'CHG1', home);
  record('two', 1, 'CHG1', home);
  const { path: folder, file, head } = folderOf();
  const modes = [join(folder, 'lock.sqlite'), file, head].map((each) => statSync(each).mode & 0o777);
  expect(modes).toEqual([0o660, 0o660, 0o660]);
});

test('a call that has nothing to write makes no ledger', () => {
  const wrote = addToLedger(homeOf(), folderOf(), Date.now, () => undefined);
  expect([wrote, hasLedger(folderOf()), listLedgers(homeOf())]).toEqual([false, false, []]);
  record('one');
  expect(addToLedger(homeOf(), folderOf(), Date.now, () => undefined)).toBe(false);
  expect(readLedger(folderOf()).events).toHaveLength(1);
});

test('all changes that have a ledger are listed by their ids, one that cannot be read hides no other', () => {
  for (const change of ['REL/2', 'CHG1', 'gone']) record('one', 1, change);
  writeFileSync(folderOf('gone').file, 'x\n');
  expect(listLedgers(homeOf())).toEqual(['CHG1', 'REL/2']);
});

describe('damage', () => {
  test('an entry that this release does not know is not passed over', () => {
    record('one');
    const { file, head } = folderOf();
    const event = { type: 'ledger.merged', change: 'CHG1', at: 5, by } as unknown as LedgerEvent;
    const { line } = seal(event, readLedger(folderOf()).link);
    writeFileSync(file, `${readFileSync(file, 'utf8')}${line.trimEnd()}\n`);
    expect(() => readLedger(folderOf())).toThrow(
      /damaged in line 2: it is no entry of a ledger that this release knows/,
    );
    expect(existsSync(head)).toBe(true);
  });

  test('the entries of another change count for nobody, whether all of them were copied here or one', () => {
    record('one', 1, 'CHG1');
    cpSync(folderOf('CHG1').path, folderOf('CHG2').path, { recursive: true });
    const fault = {
      code: 'journal-damaged',
      message: expect.stringMatching(/CHG2\/ledger\.ndjson is damaged in line 1: it is an entry of CHG1, .* of CHG2$/),
      remedy: expect.stringMatching(/^Somebody copied or moved it: move .*CHG2 away/),
    };
    for (const use of [() => readLedger(folderOf('CHG2')), () => record('two', 2, 'CHG2')])
      expect(use).toThrow(expect.objectContaining(fault));
    expect(readLedger(folderOf('CHG1')).events).toHaveLength(1);
    expect(listLedgers(homeOf())).toEqual(['CHG1']);
    record('one', 1, 'CHG3');
    const { file } = folderOf('CHG3');
    const event = { ...readLedger(folderOf('CHG1')).events[0], at: 2 } as LedgerEvent;
    writeFileSync(file, `${readFileSync(file, 'utf8')}${seal(event, readLedger(folderOf('CHG3')).link).line}`);
    expect(() => readLedger(folderOf('CHG3'))).toThrow(/damaged in line 2: it is an entry of CHG1/);
  });

  test.each(['file', 'head'] as const)('a %s that cannot be read is trouble with the home, and not none', (which) => {
    record('one');
    rmSync(folderOf()[which]);
    mkdirSync(folderOf()[which]);
    expect(() => readLedger(folderOf())).toThrow(expect.objectContaining({ code: 'home-unusable' }));
  });

  test('an edited entry, and what comes after it, is not written over', () => {
    record('one');
    record('two');
    const { file } = folderOf();
    const edited = readFileSync(file, 'utf8').replace('"step":"one"', '"step":"eno"');
    writeFileSync(file, edited);
    expect(() => record('three')).toThrow(/damaged in line 1/);
    expect(readFileSync(file, 'utf8')).toBe(edited);
  });
});
