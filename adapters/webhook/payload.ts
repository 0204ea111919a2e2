/** The body of a webhook; what is not of a real run says so in it (P10). Pure. */
import { type Moded, modeMarkOf } from '../support/mode-mark.ts';

export interface Written {
  readonly json?: unknown;
  readonly body?: string | undefined;
  /** Where a rehearsal is marked; the headers say it always. */
  readonly mark: 'body' | 'header';
}

export function payload({ json, body = '', mark }: Written, moded: Moded): string {
  const found = mark === 'header' ? null : modeMarkOf(moded);
  if (json === undefined) return found === null ? body : `[${found.mark}] ${found.notice}\n${body}`;
  return JSON.stringify(found === null || !canHold(json) ? json : { backout: found, ...json });
}

/** An object that has no such key itself. */
function canHold(json: unknown): json is object {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !Object.hasOwn(json, 'backout');
}
