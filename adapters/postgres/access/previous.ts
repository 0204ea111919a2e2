/** What access was before it was closed: taken from the server, from the marker, or from the playbook. Pure. */
import * as z from 'zod/mini';
import type { Result } from '../../../src/kernel/result.ts';
import type { Marker } from '../../support/marker.ts';
import { fileKey } from '../../support/work.ts';
import { type DatabaseState, grant } from '../server/database-state.ts';
import { connectGrants } from '../server/grants.ts';
import { recordOf } from '../server/note.ts';
import type { Input } from './input.ts';

export const previous = z.strictObject({
  /** The roles that may log in, as granted. */
  connect: z.array(grant),
  allowConnections: z.boolean(),
  connectionLimit: z.int(),
  comment: z.nullable(z.string()),
});
export type Previous = z.infer<typeof previous>;

export const previousOf = (state: DatabaseState): Previous => ({
  connect: [...connectGrants(state.grants)],
  allowConnections: state.allowConnections,
  connectionLimit: state.connectionLimit,
  comment: state.comment,
});

export const previousIn = (marker: Marker, database: string): Result<Previous, string> =>
  recordOf(previous, marker.previous, `the marker of the closed access in the comment of ${database}`);

export function previousAsTold(told: NonNullable<Input['previous']>, state: DatabaseState): Previous {
  const connect = told.connect.map((role) => ({
    grantee: role.toLowerCase() === 'public' ? null : role,
    grantor: state.owner,
    privilege: 'CONNECT' as const,
    grantable: false,
  }));
  const { connectionLimit = -1 } = told;
  return { connect, allowConnections: true, connectionLimit, comment: state.comment };
}

export const markerOf = (database: string, found: Previous, key: string, now: Date): Marker => ({
  schema: 'backout/access-marker/v1',
  adapter: 'postgres/access',
  what: `logins to the database ${database}`,
  previous: { ...found },
  closedAt: now.toISOString(),
  key: fileKey(key),
});
