/** The steps of a way back while it is put together: each with what it waits for and where it was written. */
import type { JsonObject } from '../../kernel/json.ts';
import type { Path } from '../../playbook/content.ts';
import type { PlaybookDocument } from '../../playbook/document.ts';

export interface Written {
  readonly document: PlaybookDocument;
  readonly path: Path;
  /** Put together here: only the whole has a place. */
  readonly made?: true;
}

export interface WayStep {
  readonly id: string;
  /** Without `id` and `needs`. */
  readonly content: JsonObject;
  /** Ids of steps that must be over first. */
  readonly needs: readonly string[];
  readonly written: Written;
  /** What a reader of the playbook should know of it. */
  readonly comment: string | undefined;
}

/** Steps that nothing of the same part waits for: who follows the part waits for them. */
export function exitsOf(steps: readonly WayStep[]): readonly string[] {
  const needed = new Set(steps.flatMap(({ needs }) => needs));
  return steps.flatMap(({ id }) => (needed.has(id) ? [] : [id]));
}

/** Those that wait for nothing of the same part wait for what comes before the part. */
export function placedAfter(steps: readonly WayStep[], before: readonly string[]): readonly WayStep[] {
  const own = new Set(steps.map(({ id }) => id));
  return steps.map((step) => {
    if (step.needs.some((id) => own.has(id))) return step;
    return { ...step, needs: [...new Set([...step.needs, ...before])] };
  });
}
