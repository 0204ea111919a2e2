/**
 * Secrets must not leave (P9), also not in the forms that programs commonly print them in. `secretForms` lists those
 * forms, `redact` replaces them in a whole text; supervisor.pl does the same on a stream.
 */

import { type FormTable, formTable } from './form-table.ts';

/** A shorter secret is refused: its forms would turn up in innocent text. In characters. */
export const minimumSecretLength = 6;
const mask = '***';
/** A line of a secret of many lines (a key file) counts as one from this length on. */
const minimumLineLength = 8;

/**
 * Every form of the secrets that is replaced, longest first, each once: as it is, base64 and base64url at any
 * alignment, URL-encoded, hex, JSON- and shell-escaped, with and without its trailing newline, and line by line.
 */
export function secretForms(secrets: readonly string[]): readonly string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    for (const text of [secret, secret.replace(/[\r\n]+$/, '')]) {
      if (text.length < minimumSecretLength) continue;
      for (const form of formsOf(text.toWellFormed())) forms.add(form);
    }
  }
  return [...forms].filter((form) => form.length >= minimumSecretLength).sort(longestFirst);
}

/** The text with every occurrence of a form, from the left and the longest first, wrapped or not, replaced by `***`. */
export function redact(text: string, forms: readonly string[]): string {
  if (forms.length === 0 || text === '') return text;
  const table = tableOf(forms);
  let redacted = '';
  let from = 0;
  for (let at = table.next(text, 0); at >= 0; ) {
    const length = table.at(text, at);
    if (length > 0) {
      redacted += text.slice(from, at) + mask;
      from = at + length;
    }
    at = table.next(text, at + (length || 1));
  }
  return redacted + text.slice(from);
}

const tables = new WeakMap<readonly string[], FormTable>();

function tableOf(forms: readonly string[]): FormTable {
  const known = tables.get(forms);
  if (known !== undefined) return known;
  const table = formTable([...forms].sort(longestFirst));
  tables.set(forms, table);
  return table;
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length || (a < b ? -1 : 1);
}

function* formsOf(text: string): Generator<string> {
  yield text;
  yield* linesOf(text, minimumLineLength);
  yield* base64Forms(Buffer.from(text));
  const hex = Buffer.from(text).toString('hex');
  yield* [hex, hex.toUpperCase()];
  for (const encoded of urlForms(text)) {
    yield* [encoded, encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())];
  }
  yield* jsonForms(text);
  yield* shellForms(text);
}

function linesOf(text: string, atLeast: number): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= atLeast);
}

/** What of the base64 text depends on the secret alone, whatever stands before (0 to 2 bytes off) and behind it. */
function* base64Forms(bytes: Buffer): Generator<string> {
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const first = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    yield* bothAlphabets(encoded.slice(first, end));
  }
  const alone = bytes.toString('base64');
  yield* bothAlphabets(alone);
  yield* bothAlphabets(alone.replace(/=+$/, ''));
  // As `base64` and `openssl` wrap it.
  for (const width of [76, 64]) {
    if (alone.length > width) yield* alone.match(new RegExp(`.{${minimumLineLength},${width}}`, 'g')) ?? [];
  }
}

function bothAlphabets(base64: string): readonly string[] {
  return [base64, base64.replaceAll('+', '-').replaceAll('/', '_')];
}

/** As browsers, forms, curl, Python and whole-address encoders write it. */
function urlForms(text: string): readonly string[] {
  const component = encodeURIComponent(text);
  const unreserved = component.replace(/[!'()*]/g, percent);
  const form = new URLSearchParams([['', text]]).toString().slice(1);
  const plain = [component, unreserved, form, unreserved.replaceAll('%2F', '/'), encodeURI(text)];
  return [...plain, ...plain.map((encoded) => encoded.replaceAll('%20', '+'))];
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** As most write it; with all beyond ASCII escaped (Python); safe for HTML (Go); with escaped slashes (PHP). */
function jsonForms(text: string): readonly string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  const ascii = plain.replace(/[\u007f-\uffff]/g, unicode);
  const html = plain.replace(/[<>&\u2028\u2029]/g, unicode);
  const slashes = [plain, ascii].map((form) => form.replaceAll('/', '\\/'));
  return [plain, ascii, html, ...slashes, upperUnicode(ascii), upperUnicode(html)];
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function upperUnicode(text: string): string {
  return text.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`);
}

/** Inside single quotes (two ways), inside double quotes, with backslashes (`printf %q`), and as `$'…'`. */
function shellForms(text: string): readonly string[] {
  const single = text.replaceAll("'", "'\\''");
  const mixed = text.replaceAll("'", `'"'"'`);
  const double = text.replace(/[$`"\\]/g, '\\$&');
  const backslashed = text.replace(/[^\w@%+=:,./\-\u0080-\uffff\n]/g, '\\$&');
  const ansi = text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
  return [single, mixed, double, backslashed, ansi];
}
