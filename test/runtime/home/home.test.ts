import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Fault } from '../../../src/kernel/fault.ts';
import { runId } from '../../../src/kernel/run-id.ts';
import { listRuns, locateHome, lookAtHome, openHome, resolveRun } from '../../../src/runtime/home/home.ts';
import { reserveBytes } from '../../../src/runtime/home/reserve.ts';
import { createRunFolder, makeAttemptFolder } from '../../../src/runtime/home/run-folder.ts';
import {
  clearCurrent,
  encodeSystem,
  makeSystemFolder,
  readCurrent,
  setCurrent,
} from '../../../src/runtime/home/system-folder.ts';
import { Site } from '../../rig/site.ts';
import { mayMount, smallDisk, temporaryFolder } from './scratch.ts';

const zeros = (): Uint8Array => new Uint8Array(10);
const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
const withDisk = mayMount() ? test : test.skip;

function faultOf(call: () => unknown): Fault {
  try {
    call();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('where the home is', () => {
  const ofLogin = join(userInfo().homedir, '.local/state/backout');

  test.each([
    ['as told', '/a', { BACKOUT_HOME: '/b', XDG_STATE_HOME: '/c', HOME: '/d' }, '/a'],
    ['BACKOUT_HOME', undefined, { BACKOUT_HOME: '/b', XDG_STATE_HOME: '/c', HOME: '/d' }, '/b'],
    ['XDG_STATE_HOME', undefined, { BACKOUT_HOME: '', XDG_STATE_HOME: '/c', HOME: '/d' }, '/c/backout'],
    [
      'HOME, as a relative XDG_STATE_HOME counts for nothing',
      undefined,
      { XDG_STATE_HOME: 'c', HOME: '/d' },
      '/d/.local/state/backout',
    ],
    ["the user's home without HOME", undefined, {}, ofLogin],
    ["the user's home where HOME is empty", undefined, { HOME: '' }, ofLogin],
    ["the user's home where HOME is relative", undefined, { HOME: 'x' }, ofLogin],
  ])('%s', (_name, told, env, expected) => {
    expect(locateHome(told, env)).toBe(expected);
  });

  test('an empty HOME of the process itself puts it into no folder that the call happens to be in', async () => {
    const site = new Site();
    const env = { BACKOUT_HOME: undefined, HOME: '' };
    const { code, stderr } = await site.call(['change', 'status', 'NO-SUCH-CHANGE'], { env });
    expect([code, stderr]).toEqual([2, expect.stringContaining(ofLogin)]);
  });
});

describe('modes', () => {
  test("a private home is its owner's alone", () => {
    const home = openHome(join(temporaryFolder(), 'deep', 'home'), {});
    const run = createRunFolder(home, Date.now(), zeros);
    const attempt = makeAttemptFolder(run, 'restore-db', 2);
    for (const folder of [home.path, home.runs, home.systems, run.path, run.inbox, attempt]) {
      expect(mode(folder)).toBe('700');
    }
    expect(mode(run.reserve)).toBe('600');
    expect(statSync(run.reserve).blocks * 512).toBeGreaterThanOrEqual(reserveBytes);
    expect(attempt).toBe(join(run.path, 'attempts', 'restore-db', '2'));
  });

  test("a shared home stays its group's, whatever the umask", () => {
    const path = join(temporaryFolder(), 'home');
    mkdirSync(path);
    chmodSync(path, 0o2770);
    const umask = process.umask(0o077);
    try {
      const home = openHome(path, {});
      const run = createRunFolder(home, Date.now(), zeros);
      const system = makeSystemFolder(home, 'shop');
      setCurrent(system, run.run);
      for (const folder of [home.runs, run.path, run.files, run.inbox, system.path]) expect(mode(folder)).toBe('2770');
      for (const file of [run.reserve, system.current]) expect(mode(file)).toBe('660');
    } finally {
      process.umask(umask);
    }
  });
});

describe('a home that cannot be used', () => {
  test('a file in its place, or in its path', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'home')]) {
      const fault = faultOf(() => openHome(path, {}));
      expect(fault.code).toBe('home-unusable');
      expect(fault.message).toContain(path);
      expect(fault.remedy).toContain('--home');
    }
  });

  withDisk(
    'a read-only disk: EROFS is named, nothing is made, and looking still works (needs the right to mount)',
    () => {
      const disk = smallDisk(64);
      mkdirSync(join(disk, 'runs'));
      const run = runId(1, zeros());
      mkdirSync(join(disk, 'runs', run));
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      const fault = faultOf(() => openHome(disk, {}));
      expect(fault.code).toBe('home-unusable');
      expect(fault.message).toBe(`The home ${disk} cannot be used: the file system is read-only (EROFS)`);
      expect(listRuns(lookAtHome(disk, {}))).toEqual([run]);
    },
  );

  withDisk('a disk that is read-only only by now: no run folder is made (needs the right to mount)', () => {
    const disk = smallDisk(64);
    openHome(disk, {});
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(faultOf(() => openHome(disk, {})).message).toContain('EROFS');
  });

  withDisk('a full disk: no half of a run folder stays (needs the right to mount)', () => {
    const home = openHome(smallDisk(128), {});
    const fault = faultOf(() => createRunFolder(home, Date.now(), zeros));
    expect(fault.message).toContain('no space left on the device (ENOSPC)');
    expect(readdirSync(home.runs)).toEqual([]);
  });

  test('looking at a home that is not there makes nothing', () => {
    const path = join(temporaryFolder(), 'none');
    expect(listRuns(lookAtHome(path, {}))).toEqual([]);
    expect(existsSync(path)).toBe(false);
  });
});

describe('runs', () => {
  test('newest first, also when the clock was set back, and never the same twice', () => {
    const home = openHome(temporaryFolder(), {});
    const made = [5_000, 1_000, 1_000, 9_000, 9_000].map((now) => createRunFolder(home, now, zeros).run);
    expect(new Set(made).size).toBe(5);
    expect(listRuns(home)).toEqual(made.toReversed());
  });

  test('what is no run is not listed', () => {
    const home = openHome(temporaryFolder(), {});
    mkdirSync(join(home.runs, 'lost+found'));
    expect(listRuns(home)).toEqual([]);
  });

  test('found by id or by the beginning of one, in any case', () => {
    const home = openHome(temporaryFolder(), {});
    const [first, second] = [1, 2 ** 44].map((now) => createRunFolder(home, now, zeros).run);
    expect(resolveRun(home, first ?? '')).toBe(first);
    expect(resolveRun(home, (second ?? '').slice(0, 3).toLowerCase())).toBe(second);
    const several = faultOf(() => resolveRun(home, '0'));
    expect(several.message).toBe(`"0" is the beginning of 2 runs: ${second}, ${first}`);
    for (const text of ['', '../..', '7ZZZ']) {
      const none = faultOf(() => resolveRun(home, text));
      expect(none.code).toBe('usage');
      expect(none.message).toBe(`No run begins with "${text}" in ${home.path}`);
    }
  });
});

describe('systems', () => {
  test('any name becomes one folder of its own', () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const folder = encodeSystem(name);
        expect(folder).toMatch(/^[A-Za-z0-9_%-][A-Za-z0-9_.%~-]*$/);
        expect(folder.length).toBeLessThan(256);
        const other = seen.get(folder);
        if (other !== undefined) expect(other.toWellFormed()).toBe(name.toWellFormed());
        seen.set(folder, name);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['shop', 'shop'],
    ['shop-2.example_org', 'shop-2.example_org'],
    ['..', '%2E.'],
    ['a/b', 'a%2Fb'],
    ['Ö', '%C3%96'],
    ['', '%'],
    ['%', '%25'],
  ])('%s is %s', (name, folder) => {
    expect(encodeSystem(name)).toBe(folder);
  });

  test('the current run is remembered and forgotten; only its own end forgets it', () => {
    const system = makeSystemFolder(openHome(temporaryFolder(), {}), 'shop');
    expect(readCurrent(system)).toBeUndefined();
    const [first, second] = [1, 2].map((now) => runId(now, zeros()));
    setCurrent(system, first ?? '');
    clearCurrent(system, second ?? '');
    expect(readCurrent(system)).toBe(first);
    clearCurrent(system, first ?? '');
    expect(readCurrent(system)).toBeUndefined();
    writeFileSync(system.current, 'nonsense');
    expect(readCurrent(system)).toBeUndefined();
    expect(readFileSync(system.current, 'utf8')).toBe('nonsense');
  });
});
