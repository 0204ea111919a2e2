/** The names of the two databases beside the one that is restored. Pure. */
import { createHash } from 'node:crypto';

export interface Names {
  /** Being filled, or ready. */
  readonly fresh: string;
  /** What stood there before. */
  readonly old: string;
}

/** PostgreSQL cuts longer names off. */
const longest = 63;

export const namesFor = (database: string, key: string): Names => ({
  fresh: fitting(database, '_new_', key),
  old: fitting(database, '_before_', key),
});

/** In full where that is short enough; else a digest stands for what does not fit. */
function fitting(database: string, what: string, key: string): string {
  const full = `${database}${what}${key}`;
  if (Buffer.byteLength(full) <= longest) return full;
  const tag = createHash('sha256').update(`${database}\0${key}`).digest('hex').slice(0, 12);
  return `${cut(database, longest - what.length - tag.length)}${what}${tag}`;
}

function cut(text: string, bytes: number): string {
  let short = text;
  while (Buffer.byteLength(short) > bytes) short = [...short].slice(0, -1).join('');
  return short;
}
