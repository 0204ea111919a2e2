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
    const { phases, escalate, communication } = data as { readonly [section: string]: unknown };
    collect(phases, key, found);
    collect(escalate, key, found);
    collectChannels(communication, key, found);
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

/** An audience may have any name, also that of a key which is not looked into. */
function collectChannels(communication: unknown, key: string, found: Set<string>): void {
  const { audiences, alert } = membersOf(communication);
  for (const audience of Object.values(membersOf(audiences))) collect(audience, key, found);
  collect(alert, key, found);
}

function membersOf(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : {};
}
