/** What `mariadb --batch --skip-column-names` prints, as rows. */
import type { Rows } from '../support/query-expect.ts';

/** The program prints NULL for both SQL's NULL and the text `NULL`; it is taken for the former. */
export function rowsOf(printed: string): Rows {
  const lines = printed.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.split('\t').map((column) => (column === 'NULL' ? null : plain(column))));
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', '0': '\0', '\\': '\\' };

const plain = (column: string): string =>
  column.includes('\\')
    ? column.replaceAll(/\\([tn0\\])/g, (whole, letter: string) => escapes[letter] ?? whole)
    : column;
