/**
 * Reads shell text (POSIX sh and bash) far enough to know how each `${{ … }}` in it is quoted.
 * A misreading can cost a split or a literal `$BACKOUT_V1`, never a command, because values are not pasted; where the
 * shells differ, or would evaluate a value (arithmetic, patterns, subscripts), the reference is refused with a remedy.
 */
import { heredocBody, readHeredoc } from './shell-heredoc.ts';
import {
  atReference,
  behindArithmetic,
  behindQuotes,
  fault,
  refuse,
  type ShellReading,
  take,
  throughVariable,
} from './shell-reading.ts';

/** How the text around is read: as words, inside double quotes, or as the body of a here-document. */
type Quoting = 'none' | 'double' | 'heredoc';

export function scanShell(text: string): Pick<ShellReading, 'references' | 'faults'> {
  const reading: ShellReading = { text, at: 0, limit: text.length, references: [], faults: [], pending: [] };
  while (reading.at < reading.limit) scanCommands(reading);
  return reading;
}

/** Words and operators, up to and with the `)` that closes them, or to the end. */
function scanCommands(reading: ShellReading): void {
  let cases = 0;
  let commandMayBegin = true;
  while (reading.at < reading.limit) {
    const character = reading.text.charAt(reading.at);
    if (character === ')' && cases === 0) {
      reading.at++;
      return;
    }
    if (reading.text.startsWith('\\\n', reading.at)) reading.at += 2;
    else if (/[ \t\r]/.test(character)) reading.at++;
    else if (/[\n;&|()<>]/.test(character)) commandMayBegin = scanOperator(reading, character);
    else {
      const word = scanWord(reading) ?? '';
      if (commandMayBegin && word === 'case') cases++;
      if (commandMayBegin && word === 'esac') cases = Math.max(0, cases - 1);
      if (commandMayBegin && word === '[[') scanTest(reading);
      commandMayBegin = commandMayBegin && /^(?:then|do|else|elif|if|while|until|!|\{|time)$/.test(word);
    }
  }
}

/** Moves behind one operator and what it brings with it; true when a command may begin there. */
function scanOperator(reading: ShellReading, character: string): boolean {
  if (character === '<' && reading.text.startsWith('<<', reading.at)) {
    const heredoc = readHeredoc(reading);
    if (heredoc !== undefined) reading.pending.push(heredoc);
    return false;
  }
  if (character === '(') return scanParentheses(reading);
  reading.at++;
  if (character === '\n') scanHeredocs(reading);
  return !/[<>]/.test(character);
}

function scanParentheses(reading: ShellReading): boolean {
  const end = reading.text.startsWith('((', reading.at) ? behindArithmetic(reading, reading.at + 2) : undefined;
  if (end !== undefined) refuse(reading, end, evaluated, throughVariable);
  else {
    reading.at++;
    scanCommands(reading);
  }
  return true;
}

const evaluated = 'arithmetic, where the shell would evaluate the value';

function scanHeredocs(reading: ShellReading): void {
  const { pending, limit } = reading;
  reading.pending = [];
  for (const heredoc of pending) {
    const { end, next } = heredocBody(reading, heredoc);
    reading.limit = end;
    const remedy = `Write <<${heredoc.delimiter} without quotes.`;
    if (heredoc.literal) refuse(reading, end, 'a here-document whose delimiter is quoted', remedy);
    while (reading.at < end) scanSpecial(reading, 'heredoc');
    reading.limit = limit;
    reading.at = Math.max(reading.at, next);
  }
}

const plainRun = /[^\s;&|()<>'"`$\\]+/y;

/** One word or comment; its text when it is plain, `undefined` when anything in it is quoted or expanded. */
function scanWord(reading: ShellReading): string | undefined {
  const { text, at: start } = reading;
  if (text[start] === '#') {
    const end = text.indexOf('\n', start);
    const remedy = 'Remove it, or move it into a command.';
    refuse(reading, end < 0 ? reading.limit : Math.min(end, reading.limit), 'a comment', remedy);
    return undefined;
  }
  let plain = true;
  while (reading.at < reading.limit && !/[\s;&|()<>]/.test(text.charAt(reading.at))) {
    plainRun.lastIndex = reading.at;
    const run = plainRun.exec(text);
    reading.at += run?.[0].length ?? 0;
    if (run !== null) continue;
    plain = false;
    scanSpecial(reading, 'none');
  }
  return plain ? text.slice(start, reading.at) : undefined;
}

/** Moves behind the one thing that stands at `at`, in any quoting in which `$`, backslash and backtick work. */
function scanSpecial(reading: ShellReading, quoting: Quoting): void {
  const character = reading.text.charAt(reading.at);
  if (atReference(reading)) take(reading, quoting !== 'none');
  else if (character === '$') scanDollar(reading, quoting);
  else if (character === '\\') scanBackslash(reading);
  else if (character === '`') refuse(reading, behindQuotes(reading, '`', '\\'), 'backticks', 'Write $( … ) instead.');
  else if (character === '"' && quoting === 'none') scanDouble(reading);
  else if (character === "'" && quoting === 'none') scanSingle(reading);
  else reading.at++;
}

function scanDouble(reading: ShellReading): void {
  reading.at++;
  while (reading.at < reading.limit && reading.text[reading.at] !== '"') scanSpecial(reading, 'double');
  reading.at++;
}

function scanSingle(reading: ShellReading): void {
  const remedy = 'Close the quotes before it, or use double quotes: "… ${{ … }} …"';
  refuse(reading, behindQuotes(reading, "'", ''), 'single quotes', remedy);
}

function scanBackslash(reading: ShellReading): void {
  reading.at++;
  if (atReference(reading)) fault(reading, 'stands behind a backslash', 'Remove the backslash.');
  else reading.at++;
}

function scanDollar(reading: ShellReading, quoting: Quoting): void {
  const { text, at } = reading;
  const next = text.charAt(at + 1);
  if (text.startsWith('${{', at + 1)) {
    reading.at++;
    fault(reading, 'stands behind a $', 'Remove the $ before it.');
  } else if (next === '(') scanSubstitution(reading);
  else if (next === '{') scanParameter(reading, quoting);
  else if (next === '[') {
    const end = text.indexOf(']', at);
    refuse(reading, end < 0 ? reading.limit : Math.min(end + 1, reading.limit), evaluated, throughVariable);
  } else if (next === "'" && quoting === 'none') {
    reading.at++;
    refuse(reading, behindQuotes(reading, "'", '\\'), "$'…'", 'Close the quotes before it.');
  } else reading.at += next === '$' ? 2 : 1;
}

function scanSubstitution(reading: ShellReading): void {
  const end = reading.text.startsWith('$((', reading.at) ? behindArithmetic(reading, reading.at + 3) : undefined;
  if (end !== undefined) return refuse(reading, end, evaluated, throughVariable);
  reading.at += 2;
  scanCommands(reading);
}

const parameter = /\$\{[!#]?(?:[A-Za-z0-9_]+|[@*?$!#-])?/y;
const wordOperator = /:?[-+?=]/y;

/** From `${` to behind its `}`. Behind `-`, `+` and `?` stands a word; all else is a pattern, an offset or a subscript. */
function scanParameter(reading: ShellReading, quoting: Quoting): void {
  const { text } = reading;
  parameter.lastIndex = reading.at;
  reading.at += parameter.exec(text)?.[0].length ?? 2;
  wordOperator.lastIndex = reading.at;
  const operator = wordOperator.exec(text)?.[0];
  const keepsText = operator !== undefined && !(operator.endsWith('=') && quoting === 'none');
  while (reading.at < reading.limit && text[reading.at] !== '}') {
    const character = text[reading.at];
    if (atReference(reading) && !keepsText)
      fault(reading, 'stands in ${…}, which would not keep it as text', throughVariable);
    else if (character === '"' && quoting !== 'none') scanInnerQuotes(reading);
    else if (character === "'" && quoting !== 'none' && operator === undefined) scanSingle(reading);
    else scanSpecial(reading, quoting);
  }
  reading.at++;
}

/** `"${x:-"…"}"`: shells disagree about whether the inner quotes protect or expose. */
function scanInnerQuotes(reading: ShellReading): void {
  reading.at++;
  while (reading.at < reading.limit && reading.text[reading.at] !== '"') {
    if (atReference(reading)) fault(reading, 'stands in quotes inside "${…}"', 'Remove the inner quotes.');
    else scanSpecial(reading, 'double');
  }
  reading.at++;
}

/** bash evaluates both sides of `-eq` and its like as arithmetic, quoted or not. */
function scanTest(reading: ShellReading): void {
  const end = reading.text.indexOf(']]', reading.at);
  if (end < 0 || end > reading.limit || !/\s-(?:eq|ne|lt|le|gt|ge|v)\s/.test(reading.text.slice(reading.at, end)))
    return;
  const remedy = 'Use [ … ] instead, which compares numbers without evaluating them.';
  refuse(reading, end, '[[ … ]] with a comparison of numbers, where bash would evaluate the value', remedy);
}
