import type { DatabaseState } from '../server/database-state.ts';
import { grantAll, revokeAll } from '../server/grants.ts';
import { identifier } from '../server/quote.ts';
import { settingsFor } from '../server/settings.ts';

/** What a database `name`, which is `own` now, takes over from the one whose place it takes: all but the comment. */
export function inherit(name: string, from: DatabaseState, own: DatabaseState): readonly string[] {
  const limit = `CONNECTION LIMIT ${from.connectionLimit}${from.template ? ' IS_TEMPLATE true' : ''}`;
  return [
    ...(own.owner === from.owner ? [] : [`ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(from.owner)}`]),
    ...revokeAll(name, own.grants),
    ...grantAll(name, from.owner, from.grants),
    ...settingsFor(name, from.settings),
    `ALTER DATABASE ${identifier(name)} WITH ${limit}`,
  ];
}
