/**
 * P3: durable when `append` returns; whatever the disk does, the file at rest holds whole entries only.
 * Planted faults seen to be caught: no fdatasync; one fsync an entry; no cutting back; the torn line left in the file.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Fault } from '../../../src/kernel/fault.ts';
import { type FileSystem, realFileSystem } from '../../../src/runtime/home/file-system.ts';
import { openHome } from '../../../src/runtime/home/home.ts';
import { createJournal, openJournal } from '../../../src/runtime/home/journal-file.ts';
import { readJournal } from '../../../src/runtime/home/journal-read.ts';
import { createRunFolder, type RunFolder } from '../../../src/runtime/home/run-folder.ts';
import { verifyFile } from '../../../src/runtime/home/verify-file.ts';
import { sampleEvents, sampleLines } from '../../journal/sample.ts';
import { mayMount, smallDisk, temporaryFolder } from './scratch.ts';

const withDisk = mayMount() ? test : test.skip;
const whole = sampleLines().join('');

function newRun(home = temporaryFolder()): RunFolder {
  return createRunFolder(openHome(home, {}), Date.now(), () => new Uint8Array(10));
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Counts the calls; `fails` may throw in the place of one. */
function watched(fails: (call: string) => void = () => {}): { files: FileSystem; calls: string[] } {
  const calls: string[] = [];
  const called = (call: string): void => {
    calls.push(call);
    fails(call);
  };
  const files: FileSystem = {
    writeSync(fd, bytes, offset, length) {
      called('write');
      return realFileSystem.writeSync(fd, bytes, offset, length);
    },
    fdatasyncSync(fd) {
      called('sync');
      realFileSystem.fdatasyncSync(fd);
    },
    ftruncateSync(fd, length) {
      called('cut');
      realFileSystem.ftruncateSync(fd, length);
    },
  };
  return { files, calls };
}

describe('append', () => {
  test('a batch is one write and one fdatasync, in this order', () => {
    const { files, calls } = watched();
    const journal = createJournal(newRun(), { files });
    expect(journal.append(sampleEvents).ok).toBe(true);
    expect(calls).toEqual(['write', 'sync']);
    expect(journal.append([])).toEqual({ ok: true, value: [] });
    expect(calls).toEqual(['write', 'sync']);
    journal.close();
  });

  test('gives the entries back, tells the length, and the file is the chain', () => {
    const run = newRun();
    const lengths: number[] = [];
    const journal = createJournal(run, { grown: (length) => lengths.push(length) });
    const [first, ...rest] = sampleEvents;
    const batches = [journal.append(first === undefined ? [] : [first]), journal.append(rest)];
    const entries = batches.flatMap((batch) => (batch.ok ? batch.value : []));
    expect(entries.map(({ event }) => event)).toEqual(sampleEvents);
    expect(journal.link).toMatchObject({ seq: 4, hash: entries[3]?.hash });
    journal.close();
    expect(fs.readFileSync(run.journal, 'utf8')).toBe(whole);
    expect(lengths).toEqual([Buffer.byteLength(sampleLines()[0] ?? ''), Buffer.byteLength(whole)]);
    expect(fs.statSync(run.journal).mode & 0o777).toBe(0o600);
  });

  test('a second journal for the same run is refused', () => {
    const run = newRun();
    createJournal(run).close();
    expect(() => createJournal(run)).toThrow('EEXIST');
  });

  test.each(['write', 'sync'])(
    'a full disk at %s is a value; the file is as before, and goes on when there is space',
    (at) => {
      let full = true;
      const { files } = watched((call) => {
        if (call === at && full) throw failure(call === 'write' ? 'ENOSPC' : 'EDQUOT');
        if (call === 'cut') full = false;
      });
      const run = newRun();
      const [first, ...rest] = sampleEvents;
      full = false;
      const journal = createJournal(run, { files });
      journal.append(first === undefined ? [] : [first]);
      full = true;
      const refused = journal.append(rest);
      expect(refused).toMatchObject({ ok: false, error: { full: true, code: at === 'write' ? 'ENOSPC' : 'EDQUOT' } });
      expect(fs.readFileSync(run.journal, 'utf8')).toBe(sampleLines()[0]);
      expect(journal.append(rest).ok).toBe(true);
      journal.close();
      expect(fs.readFileSync(run.journal, 'utf8')).toBe(whole);
    },
  );

  test('half a batch written before the disk was full is cut off again', () => {
    const run = newRun();
    let writes = 0;
    const files: FileSystem = {
      ...realFileSystem,
      writeSync(fd, bytes, offset, length) {
        if (++writes === 2) throw failure('ENOSPC');
        return realFileSystem.writeSync(fd, bytes, offset, writes === 1 ? length >> 1 : length);
      },
    };
    const journal = createJournal(run, { files });
    expect(journal.append(sampleEvents)).toMatchObject({ ok: false, error: { full: true } });
    expect(fs.statSync(run.journal).size).toBe(0);
    expect(journal.append(sampleEvents).ok).toBe(true);
    journal.close();
    expect(fs.readFileSync(run.journal, 'utf8')).toBe(whole);
  });

  test('after any other trouble nothing is written any more', () => {
    let broken = true;
    const { files } = watched((call) => {
      if (call === 'sync' && broken) throw failure('EIO');
    });
    const run = newRun();
    const journal = createJournal(run, { files });
    const refusal = { ok: false, error: { code: 'EIO', full: false } };
    expect(journal.append(sampleEvents)).toMatchObject(refusal);
    broken = false;
    expect(journal.append(sampleEvents)).toMatchObject(refusal);
    journal.close();
    expect(fs.statSync(run.journal).size).toBe(0);
  });

  withDisk('a disk that is really full: nothing lost, the reserve records the end (needs the right to mount)', () => {
    const disk = smallDisk(1_024);
    const run = newRun(disk);
    const journal = createJournal(run);
    const began = sampleEvents.slice(0, 3);
    expect(journal.append(began).ok).toBe(true);
    const filler = fs.openSync(join(disk, 'filler'), 'w');
    expect(() => {
      for (;;) fs.writeSync(filler, Buffer.alloc(4_096));
    }).toThrow('ENOSPC');
    fs.closeSync(filler);
    const kept = fs.readFileSync(run.journal, 'utf8');
    const large = { ...sampleEvents[0], reason: 'x'.repeat(20_000) } as never;
    expect(journal.append([large])).toMatchObject({ ok: false, error: { code: 'ENOSPC', full: true } });
    expect(fs.readFileSync(run.journal, 'utf8')).toBe(kept);
    journal.releaseReserve();
    expect(journal.append([large]).ok).toBe(true);
    expect(journal.append(sampleEvents.slice(3)).ok).toBe(true);
    journal.close();
    expect(verifyFile(run.journal)).toMatchObject({ verdict: 'closed', entries: 5 });
  });
});

describe('the reserve', () => {
  test('is kept while the run is open, renewed by a resume, and gone when it has ended', () => {
    const run = newRun();
    const first = createJournal(run);
    first.append(sampleEvents.slice(0, 2));
    first.releaseReserve();
    first.close();
    const lengths: number[] = [];
    const { journal } = openJournal(run, { grown: (length) => lengths.push(length) });
    expect(lengths).toEqual([fs.statSync(run.journal).size]);
    expect(fs.statSync(run.reserve).size).toBe(256 * 1024);
    journal.append(sampleEvents.slice(2));
    journal.close();
    expect(fs.existsSync(run.reserve)).toBe(false);
  });
});

describe('open', () => {
  test('cut at any offset: what is whole is kept byte for byte, the torn line is gone, and the chain goes on', () => {
    const run = newRun();
    createJournal(run).close();
    const bytes = Buffer.from(whole);
    fc.assert(
      fc.property(fc.nat(bytes.length), (length) => {
        fs.writeFileSync(run.journal, bytes.subarray(0, length));
        const kept = bytes.subarray(0, length).lastIndexOf(10) + 1;
        const { journal, entries, tornBytes } = openJournal(run);
        expect(tornBytes).toBe(length - kept);
        expect(fs.readFileSync(run.journal)).toEqual(bytes.subarray(0, kept));
        journal.append(sampleEvents.slice(entries.length));
        journal.close();
        expect(fs.readFileSync(run.journal, 'utf8')).toBe(whole);
      }),
      { numRuns: 200 },
    );
  });

  test('damage is a fault that names file, line and reason, and leaves the file alone', () => {
    const run = newRun();
    createJournal(run).close();
    const damaged = whole.replace('restore.sh', 'destroy.sh');
    fs.writeFileSync(run.journal, damaged);
    let fault: unknown;
    try {
      openJournal(run);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({
      code: 'journal-damaged',
      message: `The journal ${run.journal} is damaged at line 2: the entry was edited: its content does not give its hash`,
    });
    expect(fs.readFileSync(run.journal, 'utf8')).toBe(damaged);
  });

  test('a journal that is not there is a fault of the call', () => {
    expect(() => readJournal('/nowhere/journal.ndjson')).toThrow('There is no journal /nowhere/journal.ndjson');
  });
});

describe('verifyFile', () => {
  test('says the same for any length of line: chunks do not matter', () => {
    const run = newRun();
    const journal = createJournal(run);
    for (const length of [0, 1_000_000, 1_048_576, 3_000_000, 5]) {
      journal.append([{ ...sampleEvents[0], reason: 'ä'.repeat(length) } as never]);
    }
    const { hash } = journal.link;
    journal.append(sampleEvents.slice(3));
    journal.close();
    expect(verifyFile(run.journal, { head: hash })).toMatchObject({ verdict: 'closed', entries: 6, followedBy: 1 });
    fs.appendFileSync(run.journal, '{"event":');
    expect(verifyFile(run.journal)).toMatchObject({ verdict: 'closed', entries: 6, tornBytes: 9 });
    fs.appendFileSync(run.journal, '\n');
    expect(verifyFile(run.journal)).toMatchObject({ verdict: 'damaged', line: 7, kind: 'not-json' });
  });

  test('a file that cannot be read is a fault of the call', () => {
    expect(() => verifyFile('/nowhere')).toThrow('The journal /nowhere cannot be read (ENOENT)');
    expect(() => verifyFile(temporaryFolder())).toThrow('cannot be read (EISDIR)');
  });
});
