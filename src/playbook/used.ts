/** What a document uses from outside, told before it is checked: so that it can be fetched first. */
import type { PlaybookDocument } from './document.ts';

/** The adapters that `uses:` names anywhere among the steps, each once, as written. */
export function usedAdapters(document: PlaybookDocument): readonly string[] {
  return valuesOf(document, 'uses');
}

/** The scripts that `script:` names, each once, as written (relative to the playbook). */
export function usedScripts(document: PlaybookDocument): readonly string[] {
  return valuesOf(document, 'script');
}

function valuesOf(document: PlaybookDocument, key: string): readonly string[] {
  if (!document.source.text.includes(key)) return [];
  const found = new Set<string>();
  const { data } = document;
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    const { phases, escalate } = data as { readonly phases?: unknown; readonly escalate?: unknown };
    collect(phases, key, found);
    collect(escalate, key, found);
  }
  return [...found];
}

/** `with` and `env` are the adapter's and the program's own: a key of that name in them is not ours. */
function collect(value: unknown, key: string, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === key && typeof member === 'string') found.add(member);
    else if (name !== 'with' && name !== 'env') collect(member, key, found);
  }
}
