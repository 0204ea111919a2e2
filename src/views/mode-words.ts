/** P10: what stands before everything that is said of a run that is not a real one. */
import type { Mode } from '../engine/protocol.ts';

/** `DRY RUN`, `REHEARSAL in staging`; null for a real run. */
export function modeMark(mode: Mode, environment: string | null): string | null {
  if (mode === 'real') return null;
  if (mode === 'dry-run') return 'DRY RUN';
  return environment === null ? 'REHEARSAL' : `REHEARSAL in ${environment}`;
}
