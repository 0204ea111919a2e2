/** How the demo talks: short sections that read well in 80 columns. Interrupted, it says nothing more. */
import { goOnUnlessInterrupted } from './interruption.ts';

const columns = 78;
const colours = process.stdout.isTTY && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb';
const paint = (code: string, text: string) => (colours ? `\u001B[${code}m${text}\u001B[0m` : text);

let sections = 0;

export function section(title: string): void {
  goOnUnlessInterrupted();
  sections += 1;
  say(`\n${paint('1', `${sections}. ${title}`)}`);
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A paragraph, wrapped and set in by three. */
export function tell(text: string): void {
  goOnUnlessInterrupted();
  let line = '  ';
  for (const word of text.split(/\s+/)) {
    if (line.length + 1 + word.length > columns && line.trim() !== '') {
      say(line);
      line = '  ';
    }
    line += ` ${word}`;
  }
  say(line);
}

/** A command line, as one would type it, broken before a word where it is too long. */
export function command(words: readonly string[]): void {
  goOnUnlessInterrupted();
  const lines = ['$'];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length < columns - 5) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`    ${word}`);
  }
  say(`\n   ${paint('36', lines.join(' \\\n   '))}`);
}

/** What a program said, set in and unwrapped. */
export function quote(text: string): void {
  for (const line of text.trimEnd().split('\n')) say(`   ${paint('2', '│')} ${line}`.trimEnd());
}

export function table(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0))) ?? [];
  for (const row of rows) {
    say(`   ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd());
  }
}

/** One thing that the demo claims; a claim that does not hold ends it. */
export function claim(holds: boolean, what: string): void {
  goOnUnlessInterrupted();
  if (!holds) throw new BrokenClaim(what);
  say(`   ${paint('32', '✓')} ${what}`);
}

export class BrokenClaim extends Error {
  override readonly name = 'BrokenClaim';
}
