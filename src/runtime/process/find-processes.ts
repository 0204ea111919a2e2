/**
 * Everything of an attempt that can be seen (P6): its session, its descendants, and whoever holds its key in the
 * environment. Descendants are complete while the supervisor lives, because orphans come to it (it is a subreaper).
 */
import { thisBoot, thisNamespace } from './boot.ts';
import type { Claim } from './claim.ts';
import { hasVariable, readProcess, readProcessTable, type SeenProcess } from './process-table.ts';

/** Without the supervisor itself and without the engine. */
export function findProcesses(claim: Claim): readonly SeenProcess[] {
  if (claim.pid === 0 || claim.boot !== thisBoot() || claim.namespace !== thisNamespace()) return [];
  const table = readProcessTable();
  const supervisor = readProcess(claim.pid);
  const root = supervisor?.start === claim.start ? claim.pid : undefined;
  const session = root !== undefined || supervisor === undefined ? claim.pid : undefined;
  const found = new Map<number, SeenProcess>();
  for (const seen of table) {
    if (isOurs(seen, claim)) continue;
    if (seen.session === session || hasVariable(seen.pid, 'BACKOUT_ATTEMPT', claim.key)) found.set(seen.pid, seen);
  }
  addDescendants(found, root, table, claim);
  return [...found.values()];
}

function addDescendants(
  found: Map<number, SeenProcess>,
  root: number | undefined,
  table: readonly SeenProcess[],
  claim: Claim,
): void {
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const seen of table) {
      if (found.has(seen.pid) || isOurs(seen, claim)) continue;
      if (seen.parent === root || found.has(seen.parent)) found.set(seen.pid, seen);
    }
  }
}

function isOurs(seen: SeenProcess, claim: Claim): boolean {
  return seen.pid === process.pid || (seen.pid === claim.pid && seen.start === claim.start);
}
