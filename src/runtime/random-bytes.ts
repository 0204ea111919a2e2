import { closeSync, openSync, readSync } from 'node:fs';

/** Bytes from the kernel's own source, without the cost of loading `node:crypto`. */
export function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const source = openSync('/dev/urandom', 'r');
  try {
    for (let filled = 0; filled < length; ) filled += readSync(source, bytes, filled, length - filled, null);
    return bytes;
  } finally {
    closeSync(source);
  }
}
