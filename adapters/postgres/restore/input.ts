import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { ageLimit, newerThanField } from '../../support/age.ts';
import { bareDigest, checksum, optionalText, text, wholeNumber } from '../../support/fields.ts';
import { type ProvingQueries, provingQueries } from '../../support/query-expect.ts';
import { writtenSinceField } from '../../support/written-since.ts';
import { databaseName, type Login, loginFields } from '../server/login.ts';

export const input = z.strictObject({
  database: databaseName('The database to put back. What stands there is kept under another name until you remove it.'),
  archive: text('The dump: a file of pg_dump -Fc, a folder of pg_dump -Fd, or SQL (also .gz and .zst).'),
  fetched: z.optional(
    z
      .boolean()
      .check(
        z.describe(
          'An earlier step of the run brings the dump here: a dry run does not look for it, only at the server. Default: false.',
        ),
      ),
  ),
  dumpOf: optionalText('The database that the dump was made of, where it has another name.'),
  jobs: z.optional(
    wholeNumber(
      'How many tables are restored side by side (not from SQL). Default: as many as there are processors, at most 8.',
      1,
      64,
    ),
  ),
  proof: z.optional(provingQueries),
  checksum: z.optional(checksum('SHA-256 of the dump file.')),
  bytes: z.optional(wholeNumber('The exact size of the dump file.', 1, Number.MAX_SAFE_INTEGER)),
  newerThan: z.optional(newerThanField('dump', 'By the date in it; of an SQL file, by the date of the file.')),
  ownership: z.optional(
    z
      .enum(['keep', 'skip'])
      .check(
        z.describe(
          'keep (default): owners and privileges as in the dump. skip: all belongs to the role that restores.',
        ),
      ),
  ),
  analyze: z.optional(
    z
      .boolean()
      .check(z.describe("Collect the planner's statistics, which are not in a dump, before the swap. Default: true.")),
  ),
  keepOld: z.optional(z.boolean().check(z.describe('Keep the old database under another name. Default: true.'))),
  writtenSince: writtenSinceField,
  ...loginFields,
});
export type Input = z.infer<typeof input>;

/** The input with absolute paths and all defaults. */
export interface Order {
  readonly database: string;
  readonly archive: string;
  readonly dumpOf: string;
  readonly jobs: number;
  readonly proof: ProvingQueries;
  readonly checksum: string | null;
  readonly bytes: number | null;
  readonly newerThanMs: number | null;
  readonly ownership: 'keep' | 'skip';
  readonly analyze: boolean;
  readonly keepOld: boolean;
  readonly login: Login;
}

export function orderOf(asked: Input, folder: string): Order {
  const { database, host, port, user, password, service, maintenance } = asked;
  return {
    database,
    archive: resolve(folder, asked.archive),
    dumpOf: asked.dumpOf ?? database,
    jobs: asked.jobs ?? Math.min(8, availableParallelism()),
    proof: asked.proof ?? [],
    checksum: asked.checksum === undefined ? null : bareDigest(asked.checksum),
    bytes: asked.bytes ?? null,
    newerThanMs: ageLimit(asked.newerThan),
    ownership: asked.ownership ?? 'keep',
    analyze: asked.analyze ?? true,
    keepOld: asked.keepOld ?? true,
    login: { host, port, user, password, service, maintenance },
  };
}
