/** A journal as long as wanted: the events of a real run, over and over, sealed into one real chain. */
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../src/engine/protocol.ts';
import { type Link, origin, seal } from '../src/journal/chain.ts';
import { decodeEntry } from '../src/journal/codec.ts';
import { backout } from './contenders.ts';
import { type Scratch, time } from './stopwatch.ts';
import { playbook } from './work.ts';

const flushAt = 4 << 20;

/** Closed: it ends with the run's end. Returns its length in bytes. */
export function writeJournal(path: string, events: readonly RunEvent[], entries: number): number {
  const [end, ...middle] = events.toReversed();
  if (end === undefined || middle.length === 0) throw new Error('the sample run has no events');
  const repeated = middle.toReversed();
  const fd = openSync(path, 'w');
  let link: Link = origin;
  let bytes = 0;
  let text = '';
  for (let index = 0; index < entries; index++) {
    const event = index === entries - 1 ? end : (repeated[index % repeated.length] ?? end);
    const { entry, line } = seal(event, link);
    link = entry;
    text += line;
    if (text.length < flushAt && index < entries - 1) continue;
    bytes += writeSync(fd, text);
    text = '';
  }
  closeSync(fd);
  return bytes;
}

/** The events of a run of six steps. */
export function sampleEvents(scratch: Scratch): readonly RunEvent[] {
  const home = join(scratch.path, 'sample');
  const plan = playbook(scratch, { steps: 6, command: 'true', wide: 1, sixPhases: true });
  time(scratch, backout(scratch, ['run', plan, '--yes', '--home', home]));
  const [run = ''] = readdirSync(join(home, 'runs'));
  const lines = readFileSync(join(home, 'runs', run, 'journal.ndjson'), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.flatMap((line) => decodeEntry(line)?.event ?? []);
}
