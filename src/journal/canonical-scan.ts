/**
 * Is a stretch of bytes one JSON value in canonical form (RFC 8785)? Answered in one pass over the bytes, without
 * building the value, because the verifier asks it of every entry.
 *
 * Why it is asked at all: an entry's hash is over the very bytes, so an edit is found without it. But whoever makes a
 * whole new chain could write an entry that two readers read differently (a key twice, say), with a hash that fits.
 * Sorted keys without doubles, one spelling of each string and number and no space leave one reading only.
 */
import { isUtf8 } from 'node:buffer';

const maxDepth = 200;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** `start` inclusive, `end` exclusive. Values nested deeper than 200 are refused. */
export function isCanonicalJson(bytes: Buffer, start: number, end: number): boolean {
  const scan: Scan = { bytes, end, ascii: true };
  if (value(scan, start, 0) !== end) return false;
  return scan.ascii || isUtf8(bytes.subarray(start, end));
}

interface Scan {
  readonly bytes: Buffer;
  readonly end: number;
  ascii: boolean;
}

/** Each of these returns the index after what begins at `at`, or -1 where it is not canonical. */
function value(scan: Scan, at: number, depth: number): number {
  if (at >= scan.end || depth > maxDepth) return -1;
  switch (scan.bytes[at]) {
    case quote:
      return string(scan, at);
    case openBrace:
      return object(scan, at, depth);
    case openBracket:
      return array(scan, at, depth);
    case 0x74:
      return word(scan, at, words.true);
    case 0x66:
      return word(scan, at, words.false);
    case 0x6e:
      return word(scan, at, words.null);
    default:
      return number(scan, at);
  }
}

function object(scan: Scan, at: number, depth: number): number {
  const { bytes } = scan;
  if (bytes[at + 1] === closeBrace) return at + 2;
  let key = -1;
  let keyEnd = -1;
  let next = at + 1;
  for (;;) {
    const end = bytes[next] === quote ? string(scan, next) : -1;
    if (end < 0 || bytes[end] !== colon) return -1;
    if (key >= 0 && !isBefore(bytes, key, keyEnd, next, end)) return -1;
    key = next;
    keyEnd = end;
    next = value(scan, end + 1, depth + 1);
    if (next < 0) return -1;
    if (bytes[next] === closeBrace) return next + 1;
    if (bytes[next] !== comma) return -1;
    next += 1;
  }
}

function array(scan: Scan, at: number, depth: number): number {
  const { bytes } = scan;
  if (bytes[at + 1] === closeBracket) return at + 2;
  let next = at + 1;
  for (;;) {
    next = value(scan, next, depth + 1);
    if (next < 0) return -1;
    if (bytes[next] === closeBracket) return next + 1;
    if (bytes[next] !== comma) return -1;
    next += 1;
  }
}

/** One key stands before another, quotes included: by UTF-16 code units, which bytes show for plain ASCII alone. */
function isBefore(bytes: Buffer, a: number, aEnd: number, b: number, bEnd: number): boolean {
  const length = Math.min(aEnd - a, bEnd - b) - 1;
  for (let i = 1; i < length; i++) {
    const left = bytes[a + i] ?? 0;
    const right = bytes[b + i] ?? 0;
    if (left >= 0x80 || right >= 0x80 || left === backslash || right === backslash) {
      return text(bytes, a, aEnd) < text(bytes, b, bEnd);
    }
    if (left !== right) return left < right;
  }
  return aEnd - a < bEnd - b;
}

function text(bytes: Buffer, start: number, end: number): string {
  return String(JSON.parse(bytes.toString('utf8', start, end)));
}

/** Bytes that stand for themselves inside a string; 0 (also: behind the last byte) is none of them. */
const ordinary = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== quote && byte !== backslash ? 1 : 0,
);

function string(scan: Scan, at: number): number {
  const { bytes } = scan;
  for (let i = at + 1; ; i++) {
    while (ordinary[bytes[i] ?? 0] === 1) i++;
    const byte = bytes[i] ?? 0;
    if (byte === quote) return i + 1;
    if (byte < 0x20) return -1;
    if (byte >= 0x80) scan.ascii = false;
    else i = escaped(bytes, i);
    if (i < 0) return -1;
  }
}

const shortEscapes: ReadonlySet<number> = new Set([...'"\\bfnrt'].map((letter) => letter.charCodeAt(0)));
const longEscape = /^u00(?:0[0-7bef]|1[0-9a-f])$/;

/** The index of the escape's last byte. Only control characters without a short escape have a long one. */
function escaped(bytes: Buffer, at: number): number {
  if (shortEscapes.has(bytes[at + 1] ?? 0)) return at + 1;
  return longEscape.test(bytes.toString('latin1', at + 1, at + 6)) ? at + 5 : -1;
}

const words = { true: Buffer.from('true'), false: Buffer.from('false'), null: Buffer.from('null') } as const;

function word({ bytes }: Scan, at: number, expected: Buffer): number {
  for (let i = 1; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return -1;
  return at + expected.length;
}

const maxPlainDigits = 15;

function number(scan: Scan, at: number): number {
  const { bytes } = scan;
  let i = at;
  while (isDigit(bytes[i])) i++;
  const plain = i > at && i - at <= maxPlainDigits && (bytes[at] !== 0x30 || i === at + 1);
  if (plain && !isNumberPart(bytes[i])) return i;
  while (isNumberPart(bytes[i])) i++;
  const written = bytes.toString('latin1', at, i);
  return written !== '' && String(Number(written)) === written ? i : -1;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Digits, `+`, `-`, `.`, `e`, `E`. */
function isNumberPart(byte: number | undefined): boolean {
  return isDigit(byte) || byte === 0x2b || byte === 0x2d || byte === 0x2e || byte === 0x65 || byte === 0x45;
}
