/**
 * The files by which a decision travels, in the run's inbox:
 *   <id>.json         posted; whoever posted it may still withdraw it
 *   <id>.taken        an engine hears it; it will not be heard twice, also not after a crash
 *   <id>.answer.json  what the engine said; the poster removes it
 */
import { join } from 'node:path';
import { isRunId } from '../../kernel/run-id.ts';

const suffixes = { posted: '.json', taken: '.taken', answer: '.answer.json' } as const;
export type InboxFile = keyof typeof suffixes;

/** Readable by an engine of another user: the folder itself keeps strangers out. Writable by the poster alone. */
export const inboxFileMode = 0o644;

export function inboxPath(folder: string, id: string, kind: InboxFile): string {
  return join(folder, `${id}${suffixes[kind]}`);
}

/** The ids among a folder's names that stand for a file of that kind, oldest first. */
export function idsOf(names: readonly string[], kind: InboxFile): readonly string[] {
  return names
    .filter((name) => name.endsWith(suffixes[kind]))
    .map((name) => name.slice(0, -suffixes[kind].length))
    .filter(isRunId)
    .sort();
}
