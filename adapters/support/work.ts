/**
 * Long work in a process of its own (`src/cli/worker.ts`), which outlives the engine. What it is to do comes as one
 * JSON document on standard input; its progress goes to standard output, its trouble to standard error, its outputs
 * to the file that $BACKOUT_OUTPUT names, and its end is its exit code.
 */
import * as z from 'zod/mini';
import type { CommandContext } from '../../src/ports/adapter.ts';

export const workOrder = z.strictObject({
  input: z.record(z.string(), z.json()),
  /** The attempt's key, made fit for a file's name by `fileKey`. */
  key: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,80}$/)),
  /** Absolute: relative paths start here. */
  folder: z.string(),
});
export type WorkOrder = z.infer<typeof workOrder>;

export interface Report {
  line(text: string): void;
  output(name: string, value: string): void;
}

/** Resolves with an exit code; throws `WorkFailed` for what the world answers. */
export type Work = (order: WorkOrder, report: Report) => Promise<number>;

/** The world said no. Ends the process, so it may be thrown: the one place that catches it is `runWorker`. */
export class WorkFailed extends Error {
  readonly remedy: string;
  /** Nothing had been changed when it was thrown: what was to be restored is as it was. */
  readonly untouched: boolean;

  constructor(message: string, remedy: string, { untouched = false, ...options }: WorkFailedOptions = {}) {
    super(message, options);
    this.name = 'WorkFailed';
    this.remedy = remedy;
    this.untouched = untouched;
  }
}

interface WorkFailedOptions extends ErrorOptions {
  readonly untouched?: boolean;
}

/**
 * Does the part of a work that comes before the first change of what is live (looks, and what is staged beside it):
 * where the world says no in it, nothing has been changed.
 */
export async function beforeAnyChange<T>(part: () => T | Promise<T>): Promise<T> {
  try {
    return await part();
  } catch (error) {
    if (!(error instanceof WorkFailed)) throw error;
    throw new WorkFailed(error.message, error.remedy, { cause: error, untouched: true });
  }
}

/** For trouble found by what preflight and work share. */
export function failWork(trouble: {
  readonly reason: string;
  readonly remedy: string;
  readonly words?: string;
}): never {
  const { reason, remedy, words = '' } = trouble;
  throw new WorkFailed(words === '' ? `${reason}.` : `${reason}.\n${words}`, remedy);
}

export function orderFor(input: object, context: CommandContext): string {
  return JSON.stringify({ input, key: fileKey(context.key), folder: context.folder });
}

/** An attempt's key as part of a file's name; other characters than these cannot collide in one run. */
export function fileKey(key: string): string {
  return key.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(-80);
}
