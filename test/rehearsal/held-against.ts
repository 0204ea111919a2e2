/** One step as it is rehearsed, held against one as it is in production, by the places that their adapter names. */
import { placesByAdapter } from '../../adapters/places/table.ts';
import { samePlaces } from '../../src/cli/rehearsal/same-place.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { AdapterPlace } from '../../src/ports/adapter.ts';

export interface Asked {
  readonly with: JsonObject;
  readonly env?: { readonly [name: string]: string };
}

const addresses: Readonly<Record<string, string>> = {
  'live.example': '203.0.113.1',
  'alias.example': '203.0.113.1',
  'staging.example': '203.0.113.2',
};
const lookUp = async (name: string): Promise<readonly string[]> => [addresses[name] ?? '203.0.113.99'];

export function placesOf(adapter: string, folder: string, asked: Asked): readonly AdapterPlace[] {
  const ask = placesByAdapter.get(adapter);
  return ask?.(asked.with, { folder, env: { HOME: folder, ...asked.env } }) ?? [];
}

/** `folder` is the playbook's, and the home of whoever calls. */
export async function isProduction(adapter: string, folder: string, real: Asked, there: Asked): Promise<boolean> {
  const [known, asked] = [placesOf(adapter, folder, real), placesOf(adapter, folder, there)];
  if (known.length === 0 || asked.length === 0) throw new Error(`${adapter} names no place`);
  const { isSame } = await samePlaces(asked, known, lookUp);
  return asked.some((one) => known.some((other) => isSame(one, other)));
}
