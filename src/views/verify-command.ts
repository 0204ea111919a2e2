import type { RunView } from './run-view.ts';

/** What anybody types who wants to hold a text against the journal. */
export function verifyCommand({ run, head }: Pick<RunView, 'run' | 'head'>): string {
  return `backout audit verify ${run} --head ${head}`;
}
