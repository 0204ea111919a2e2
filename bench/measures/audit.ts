/** `audit verify` of a long journal, as a whole process; beside it `sha256sum`, which only reads and hashes. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { backout } from '../contenders.ts';
import { sampleEvents, writeJournal } from '../million-entries.ts';
import { inTurn, type Rounds, ratioOf, values } from '../rounds.ts';
import { median } from '../statistics.ts';
import { time } from '../stopwatch.ts';
import { type Bench, oursAtLeast, type Row, ratioAtMost } from './measure.ts';

export function audit(bench: Bench): readonly Row[] {
  const entries = bench.quick ? 200_000 : 1_000_000;
  const long = join(bench.scratch.path, 'long.ndjson');
  const short = join(bench.scratch.path, 'short.ndjson');
  try {
    const events = sampleEvents(bench.scratch);
    const bytes = writeJournal(long, events, entries);
    writeJournal(short, events, entries / 5);
    return rows(rounds(bench, long, short, bytes), entries, bytes);
  } finally {
    for (const path of [long, short]) rmSync(path, { force: true });
  }
}

/** A fifth of the length shows whether memory grows with it. */
function rounds({ scratch, limits }: Bench, long: string, short: string, bytes: number): Rounds {
  const verify = (path: string) => time(scratch, backout(scratch, ['audit', 'verify', path]));
  const speed = (ms: number) => bytes / 1e6 / (ms / 1_000);
  const contenders = [
    {
      name: 'backout',
      once: () => {
        const { ms, peakMiB } = verify(long);
        return { speed: speed(ms), MiB: peakMiB };
      },
    },
    { name: 'short', once: () => ({ MiB: verify(short).peakMiB }) },
    { name: 'sha256sum', once: () => ({ speed: speed(time(scratch, { argv: ['sha256sum', long] }).ms) }) },
  ];
  return inTurn(contenders, limits(5));
}

function rows(taken: Rounds, entries: number, bytes: number): readonly Row[] {
  const work = `audit verify, ${entries.toLocaleString('en')} entries (${Math.round(bytes / 1e6)} MB)`;
  const speeds = [values(taken, 'backout', 'speed'), values(taken, 'sha256sum', 'speed')] as const;
  const memory = [values(taken, 'backout', 'MiB'), values(taken, 'short', 'MiB')] as const;
  return [
    {
      measure: 'audit',
      work,
      against: 'sha256sum',
      ours: median(speeds[0]),
      theirs: median(speeds[1]),
      unit: 'MB/s',
      ratio: ratioOf(...speeds),
      target: oursAtLeast(100),
    },
    {
      measure: 'audit',
      work: `${work}, peak memory`,
      against: 'a fifth of the entries',
      ours: median(memory[0]),
      theirs: median(memory[1]),
      unit: 'MiB',
      ratio: ratioOf(...memory),
      target: ratioAtMost(1.1),
    },
  ];
}
