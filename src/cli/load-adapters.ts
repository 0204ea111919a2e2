/** The adapters that a playbook names: those of backout, and own ones from beside it. */

import { isAbsolute } from 'node:path';
import { loadAdapter } from '../../adapters/registry.ts';
import { Fault } from '../kernel/fault.ts';
import type { Json } from '../kernel/json.ts';
import type { AdapterTable } from '../playbook/adapter-facts.ts';
import type { Adapter } from '../ports/adapter.ts';

export type Adapters = ReadonlyMap<string, Adapter>;

/** What checks and lint may know of the adapters. */
export function factsOf(adapters: Adapters): AdapterTable {
  return new Map([...adapters].map(([name, adapter]) => [name, { ...adapter, hasProbe: adapter.probe !== undefined }]));
}

export async function loadAdapters(names: Iterable<string>, folder: string): Promise<Adapters> {
  const adapters = new Map<string, Adapter>();
  for (const name of names) {
    const adapter = await (name.startsWith('.') || isAbsolute(name) ? loadOwn(name, folder) : loadAdapter(name));
    if (adapter !== undefined) adapters.set(name, adapter);
  }
  return adapters;
}

async function loadOwn(path: string, folder: string): Promise<Adapter> {
  const { loadExternalAdapter } = await import('../../adapters/external/load.ts');
  const loaded = await loadExternalAdapter(path, folder);
  if (loaded.ok) return loaded.value;
  throw new Fault('usage', loaded.error.message, loaded.error.remedy);
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
