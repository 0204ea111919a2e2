/** P10: what stands in every message that is not of a real run. */
import type { AdapterContext } from '../../src/ports/adapter.ts';

export interface ModeMark {
  /** `DRY RUN`, `REHEARSAL in staging`. */
  readonly mark: string;
  /** A line of its own. */
  readonly notice: string;
}

export type Moded = Pick<AdapterContext, 'mode'> & Partial<Pick<AdapterContext, 'env'>>;

/** Null for a real run. The rehearsal's environment is in the step's environment. */
export function modeMarkOf({ mode, env }: Moded): ModeMark | null {
  if (mode === 'real') return null;
  if (mode === 'dry-run') return { mark: 'DRY RUN', notice: 'This is a DRY RUN: nothing is done for real.' };
  const where = env?.BACKOUT_ENVIRONMENT ?? '';
  const mark = where === '' ? 'REHEARSAL' : `REHEARSAL in ${where}`;
  return { mark, notice: `This is a ${mark}: production is not touched.` };
}

/** For a request that a program reads; empty in a real run. */
export function modeHeaders({ mode, env }: Moded): { readonly [name: string]: string } {
  if (mode === 'real') return {};
  // A header holds Latin letters only.
  const where = env?.BACKOUT_ENVIRONMENT?.replaceAll(/[^\x20-\x7e]/g, '?') ?? '';
  return { 'backout-mode': mode, ...(where === '' ? {} : { 'backout-environment': where }) };
}
