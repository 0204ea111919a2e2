/**
 * What is signed and gone on with unsigned: `audit verify --key` calls that damage for good. It is allowed, for a key may
 * be out of reach on the night on which it counts, but never without a word, nor without a note for the journal.
 */
import type { Sign } from '../journal/chain.ts';
import type { Entry } from '../journal/entry.ts';
import type { Plan } from '../plan/plan.ts';
import type { Home } from '../runtime/home/home.ts';
import type { Surface } from './invocation.ts';

const remedy =
  '`backout audit verify --key` will not take these entries. Give --signing-key FILE (or set BACKOUT_SIGNING_KEY) next time.';

/** Of a run that is taken up; undefined: nothing changes. */
export function signingNote(entries: readonly Entry[], sign: Sign | undefined): string | undefined {
  const signed = entries.findLast(({ sig }) => sig !== undefined);
  if (signed === undefined) return undefined;
  const before = 'the entries so far are signed';
  if (sign === undefined) return `${before}, those from here on are not: no --signing-key was given`;
  // Ed25519 has one signature for a key and a hash.
  const isSame = sign(Buffer.from(signed.hash, 'hex')) === signed.sig;
  return isSame ? undefined : `${before} with another key than those from here on`;
}

/** Of a new run that takes a change back, or tells of it: its journal stands beside that of the change. */
export async function unsignedBackoutNote(
  home: Home,
  { takesBack, onlyTells }: Plan,
  sign: Sign | undefined,
): Promise<string | undefined> {
  const change = takesBack ?? onlyTells;
  if (change === undefined || sign !== undefined) return undefined;
  const { runsOfChange } = await import('./change/runs-of.ts');
  const { firstEntry } = await import('./known-run.ts');
  const signed = runsOfChange(home, change).find((run) => firstEntry(home, run)?.sig !== undefined);
  return signed && `run ${signed} of ${change} is signed, this one is not: no --signing-key was given`;
}

/** Before anything is done. */
export function sayUnsigned(run: string, note: string | undefined, surface: Surface): readonly string[] {
  if (note === undefined) return [];
  surface.err(`backout: RUN ${run} IS NOT SIGNED AS BEFORE: ${note}\n  ${remedy}\n`);
  return [note];
}
