/** Ansible's ranges in names: `web[01:10].example.com`, `db-[a:c]`, `node[1:9:2]`. */
import { err, ok, type Result } from '../../kernel/result.ts';

const pattern = /\[([0-9]+|[A-Za-z]):([0-9]+|[A-Za-z])(?::([0-9]+))?\]/;
/** A slip of the pen must not become a million hosts. */
const most = 100_000;

export function expandRange(text: string): Result<readonly string[], string> {
  const found = pattern.exec(text);
  if (found === null) return ok([text]);
  const [range, first = '', last = '', step = '1'] = found;
  const items = itemsOf(first, last, Number(step));
  if (items === undefined || items.length === 0)
    return err(`${range} in ${text} is no range; write for example [01:10] or [a:f]`);
  if (items.length > most) return err(`${range} in ${text} are ${items.length} hosts; at most ${most} are taken`);
  const [before, after] = [text.slice(0, found.index), text.slice(found.index + range.length)];
  const names: string[] = [];
  for (const item of items) {
    const rest = expandRange(after);
    if (!rest.ok) return rest;
    for (const end of rest.value) names.push(`${before}${item}${end}`);
    if (names.length > most) return err(`${text} are more than ${most} hosts`);
  }
  return ok(names);
}

/** With as many digits as the first one has. */
function itemsOf(first: string, last: string, step: number): readonly string[] | undefined {
  const [isNumber, isLastNumber] = [/^\d/.test(first), /^\d/.test(last)];
  if (isNumber !== isLastNumber || step < 1) return undefined;
  const code = (text: string) => (isNumber ? Number(text) : (text.codePointAt(0) ?? 0));
  const [from, to] = [code(first), code(last)];
  const count = Math.floor((to - from) / step) + 1;
  if (count > most) return Array.from({ length: most + 1 }, () => '');
  const shown = (value: number) => (isNumber ? String(value).padStart(first.length, '0') : String.fromCodePoint(value));
  return Array.from({ length: Math.max(0, count) }, (_, index) => shown(from + index * step));
}
