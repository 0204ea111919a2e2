import { createHash } from 'node:crypto';

/** What one attempt makes in the server. */
export interface Names {
  /** The schema that the dump is loaded into. */
  readonly staged: string;
  /** The schema that the old tables are moved to. */
  readonly before: string;
  /** The account that loads: it may write to `staged` alone. */
  readonly loader: string;
}

/** At most 64 characters, the same for the same attempt. In lower case: some servers keep names so. */
export function namesFor(database: string, key: string): Names {
  const at = (what: string) => {
    const whole = `${database}_${what}_${key.toLowerCase()}`;
    if ([...whole].length <= 64) return whole;
    const end = `_${what}_${digest(key)}`;
    return [...database].slice(0, 64 - end.length).join('') + end;
  };
  return { staged: at('new'), before: at('before'), loader: `backout_${digest(database)}_${digest(key)}` };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
