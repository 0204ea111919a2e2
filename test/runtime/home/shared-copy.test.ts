/** One `--journal-copy` file for many runs: each one's part is whole and in order, and what was done to it is said. */
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RunEvent } from '../../../src/engine/protocol.ts';
import { origin, sealAll } from '../../../src/journal/chain.ts';
import { openJournalCopy } from '../../../src/runtime/home/journal-copy.ts';
import { sampleEvents } from '../../journal/sample.ts';
import { temporaryFolder } from './scratch.ts';

const patience = 20_000;

function linesOf(run: string): readonly string[] {
  const events = sampleEvents.map((event) => (event.type === 'run.began' ? { ...event, run } : event) as RunEvent);
  return sealAll(events, origin).map(({ line }) => line);
}

const mine = linesOf('01JD0000000000000000000001');
const other = linesOf('01JD0000000000000000000002');

/** A run's journal with that many of its lines; `copy` brings them into the file and answers what was told. */
function scene(...held: readonly string[]) {
  const folder = temporaryFolder();
  const path = join(folder, 'copy.ndjson');
  if (held.length > 0) writeFileSync(path, held.join(''));
  const copy = async (lines: readonly string[], name = 'mine'): Promise<readonly string[]> => {
    const journal = join(folder, name);
    writeFileSync(journal, lines.join(''));
    const told: string[] = [];
    const follower = openJournalCopy(journal, path, (message) => told.push(message));
    follower.grown(statSync(journal).size);
    await follower.close(patience);
    return told;
  };
  return { folder, path, copy, text: () => readFileSync(path, 'utf8') };
}

describe('several runs', () => {
  test('one after the other, and a resume of the first goes on behind the second', async () => {
    const { copy, text } = scene();
    expect(await copy(mine.slice(0, 2))).toEqual([]);
    expect(await copy(other, 'other')).toEqual([]);
    expect(await copy(mine)).toEqual([]);
    expect(text()).toBe([...mine.slice(0, 2), ...other, ...mine.slice(2)].join(''));
  });

  test('at once, each in its own pace: every line is whole, and each part in order', async () => {
    const { folder, path } = scene();
    const told: string[] = [];
    const runs = Array.from({ length: 6 }, (_, index) => {
      const journal = join(folder, String(index));
      writeFileSync(journal, '');
      const lines = linesOf(`01JD000000000000000000001${index}`);
      return { journal, lines, follower: openJournalCopy(journal, path, (message) => told.push(message)) };
    });
    await Promise.all(
      runs.map(async ({ journal, lines, follower }) => {
        for (const line of lines) {
          appendFileSync(journal, line);
          follower.grown(statSync(journal).size);
          await new Promise(setImmediate);
        }
        expect(await follower.close(patience)).toBe(true);
      }),
    );
    const held = readFileSync(path, 'utf8').split(/(?<=\n)/);
    for (const { lines } of runs) expect(held.filter((line) => lines.includes(line))).toEqual(lines);
    expect([held.length, told]).toEqual([24, []]);
  });

  test('whatever stands between, and wherever it was left, the part becomes whole', async () => {
    const shuffles = fc.tuple(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), fc.nat(4), fc.nat(4), fc.boolean());
    await fc.assert(
      fc.asyncProperty(shuffles, async ([order, ours, theirs, ownFirst]) => {
        const parts = [mine.slice(0, ours), other.slice(0, theirs)];
        const queues = ownFirst ? parts : parts.toReversed();
        const held = order.flatMap((turn) => (queues[turn % 2] as string[]).splice(0, 1 + (turn >> 1)));
        const { copy, text } = scene(...held, ...queues.flat());
        expect(await copy(mine)).toEqual([]);
        expect(
          text()
            .split(/(?<=\n)/)
            .filter((line) => mine.includes(line)),
        ).toEqual(mine);
      }),
      { numRuns: 40 },
    );
  });

  test('half a line of another run is not gone on with', async () => {
    const half = other[1]?.slice(0, 60) ?? '';
    const { copy, text } = scene(other[0] ?? '', half);
    expect(await copy(mine)).toEqual([]);
    expect(await copy(other, 'other')).toEqual([]);
    expect(text()).toBe([other[0], `${half}\n`, ...mine, ...other.slice(1)].join(''));
  });

  test('half a line of its own is gone on with, also behind another run', async () => {
    const { copy, text } = scene(mine[0] ?? '', ...other, mine[1]?.slice(0, 200) ?? '');
    expect(await copy(mine)).toEqual([]);
    expect(text()).toBe([mine[0], ...other, ...mine.slice(1)].join(''));
  });
});

describe('what was done to it is said, and nothing is added', () => {
  const edited = (line: string | undefined) => line?.replace('restore-db', 'restore-xx') ?? '';
  const told: readonly [string, readonly (string | undefined)[], readonly string[], string][] = [
    ['a removed line', [mine[0], ...other, mine[2]], mine, 'entry 2 of this run is not in it, and later ones are'],
    ['a removed beginning', [...other, mine[1], mine[2]], mine, 'entry 1 of this run is not in it'],
    ['an edited line', [mine[0], edited(mine[1]), ...other], mine, 'entry 2 of this run is another one there'],
    ['an edited beginning', [mine[0]?.replace('4711', '4712'), ...other], mine, 'entry 1 of this run is another'],
    ['a line without its end', [mine[0], 'x', mine[1], mine[2]], mine, 'something else than journals of runs'],
    ['a line twice', [...mine.slice(0, 2), mine[1]], mine, 'entry 2 of this run stands in it twice'],
    ['a journal that was cut', [...mine, ...other], mine.slice(0, 2), 'more of this run than the journal'],
  ];
  test.each(told)('%s', async (_, held, journal, message) => {
    const lines = held.map((line) => line ?? '');
    const { copy, text } = scene(...lines);
    const [first, ...rest] = await copy(journal);
    expect(first).toContain(message);
    expect(rest).toEqual([expect.stringContaining('it did not take everything')]);
    expect(text()).toBe(lines.join(''));
  });

  test('in the part of another run it is that run that says so', async () => {
    const { copy } = scene(other[0] ?? '', edited(other[1]), other[2] ?? '');
    expect(await copy(mine)).toEqual([]);
    expect((await copy(other, 'other'))[0]).toContain('entry 2 of this run is another one there');
  });
});
