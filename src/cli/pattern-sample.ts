/**
 * A short text that suits a regular expression: what stands in for a parameter that nobody has given yet. Knows
 * literals, classes, groups, alternatives and counts; the caller looks whether the text really suits.
 */

/** Undefined where the pattern uses something else (look-around, back references). */
export function sampleOf(pattern: string): string | undefined {
  const reader = new Reader(pattern);
  const text = reader.alternatives();
  return reader.isAtEnd ? text : undefined;
}

const classes: Readonly<Record<string, string>> = { d: '1', w: 'a', s: ' ', S: 'a', D: 'a', W: '-', b: '', B: '' };
const named: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
/** Tried in this order for a class such as `[^,\s]`. */
const usual = 'a1A0z.-_/: @'.split('');

class Reader {
  private readonly pattern: string;
  private at = 0;
  private broken = false;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  get isAtEnd(): boolean {
    return !this.broken && this.at === this.pattern.length;
  }

  /** The first of the alternatives; the others are read and dropped. */
  alternatives(): string {
    const first = this.sequence();
    while (this.take('|')) this.sequence();
    return first;
  }

  private sequence(): string {
    let text = '';
    while (!this.broken && this.at < this.pattern.length && !'|)'.includes(this.peek))
      text += this.counted(this.atom());
    return text;
  }

  private atom(): string {
    const character = this.next();
    switch (character) {
      case '^':
      case '$':
        return '';
      case '.':
        return 'a';
      case '[':
        return this.oneOf();
      case '(':
        return this.group();
      case '\\':
        return this.escaped(this.next());
      default:
        return character;
    }
  }

  private group(): string {
    if (this.take('?') && !this.take(':')) this.broken = true;
    const text = this.alternatives();
    if (!this.take(')')) this.broken = true;
    return text;
  }

  private escaped(character: string): string {
    if (/[0-9kpPuxc]/.test(character)) this.broken = true;
    return classes[character] ?? named[character] ?? character;
  }

  private oneOf(): string {
    const end = this.endOfClass();
    const written = this.pattern.slice(this.at - 1, end + 1);
    this.at = end + 1;
    try {
      const rule = new RegExp(`^${written}$`);
      const first = written.replace('[^', '').replaceAll(/[[\]\\]/g, '');
      return [...usual, ...first].find((each) => rule.test(each)) ?? '';
    } catch {
      this.broken = true;
      return '';
    }
  }

  private endOfClass(): number {
    let end = this.at;
    while (end < this.pattern.length && this.pattern[end] !== ']') end += this.pattern[end] === '\\' ? 2 : 1;
    return end;
  }

  /** As often as it must be. */
  private counted(text: string): string {
    const count = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(this.pattern.slice(this.at));
    if (count === null) return text;
    this.at += count[0].length;
    if (count[1] !== undefined) return text.repeat(Math.min(Number(count[1]), 1_000));
    return count[0].startsWith('+') ? text : '';
  }

  private get peek(): string {
    return this.pattern[this.at] ?? '';
  }

  private next(): string {
    const character = this.peek;
    this.at += 1;
    return character;
  }

  private take(character: string): boolean {
    if (this.peek !== character) return false;
    this.at += 1;
    return true;
  }
}
