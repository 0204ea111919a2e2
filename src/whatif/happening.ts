/** What is still to come in an imagined run, as data: so that a world can be copied and gone on with in two ways. */
import type { RunEvent } from '../engine/protocol.ts';

export type Happening =
  /** An armed timer; it is lost with the engine that armed it. */
  | { readonly at: number; readonly what: 'timer'; readonly timer: string }
  /** A person's word or a probe's answer. */
  | { readonly at: number; readonly what: 'answer'; readonly event: RunEvent }
  /** An attempt, or one stage of it, comes to its end by itself. */
  | { readonly at: number; readonly what: 'end'; readonly step: string; readonly event: RunEvent }
  | { readonly at: number; readonly what: 'engine-dies' }
  | { readonly at: number; readonly what: 'engine-comes' };

/** The queue with one more, kept in order of time; what comes at the same instant keeps the order of its making. */
export function withOne(queue: readonly Happening[], happening: Happening): readonly Happening[] {
  const behind = queue.findIndex(({ at }) => at > happening.at);
  return behind === -1 ? [...queue, happening] : queue.toSpliced(behind, 0, happening);
}
