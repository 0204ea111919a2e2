import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { bareDigest, checksum, duration, optionalText, text } from '../../support/fields.ts';
import { type ProvingQueries, provingQueries } from '../../support/query-expect.ts';
import { writtenSinceField } from '../../support/written-since.ts';
import { type Environment, type Login, loginFields, loginOf, onePassword, oneServer } from '../login.ts';

export const input = z
  .strictObject({
    archive: text('The dump, as mariadb-dump writes it: .sql, also packed by gzip or zstd.'),
    database: text('The database (schema) to put back. Its old tables are kept in a schema beside it.'),
    ...loginFields,
    dumpOf: optionalText('The database that the dump was made of, where it has another name.'),
    checksum: z.optional(checksum('SHA-256 of the dump file.')),
    newerThan: z.optional(duration('The dump must be younger than this: 24h, 7d. By the time at its end.')),
    proof: z.optional(provingQueries),
    keepOld: z.optional(z.boolean().check(z.describe('Keep the old tables in a schema of their own. Default: true.'))),
    writtenSince: writtenSinceField,
  })
  .check(oneServer, onePassword);
export type Input = z.input<typeof input>;
export type Asked = z.infer<typeof input>;

/** The input with absolute paths and all defaults. */
export interface Order {
  readonly dump: string;
  readonly database: string;
  readonly login: Login;
  /** What the dump must be of. */
  readonly from: string;
  readonly checksum: string | null;
  readonly maxAgeMs: number | null;
  readonly proof: ProvingQueries;
  readonly keepOld: boolean;
}

export function orderOf(asked: Asked, folder: string, env: Environment): Order {
  return {
    dump: resolve(folder, asked.archive),
    database: asked.database,
    login: loginOf(asked, folder, env),
    from: asked.dumpOf ?? asked.database,
    checksum: asked.checksum === undefined ? null : bareDigest(asked.checksum),
    maxAgeMs: asked.newerThan ?? null,
    proof: asked.proof ?? [],
    keepOld: asked.keepOld ?? true,
  };
}
