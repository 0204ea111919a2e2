/** Short ways to say what a preflight, a probe or a performance found. */
import type { Performed, Preflight, Probe } from '../../src/ports/adapter.ts';

export const ready = (checked: readonly string[], uncovered: string | null = null): Preflight => ({
  ok: true,
  checked,
  uncovered,
});

export const notReady = (reason: string, remedy: string): Preflight => ({ ok: false, reason, remedy });

export const probed = (answer: Probe['answer'], detail: string): Probe => ({ answer, detail });

export const done = (detail: string, outputs: { readonly [key: string]: string } = {}): Performed => ({
  ok: true,
  detail,
  outputs,
});

/** Nobody answered, or not in time: the world's trouble, not the playbook's. */
export const unanswered = (reason: string): Performed => ({ ok: false, class: 'error', reason, unanswered: true });

export const failed = (cls: 'check' | 'error' | 'inconclusive', reason: string, lastWords?: string): Performed => ({
  ok: false,
  class: cls,
  reason,
  ...(lastWords === undefined || lastWords === '' ? {} : { lastWords }),
});

/** It could not be done, and nothing had been changed yet: what it was to change is as it was. */
export const untouched = (reason: string, lastWords?: string): Performed => ({
  ok: false,
  class: 'error',
  reason,
  untouched: true,
  ...(lastWords === undefined || lastWords === '' ? {} : { lastWords }),
});
