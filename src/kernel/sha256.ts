/**
 * SHA-256 of small texts: entries, plans, playbooks. Not Node's own: loading `node:crypto` takes a tenth of a short
 * run's time and 3 MiB. What hashes much asks for that (`nodeCrypto`).
 */
import { sha256 as digest } from '@noble/hashes/sha2.js';

const encoder = new TextEncoder();
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal, of UTF-8 text or bytes. */
export function sha256(data: string | Uint8Array): string {
  let text = '';
  for (const byte of digest(typeof data === 'string' ? encoder.encode(data) : data)) text += hex[byte];
  return text;
}

let loaded: typeof import('node:crypto') | undefined;

/** Node's own cryptography, loaded when it is first asked for. */
export function nodeCrypto(): typeof import('node:crypto') {
  loaded ??= process.getBuiltinModule('node:crypto');
  return loaded;
}
