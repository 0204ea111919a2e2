/** Shell text as lint reads it: line by line. */

/** The patterns look back and forth in a line: what is longer is data, and would take minutes. */
const longest = 4_000;

export function shellLines(text: string): readonly string[] {
  return text.split('\n').map((line) => line.slice(0, longest));
}
