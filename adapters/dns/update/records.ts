/**
 * Records as name servers write them, so that what is wanted and what is answered can be compared as text. Everything
 * that goes into an update has passed through here: no value can add a line to it.
 */
import { isIPv4, isIPv6 } from 'node:net';

export const types = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'] as const;
export type RecordType = (typeof types)[number];

/** All records of one name and type. `ttl` is null where there are none. */
export interface RecordSet {
  /** Canonical, sorted. */
  readonly values: readonly string[];
  /** Seconds. */
  readonly ttl: number | null;
}

const label = '[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?';
const nameShape = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*\\.?$`);

export const isName = (text: string): boolean => text.length <= 254 && nameShape.test(text);

/** Lower case, with its dot at the end. */
export const fullName = (name: string): string => `${name.toLowerCase().replace(/\.$/, '')}.`;

const isNumber = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65_535;

/** A value as a playbook has it (names with or without a dot at the end, TXT as plain text); undefined: it is none. */
export function canonical(type: RecordType, value: string): string | undefined {
  switch (type) {
    case 'A':
      return isIPv4(value) ? value : undefined;
    case 'AAAA':
      return isIPv6(value) && !value.includes('%') ? shortest(value) : undefined;
    case 'TXT':
      return quoted(value);
    case 'MX':
      return numbersAndName(value, 1);
    case 'SRV':
      return numbersAndName(value, 3);
    default:
      return isName(value) ? fullName(value) : undefined;
  }
}

/** A value as a name server has said it; TXT stays in the pieces in which it is kept. */
export function canonicalAnswer(type: RecordType, said: string): string | undefined {
  return type === 'TXT' ? said : canonical(type, said);
}

function shortest(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

function numbersAndName(value: string, numbers: number): string | undefined {
  const parts = value.trim().split(/\s+/);
  const name = parts.pop() ?? '';
  // A lone dot says that there is no such service.
  const target = name === '.' ? '.' : isName(name) ? fullName(name) : undefined;
  if (parts.length !== numbers || target === undefined || !parts.every(isNumber)) return undefined;
  return [...parts.map((part) => String(Number(part))), target].join(' ');
}

const pieceBytes = 255;

/** In pieces of 255 bytes, escaped as BIND does it. */
function quoted(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  const pieces: string[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += pieceBytes) {
    pieces.push(`"${[...bytes.subarray(at, at + pieceBytes)].map(escaped).join('')}"`);
  }
  return pieces.join(' ');
}

function escaped(byte: number): string {
  if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
  return byte < 0x20 || byte > 0x7e ? `\\${String(byte).padStart(3, '0')}` : String.fromCharCode(byte);
}

export function sameValues(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, n) => value === b[n]);
}

/** The values, and the time to live where there are any. */
export function sameSet(a: RecordSet, b: RecordSet): boolean {
  return sameValues(a.values, b.values) && (a.values.length === 0 || a.ttl === b.ttl);
}

/** `10.0.0.1, 10.0.0.2 (ttl 60)`, `no records`. */
export function setWords({ values, ttl }: RecordSet): string {
  if (values.length === 0) return 'no records';
  return `${values.join(', ')}${ttl === null ? '' : ` (ttl ${ttl})`}`;
}

/** Values of which one is surely not among `present`: taking it away changes nothing, and shows whether one may. */
export function harmlessValue(type: RecordType, present: readonly string[]): string {
  const candidates = Array.from({ length: present.length + 1 }, (_, n) => strangers[type](n + 1));
  return candidates.find((value) => !present.includes(value)) ?? strangers[type](0);
}

/** Of the ranges and names that are kept for examples (RFC 5737, 3849, 2606). */
const strangers: Readonly<Record<RecordType, (n: number) => string>> = {
  A: (n) => `192.0.2.${n}`,
  AAAA: (n) => `2001:db8::${n}`,
  CNAME: (n) => `backout-${n}.invalid.`,
  MX: (n) => `65535 backout-${n}.invalid.`,
  NS: (n) => `backout-${n}.invalid.`,
  PTR: (n) => `backout-${n}.invalid.`,
  SRV: (n) => `65535 0 1 backout-${n}.invalid.`,
  TXT: (n) => `"backout-${n}"`,
};
