/** How far an attempt came, in a file beside the old data: durable before the server is touched. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { syncFolder } from '../../support/durable.ts';
import { leftBehind } from '../../support/leftovers.ts';
import type { Places } from './input.ts';

const state = z.strictObject({
  phase: z.enum(['swapping', 'done']),
  /** Where the staging server listens, as the live one is told: `host:port`. */
  staging: z.string(),
  keys: z.number(),
  /** As the live server was before it was touched: its `master_replid`, and its `masteruser`. */
  lineage: z._default(z.string(), ''),
  masterUser: z._default(z.string(), ''),
});
export type State = Readonly<z.infer<typeof state>>;

/** Undefined: there is none, or it was not written whole. */
export function readState(file: string): State | undefined {
  try {
    const parsed = z.safeParse(state, JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function writeState({ state: file }: Places, written: State): void {
  const aside = `${file}.part`;
  const handle = openSync(aside, 'w', 0o600);
  writeSync(handle, JSON.stringify(written));
  fsyncSync(handle);
  closeSync(handle);
  renameSync(aside, file);
  syncFolder(dirname(file));
}

/** What the attempt wrote, this one or another, whose staging server listened at `master`. */
export function stateOfStaging({ state: own, key }: Places, master: string): State | undefined {
  return [own, ...leftBehind(own, key)].map(readState).find((one) => one?.staging === master);
}

/** What attempts before this one have left, and what this one has half written. */
export function sweep({ state: own, part, stage, key }: Places): void {
  const others = [own, part, stage].flatMap((place) => leftBehind(place, key));
  for (const place of [...others, part, stage]) rmSync(place, { recursive: true, force: true });
}
