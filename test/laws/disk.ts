/** The journal's disk: what is on it stays, whatever becomes of the engine. A line may be torn by a crash. */
import type { RunEvent } from '../../src/engine/protocol.ts';
import { origin, sealAll } from '../../src/journal/chain.ts';
import { decodeEntry } from '../../src/journal/codec.ts';
import type { Entry } from '../../src/journal/entry.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { AppendFailure, JournalStore } from '../../src/ports/journal-store.ts';
import { Death, type Mortality } from './mortality.ts';

export class Disk implements JournalStore {
  text = '';
  /** Every text that a crash left behind. */
  readonly left: string[] = [];
  private readonly mortality: Mortality;
  private readonly fullAtAppend: number;
  private appends = 0;
  private reserve = true;

  constructor(mortality: Mortality, fullAtAppend: number) {
    this.mortality = mortality;
    this.fullAtAppend = fullAtAppend;
  }

  entries(): readonly Entry[] {
    return this.text
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const entry = decodeEntry(line);
        if (entry === undefined) throw new Error(`the disk holds no entry: ${line}`);
        return entry;
      });
  }

  append(events: readonly RunEvent[]): Result<readonly Entry[], AppendFailure> {
    const sealed = sealAll(events, this.entries().at(-1) ?? origin);
    const before = this.mortality.due();
    if (before !== undefined) {
      const kept = Math.min(before.tornLines, sealed.length - 1);
      const torn = sealed[kept]?.line ?? '';
      this.write(
        `${sealed
          .slice(0, kept)
          .map(({ line }) => line)
          .join('')}${torn.slice(0, torn.length / 2)}`,
      );
      throw new Death(before);
    }
    this.appends += 1;
    if (this.reserve && this.fullAtAppend > 0 && this.appends >= this.fullAtAppend) {
      return err({ code: 'ENOSPC', full: true, message: 'no space left on device' });
    }
    this.write(sealed.map(({ line }) => line).join(''));
    this.mortality.passBoundary();
    return ok(sealed.map(({ entry }) => entry));
  }

  releaseReserve(): void {
    this.reserve = false;
  }

  /** How a new engine finds it: a torn last line is dropped. */
  reopen(): void {
    this.text = this.text.slice(0, this.text.lastIndexOf('\n') + 1);
    this.left.push(this.text);
  }

  private write(text: string): void {
    this.text += text;
  }
}
