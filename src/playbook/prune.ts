/** Leaves out what the schema refused, so that the rules can look at the rest and all faults are told at once. */
import type { Json } from '../kernel/json.ts';
import type { PlaybookContent } from './content.ts';
import type { Issue } from './schema-issues.ts';

/**
 * The data without its faulty values. A step that is no mapping becomes an empty one (so that the numbers of the
 * others stay), a missing name is empty, an ill-formed id stays, so that what names it is not called dangling.
 */
export function pruned(data: Json, issues: readonly Issue[]): PlaybookContent {
  const copy: unknown = structuredClone(data);
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) remove(copy, [...issue.path, key]);
    else if (issue.code !== 'invalid_key') remove(copy, issue.path);
  }
  const kept = typeof copy === 'object' && copy !== null && !Array.isArray(copy) ? copy : {};
  // What is left has been seen by the schema: every value that it refused is gone.
  return { name: '', ...kept } as PlaybookContent;
}

function remove(copy: unknown, path: readonly PropertyKey[]): void {
  const last = path.at(-1);
  let holder = copy;
  for (const segment of path.slice(0, -1)) holder = isHolder(holder) ? holder[segment] : undefined;
  if (last === undefined || !isHolder(holder)) return;
  if (Array.isArray(holder)) replaceItem(holder, last, path);
  else if (last !== 'id' || typeof holder[last] !== 'string') delete holder[last];
}

const stepPath = /^(?:phases\.[^.]+|escalate)(?:\.steps)?\.\d+(?:\.contingency\.\d+)?$/;

function replaceItem(list: unknown[], index: PropertyKey, path: readonly PropertyKey[]): void {
  if (typeof index === 'number') list[index] = stepPath.test(path.map(String).join('.')) ? {} : '';
}

function isHolder(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
