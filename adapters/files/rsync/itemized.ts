/** What rsync says about what it does or would do. Pure. */

export interface Said {
  /** As `%i %n`: what is changed, but for statistics. */
  readonly changes: readonly string[];
  readonly count: number;
  readonly stats: Stats;
}

export interface Stats {
  /** In the source, folders too. */
  readonly inSource: number;
  readonly folders: number;
  readonly transferred: number;
  readonly bytes: number;
  readonly deleted: number;
}

/** As many changes are kept in words; all are counted. */
const shown = 20;

export class Listener {
  readonly #changes: string[] = [];
  #count = 0;
  readonly #numbers = new Map<string, number>();
  #folders = 0;

  readonly hear = (line: string): void => {
    const change = changeIn(line);
    if (change !== null) {
      this.#count += 1;
      if (this.#changes.length < shown) this.#changes.push(change);
      return;
    }
    const [, name, number] = /^(Number of [a-z ]+|Total transferred file size): (\d+)/.exec(line) ?? [];
    if (name === undefined) return;
    this.#numbers.set(name, Number(number));
    if (name === 'Number of files') this.#folders = Number(/dir: (\d+)/.exec(line)?.[1] ?? 0);
  };

  said(): Said {
    const number = (name: string) => this.#numbers.get(name) ?? 0;
    return {
      changes: this.#changes,
      count: this.#count,
      stats: {
        inSource: number('Number of files'),
        folders: this.#folders,
        transferred: number('Number of regular files transferred'),
        bytes: number('Total transferred file size'),
        deleted: number('Number of deleted files'),
      },
    };
  }
}

/**
 * A change in words; null for other lines, and where only owner or group differ: a user who is not root cannot give
 * files away, and for root rsync fails where it could not.
 */
export function changeIn(line: string): string | null {
  const deleted = /^\*deleting\s+(.*)$/.exec(line);
  if (deleted !== null) return `${deleted[1]} is not in the source`;
  const [, kind = '', flags = '', name = ''] = /^([<>ch.][fdLDS])([.+?a-zA-Z]{9}) (.*)$/.exec(line) ?? [];
  if (kind === '') return null;
  if (flags.startsWith('+')) return `${name} is missing`;
  const marks = flags.replaceAll(/[.og]/g, '');
  if (kind.startsWith('.') && marks === '') return null;
  const why = [...new Set(marks)].map((mark) => words[mark]).filter((word) => word !== undefined);
  return `${name} differs${why.length === 0 ? '' : ` (${why.join(', ')})`}`;
}

const words: Readonly<Record<string, string>> = {
  c: 'content',
  s: 'size',
  t: 'time',
  p: 'mode',
  a: 'ACL',
  x: 'attributes',
};
