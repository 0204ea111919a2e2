import type { DatabaseState } from '../server/database-state.ts';
import { grantAll } from '../server/grants.ts';
import { identifier } from '../server/quote.ts';
import { settingsFor } from '../server/settings.ts';

/** What a new database takes over from the one whose place it takes: all but the comment. */
export function inherit(name: string, from: DatabaseState): readonly string[] {
  const database = `DATABASE ${identifier(name)}`;
  const owner = identifier(from.owner);
  return [
    `ALTER ${database} OWNER TO ${owner}`,
    `REVOKE ALL ON ${database} FROM PUBLIC, ${owner} CASCADE`,
    ...grantAll(name, from.owner, from.grants),
    ...settingsFor(name, from.settings),
    `ALTER ${database} WITH CONNECTION LIMIT ${from.connectionLimit}${from.template ? ' IS_TEMPLATE true' : ''}`,
  ];
}
