/** The SHA-256 of a file of any size, in hex. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

export function sha256(file) {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(2 ** 20);
  const handle = openSync(file, 'r');
  try {
    for (let bytes = readSync(handle, chunk); bytes > 0; bytes = readSync(handle, chunk))
      hash.update(chunk.subarray(0, bytes));
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}
