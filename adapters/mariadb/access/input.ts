import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { access } from '../../support/access.ts';
import { duration, optionalText, text, texts } from '../../support/fields.ts';
import { type Environment, type Login, loginFields, loginOf, onePassword, oneServer } from '../login.ts';

export const input = z
  .strictObject({
    access: access(
      'lock the accounts, end their sessions, prove that none is left.',
      'unlock exactly those that were open before.',
    ),
    database: text('The database (schema) that users must not reach.'),
    ...loginFields,
    users: z.optional(
      texts(
        'The accounts to lock, as `shop` (from every host) or `shop@10.%`. Default: all that may reach the database, but for administrators (SUPER or CREATE USER) and the account that backout logs in as.',
      ),
    ),
    except: z.optional(texts('Accounts that may go on, written in the same way: a backup, a monitor.')),
    patience: z._default(
      duration('How long ended sessions may take to be gone (they roll back). Default: 30s.'),
      30_000,
    ),
    marker: optionalText(
      'A file to keep what was found before the first closing. Default: the table `access` in the schema `backout` of that server.',
    ),
    previous: z.optional(
      texts('Only where access was found closed without a marker: the accounts that are open when access is open.'),
    ),
  })
  .check(oneServer, onePassword);
export type Input = z.infer<typeof input>;

export interface Order {
  readonly database: string;
  readonly login: Login;
  /** Null: all that may reach the database. */
  readonly users: readonly string[] | null;
  readonly except: readonly string[];
  readonly patienceMs: number;
  /** Absolute; null: in the server. */
  readonly marker: string | null;
  readonly previous: readonly string[] | null;
}

export function orderOf(asked: Input, folder: string, env: Environment): Order {
  return {
    database: asked.database,
    login: loginOf(asked, folder, env),
    users: asked.users ?? null,
    except: asked.except ?? [],
    patienceMs: asked.patience,
    marker: asked.marker === undefined ? null : resolve(folder, asked.marker),
    previous: asked.previous ?? null,
  };
}
