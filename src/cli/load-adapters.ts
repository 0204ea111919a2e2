/** The adapters that a playbook names: those of backout, and own ones from beside it. */

import { isAbsolute } from 'node:path';
import { loadAdapter } from '../../adapters/registry.ts';
import { Fault } from '../kernel/fault.ts';
import type { Json } from '../kernel/json.ts';
import type { AdapterTable } from '../playbook/adapter-facts.ts';
import { asMapping, asText } from '../playbook/change/written.ts';
import type { Adapter } from '../ports/adapter.ts';

export type Adapters = ReadonlyMap<string, Adapter>;

/** What checks and lint may know of the adapters. */
export function factsOf(adapters: Adapters): AdapterTable {
  return new Map([...adapters].map(([name, adapter]) => [name, { ...adapter, hasProbe: adapter.probe !== undefined }]));
}

/** `hidden`: variables that secrets are read from. Who is asked what it is does not need them. */
export async function loadAdapters(
  names: Iterable<string>,
  folder: string,
  hidden: readonly string[],
): Promise<Adapters> {
  const adapters = new Map<string, Adapter>();
  for (const name of names) {
    const adapter = await (name.startsWith('.') || isAbsolute(name)
      ? loadOwn(name, folder, hidden)
      : loadAdapter(name));
    if (adapter !== undefined) adapters.set(name, adapter);
  }
  return adapters;
}

async function loadOwn(path: string, folder: string, hidden: readonly string[]): Promise<Adapter> {
  const { loadExternalAdapter } = await import('../../adapters/external/load.ts');
  const loaded = await loadExternalAdapter(path, folder, hidden);
  if (loaded.ok) return loaded.value;
  throw new Fault('usage', loaded.error.message, loaded.error.remedy);
}

/** The variables that a playbook's secrets are read from, there and in a rehearsal, before it is checked. */
export function writtenSecretVariables(data: Json): readonly string[] {
  const content = asMapping(data);
  return [content?.secrets, asMapping(content?.rehearsal)?.secrets]
    .flatMap((secrets) => Object.values(asMapping(secrets) ?? {}))
    .flatMap((source) => asText(asMapping(source)?.env) ?? []);
}

/** Every text that stands under the key, wherever it stands: what must be read before the playbook can be checked. */
export function usedNames(data: Json, key: 'uses' | 'script'): Set<string> {
  if (typeof data !== 'object' || data === null) return new Set();
  const names = new Set<string>();
  for (const [name, value] of Object.entries<Json>(data as { readonly [name: string]: Json })) {
    if (name === key && typeof value === 'string') names.add(value);
    else for (const inner of usedNames(value, key)) names.add(inner);
  }
  return names;
}
