/** What a way to put something back consists of. */
import type { Piece } from './piece.ts';

export interface Restoring extends Piece {
  readonly summary: string;
  readonly scope: string;
  readonly goals: readonly string[];
  readonly restore: string;
  readonly checks: string;
}
