/** Programs in shell text that read their arguments as program text once more, where a `${{ … }}` is among these. */
import { endOfExpression } from '../template.ts';

interface Rereading {
  readonly name: string;
  /** Which `${{ … }}` of the text, from 0: the first that the program gets. */
  readonly expression: number;
}

const shells = String.raw`(?:ba|da|z|k)?sh\s+(?:-\w+\s+)*-\w*c`;
const languages = [
  String.raw`python(?:\d[\d.]*)?\s+(?:-\w+\s+)*-\w*c`,
  String.raw`(?:perl|ruby)\s+(?:-\S+\s+)*-\w*[eE]`,
  String.raw`node\s+(?:-\S+\s+)*(?:-\w*[ep]|--eval|--print)`,
  String.raw`php\s+(?:-\w+\s+)*-r`,
].join('|');
/** At the begin of a quoted text too, but there `let` and `ssh` are mostly words of a message. */
const program = new RegExp(
  String.raw`(?:(?<=^|[\s;&|(]|\/bin\/)(?:eval|ssh|let|trap|xargs|su|watch|${shells}|${languages})|(?<=["'])(?:eval|${shells}|${languages}))(?=\s)`,
  'gm',
);

/** No command is so long: what follows is not looked at. */
const longest = 4_000;

/** Each program, once a line. */
export function rereadingPrograms(text: string): readonly Rereading[] {
  const expressions = [...text.matchAll(/\$\{\{/g)].map(({ index }) => index);
  const lines = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const said = new Set<string>();
  return [...text.matchAll(program)].flatMap(({ 0: found, index }) => {
    const line = lines[firstFrom(lines, index + 1) - 1] ?? 0;
    const name = found.replaceAll(/\s+/g, ' ');
    if (said.has(`${line} ${name}`)) return [];
    const expression = firstFrom(expressions, isPiped(text, index) ? line : index);
    const start = expressions[expression] ?? Number.POSITIVE_INFINITY;
    if (start > index + longest || start > commandEnd(text, index)) return [];
    said.add(`${line} ${name}`);
    return [{ name, expression }];
  });
}

/** Where in the ascending list the first stands that is not below `least`. */
function firstFrom(list: readonly number[], least: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** It may read as text what the command before it has written. */
function isPiped(text: string, index: number): boolean {
  return /[^|]\|\s*(?:sudo\s+)?$/.test(text.slice(Math.max(0, index - 20), index));
}

/** Where the command ends that begins at `from`: at ; & | or a line break outside of quotes and parentheses. */
function commandEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + longest);
  const open: string[] = [];
  for (let at = from; at < limit; at++) {
    const character = text.charAt(at);
    const inside = open.at(-1);
    if (text.startsWith('${{', at)) at = (endOfExpression(text, at) ?? limit) - 1;
    else if (character === '\\' && inside !== "'") at++;
    else if (character === inside) open.pop();
    else if (inside === "'") continue;
    else if (character === '(' && (inside !== '"' || text[at - 1] === '$')) open.push(')');
    else if (inside === '"') continue;
    else if (character === '"' || character === "'") open.push(character);
    else if (inside === undefined && /[;&|\n)]/.test(character)) return at;
  }
  return limit;
}
