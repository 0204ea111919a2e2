/** Who has a file open, by the process table. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { codeOf } from '../../support/reason.ts';

export interface Holders {
  /** `pid 4711 (node server.js)` */
  readonly seen: readonly string[];
  /** Processes whose open files may not be looked at (another user's). */
  readonly hidden: number;
}

/** Other processes that have one of `files` open; compared by device and inode, so that other names do not hide them. */
export function holdersOf(files: readonly string[]): Holders {
  const wanted = new Set(files.map(identityOf).filter((identity) => identity !== undefined));
  const seen: string[] = [];
  let hidden = 0;
  for (const pid of processes()) {
    const held = openBy(pid);
    if (held === undefined) hidden += 1;
    else if (held.some((handle) => wanted.has(identityOf(handle) ?? ''))) seen.push(`pid ${pid} (${programOf(pid)})`);
  }
  return { seen, hidden };
}

function processes(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  } catch {
    return [];
  }
}

/** Undefined: may not be looked at. A process that has just ended has nothing open. */
function openBy(pid: string): readonly string[] | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((handle) => `/proc/${pid}/fd/${handle}`);
  } catch (error) {
    return codeOf(error) === 'EACCES' ? undefined : [];
  }
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** `node server.js`: not the whole command line, which may hold another program's secrets. */
function programOf(pid: string): string {
  try {
    const [program = '', first = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const script = first === '' || first.startsWith('-') ? '' : ` ${basename(first)}`;
    return basename(program) + script.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 40);
  } catch {
    return 'ended meanwhile';
  }
}
