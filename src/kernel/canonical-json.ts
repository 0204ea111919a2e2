/**
 * RFC 8785 (JSON Canonicalization Scheme): the one text of a JSON value, so that a digest of it means the same
 * everywhere. Keys are sorted by UTF-16 code units; numbers and strings are written as ECMAScript writes them.
 */
import { Fault } from './fault.ts';

/** The canonical text of `value`. Properties that are `undefined` are left out, as JSON.stringify does. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Fault('internal', `the number ${value} has no JSON form`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value))
    return `[${value.map((item) => canonicalJson(item === undefined ? null : item)).join(',')}]`;
  if (typeof value === 'object') return canonicalObject(value as Record<string, unknown>);
  throw new Fault('internal', `a ${typeof value} has no JSON form`);
}

function canonicalObject(value: Record<string, unknown>): string {
  let text = '{';
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    if (text.length > 1) text += ',';
    text += `${quote(key)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}

/** Lone surrogates have no UTF-8 form (RFC 8785 refuses them); a replacement character keeps the evidence. */
function quote(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}
