/**
 * One run's part of a file that holds the journals of several runs, in any order of their lines. A run's lines are found
 * by the chain: each names the hash of the one before. Decides how much of the journal stands there; reads no files.
 */
import { genesis } from '../../journal/entry.ts';

/** Where the copy has to go on. */
export interface GoOn {
  /** Bytes of the journal that stand in the file. */
  readonly offset: number;
  /** The file ends with the beginning of the line that is due. */
  readonly withinLine: boolean;
}

const newline = 0x0a;
const opening = Buffer.from('{"event":');
const longestEnd = 512;
const ending = /"hash":"([0-9a-f]{64})","prev":"([0-9a-f]{64})","seq":\d+,(?:"sig":"[^"]*",)?"time":"[^"]*","v":\d+\}$/;

export class OwnPart {
  readonly #lines: readonly Buffer[];
  /** Which of the lines names that hash as its predecessor. */
  readonly #following = new Map<string, number>();
  readonly #run: unknown;
  #next = 0;
  #offset = 0;

  /** `journal`: as long as it is now; half a line at its end does not count. */
  constructor(journal: Buffer) {
    this.#lines = linesOf(journal);
    for (const [index, line] of this.#lines.entries()) {
      const hash = linkOf(line)?.hash;
      if (hash !== undefined) this.#following.set(hash, index + 1);
    }
    this.#run = runOf(this.#lines[0]);
  }

  /** A whole line of the file, without its newline. Throws an Error that says what is wrong with this run's part. */
  push(line: Buffer): void {
    const due = this.#lines[this.#next];
    if (due?.equals(line)) {
      this.#next += 1;
      this.#offset += line.length + 1;
      return;
    }
    refuseOther(line);
    const place = this.#placeOf(line);
    if (place !== undefined) throw new Error(this.#trouble(place, line));
  }

  /** `tail`: what stands in the file behind its last whole line. */
  finish(tail: Buffer): GoOn {
    refuseOther(tail);
    const due = this.#lines[this.#next];
    const withinLine = tail.length > 0 && due !== undefined && due.subarray(0, tail.length).equals(tail);
    return { offset: this.#offset + (withinLine ? tail.length : 0), withinLine };
  }

  /** Which entry of this run (0: the first) the line holds or claims to hold; undefined: it is another run's. */
  #placeOf(line: Buffer): number | undefined {
    const prev = linkOf(line)?.prev;
    if (prev === undefined) return undefined;
    if (prev !== genesis) return this.#following.get(prev);
    return this.#run !== undefined && runOf(line) === this.#run ? 0 : undefined;
  }

  #trouble(place: number, line: Buffer): string {
    const ours = this.#lines[place];
    if (ours === undefined) return 'it holds more of this run than the journal: the journal was cut';
    if (!ours.equals(line)) return `entry ${place + 1} of this run is another one there: it or the journal was edited`;
    if (place < this.#next) return `entry ${place + 1} of this run stands in it twice: it was edited`;
    return `entry ${this.#next + 1} of this run is not in it, and later ones are: it was cut or edited`;
  }
}

function linesOf(journal: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = journal.indexOf(newline); end >= 0; end = journal.indexOf(newline, start)) {
    lines.push(journal.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** What every line of a journal begins with, also one that was cut short. */
function refuseOther(line: Buffer): void {
  const length = Math.min(line.length, opening.length);
  if (line.subarray(0, length).equals(opening.subarray(0, length))) return;
  throw new Error('it holds something else than journals of runs');
}

function linkOf(line: Buffer): { readonly hash: string; readonly prev: string } | undefined {
  const [, hash, prev] = ending.exec(line.toString('latin1', Math.max(0, line.length - longestEnd))) ?? [];
  return hash === undefined || prev === undefined ? undefined : { hash, prev };
}

function runOf(line: Buffer | undefined): unknown {
  try {
    return JSON.parse(line?.toString('utf8') ?? '').event.run;
  } catch {
    return undefined;
  }
}
