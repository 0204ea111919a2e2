/** What expressions see. */
import type { JsonObject } from '../kernel/json.ts';

/** A root that is absent is not known yet; asking for it is an error, not an empty value. */
export interface Scope {
  readonly params?: JsonObject;
  readonly secrets?: { readonly [name: string]: string };
  readonly steps?: { readonly [id: string]: { readonly outputs: { readonly [key: string]: string } } };
  readonly run?: JsonObject;
  readonly change?: JsonObject;
  readonly roles?: JsonObject;
}

export const scopeRoots = ['params', 'secrets', 'steps', 'run', 'change', 'roles'] as const;
export type ScopeRoot = (typeof scopeRoots)[number];

/** What is known when a plan is made; the rest is known when a step is due. */
export const plannedRoots: ReadonlySet<string> = new Set<ScopeRoot>(['params', 'change', 'roles']);

/** What `run` holds, all as text; empty where it is not known yet. */
export const runFields: Readonly<Record<string, string>> = {
  id: 'the id of the run',
  mode: '`real`, `dry-run` or `rehearsal`',
  playbook: 'the name of the playbook',
  system: 'the system',
  by: 'who started it',
  reason: 'the reason given with `--reason`',
  startedAt: 'when it began (RFC 3339)',
  end: 'how it ends: `succeeded`, `succeeded-with-exceptions`, `failed`, `stopped`; for announce and escalate',
  access: 'what is true of access: `open`, `closed`, `unknown`',
  data: 'what is true of the data: `untouched`, `restoring`, `restored`, `unknown`',
  health: 'what is true of health: `proven`, `failing`, `unknown`',
  failure: 'what made it fail, in a line: the step and why',
  head: "the journal's head hash",
  doing: 'what is going on now, in a line: the steps that run and since when, or who is awaited',
  done: 'what is done, in a line: `closing access 2 of 2, restoring 1 of 3`',
  next: 'what comes next, in a line',
  nextUpdate: 'when the next regular update comes: `04:30 UTC`; empty without `communication`',
  missed: 'the regular updates that were not delivered of late, one a line',
};

export const changeFields = ['id', 'risk', 'windowEnds', 'summary'] as const;
export const roleFields = ['name', 'contact', 'deputy'] as const;
