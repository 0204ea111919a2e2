/** What a restore stages, and how it ends where the world says no. */
import { WorkFailed } from '../../support/work.ts';
import type { DatabaseState } from '../server/database-state.ts';
import type { Client } from '../server/login.ts';
import type { Trouble } from '../server/trouble.ts';
import type { Dump } from './examine.ts';
import type { Order } from './input.ts';

export interface Stage {
  readonly order: Order;
  readonly client: Client;
  readonly dump: Dump;
  readonly name: string;
  readonly key: string;
  readonly like: DatabaseState | undefined;
}

/** Ends the work unless it was done. */
export function must(
  { order, name }: Stage,
  what: string,
  done: { readonly ok: true } | { readonly ok: false; readonly error: Trouble },
): void {
  if (done.ok) return;
  const { reason, remedy, said } = done.error;
  const more = said === '' || said.endsWith(reason) ? '' : `\n${said}`;
  throw new WorkFailed(`${name} ${what}: ${reason}.${more}`, `${untouched(order)} ${remedy}`);
}

export const untouched = ({ database }: Order): string => `${database} was not touched.`;
