/** Mount points: they cannot be renamed, and what is mounted inside a tree would move away with it. */
import { readFile } from 'node:fs/promises';

/** Mount points at `path` or inside it. Empty where the system does not say (no /proc). */
export async function mountsAt(path: string): Promise<readonly string[]> {
  let table: string;
  try {
    table = await readFile('/proc/self/mountinfo', 'utf8');
  } catch {
    return [];
  }
  return mountPoints(table).filter((point) => point === path || point.startsWith(`${path}/`));
}

/** The fifth field of each line, its octal escapes undone. */
export function mountPoints(table: string): readonly string[] {
  return table
    .split('\n')
    .map((line) => line.split(' ')[4])
    .filter((field) => field !== undefined)
    .map((field) =>
      field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    );
}
