/** Processes that belong to a test: it stands in their environment, or in their title. */
import { readdirSync, readFileSync } from 'node:fs';

/** `pid command` of every living process, other than this one, in whose environment or command line a mark stands. */
export function processesOf(marks: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const text = `${command}\n${read(`/proc/${pid}/environ`)}`;
    if (!marks.some((mark) => text.includes(mark))) continue;
    if (!/\) Z /.test(read(`/proc/${pid}/stat`))) found.push(`${pid} ${command}`);
  }
  return found;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Ends a process that `processesOf` named; one that has ended meanwhile is no trouble. */
export function kill(line: string): void {
  try {
    process.kill(Number(line.split(' ')[0]), 'SIGKILL');
  } catch {}
}
