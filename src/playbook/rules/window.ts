/** The end of the change window is an instant that there is; of its form the schema speaks. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { instantForm, parseInstant } from '../../kernel/instant.ts';
import type { Examined } from '../examined.ts';
import { nameOf, shown } from '../schema-issues.ts';

export function checkWindow({ content, document }: Examined): readonly Diagnostic[] {
  const ends = content.change?.windowEnds;
  if (typeof ends !== 'string' || !instantForm.test(ends)) return [];
  const parsed = parseInstant(ends);
  if (parsed.ok) return [];
  const path = ['change', 'windowEnds'];
  const message = `${nameOf(document, path)} is ${shown(ends)}: ${parsed.error.reason}`;
  return [document.error('invalid-value', path, message, parsed.error.remedy)];
}
