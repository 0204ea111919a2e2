/** The journal's disk: what is on it stays, whatever becomes of the engine. A line may be torn by a crash. */
import type { RunEvent } from '../../src/engine/protocol.ts';
import { origin, type Sealed, sealAll } from '../../src/journal/chain.ts';
import { decodeEntry } from '../../src/journal/codec.ts';
import type { Entry } from '../../src/journal/entry.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { AppendFailure, JournalStore } from '../../src/ports/journal-store.ts';
import { Death, type Mortality } from './mortality.ts';
import type { Crash } from './scenario.ts';

export class Disk implements JournalStore {
  text = '';
  /** The whole entries of `text`. */
  entries: readonly Entry[] = [];
  /** The text as each engine found it. */
  readonly left: string[] = [];
  private readonly mortality: Mortality;
  private readonly fullAtAppend: number;
  private appends = 0;
  private reserve = true;

  constructor(mortality: Mortality, fullAtAppend: number) {
    this.mortality = mortality;
    this.fullAtAppend = fullAtAppend;
  }

  append(events: readonly RunEvent[]): Result<readonly Entry[], AppendFailure> {
    const sealed = sealAll(events, this.entries.at(-1) ?? origin);
    const crash = this.mortality.due();
    if (crash !== undefined) return this.tear(sealed, crash);
    this.appends += 1;
    if (this.reserve && this.fullAtAppend > 0 && this.appends >= this.fullAtAppend) {
      return err({ code: 'ENOSPC', full: true, message: 'no space left on device' });
    }
    for (const { line } of sealed) this.text += line;
    const entries = sealed.map(({ entry }) => entry);
    this.entries = [...this.entries, ...entries];
    this.mortality.passBoundary();
    return ok(entries);
  }

  /** The engine dies while it writes: some whole lines, and half of the next. */
  private tear(sealed: readonly Sealed[], crash: Crash): never {
    const kept = Math.min(crash.tornLines, sealed.length - 1);
    for (const { line } of sealed.slice(0, kept)) this.text += line;
    const torn = sealed[kept]?.line ?? '';
    this.text += torn.slice(0, torn.length / 2);
    throw new Death(crash);
  }

  releaseReserve(): void {
    this.reserve = false;
  }

  /** How a new engine finds it: a torn last line is dropped. */
  reopen(): void {
    this.text = this.text.slice(0, this.text.lastIndexOf('\n') + 1);
    this.left.push(this.text);
    this.entries = this.text.split('\n').slice(0, -1).map(entryOf);
  }
}

function entryOf(line: string): Entry {
  const entry = decodeEntry(line);
  if (entry === undefined) throw new Error(`the disk holds a line that is no entry: ${line}`);
  return entry;
}
