/**
 * What a rehearsal proves something about: the plan as written, whatever the occasion. Two occasions of one playbook
 * share it (another change number, other parameters); an edited step, script or default does not.
 */
import { canonicalJson } from '../kernel/canonical-json.ts';
import type { Json } from '../kernel/json.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { PlaybookContent } from '../playbook/content.ts';
import type { FrozenFile } from './plan.ts';

/** Says which change is backed out, how to rehearse, how strict to be, and who hears meanwhile; nothing of what is done. */
const occasional: ReadonlySet<string> = new Set(['change', 'rehearsal', 'policy', 'lint', 'communication']);

/** SHA-256 (hex) over the playbook's content without what belongs to an occasion, and over its scripts. */
export function definitionOf(content: PlaybookContent, files: readonly FrozenFile[]): string {
  const lasting = Object.fromEntries(Object.entries(content).filter(([key]) => !occasional.has(key)));
  const scripts = files.map(({ name, sha256: digest }) => ({ name, digest }));
  return sha256(canonicalJson({ playbook: lasting as Json, scripts: scripts.toSorted(byName) }));
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
