/** Where the driver remembers: append-only, durable when `append` returns (P3). Implemented in `src/runtime/home/`. */
import type { RunEvent } from '../engine/protocol.ts';
import type { Entry } from '../journal/entry.ts';
import type { Result } from '../kernel/result.ts';

/** The disk refused; nothing of the batch is kept. */
export interface AppendFailure {
  /** E.g. `ENOSPC`. */
  readonly code: string;
  /** No space or no quota left: releasing the reserve may help. */
  readonly full: boolean;
  readonly message: string;
}

export interface JournalStore {
  /** One write and one fsync for the whole batch; on failure the journal is as it was before. */
  append(events: readonly RunEvent[]): Result<readonly Entry[], AppendFailure>;
  /** Gives back the space that was kept for recording the end on a full disk. */
  releaseReserve(): void;
}
