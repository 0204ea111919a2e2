import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { ageLimit, newerThanField } from '../../support/age.ts';
import { bareDigest, checksum, text } from '../../support/fields.ts';

export const input = z.strictObject({
  backup: text('The backup: an SQLite database file.'),
  database: text('The database file to put back. What stands there is kept beside it until you remove it.'),
  checksum: z.optional(checksum('SHA-256 of the backup file.')),
  newerThan: z.optional(newerThanField('backup', 'By the time at which the file was last written.')),
  into: z.optional(
    z
      .enum(['file', 'live'])
      .check(
        z.describe(
          'file (default): swap the file; refused while another process has it open. live: copy into the open database through SQLite itself; whoever has it open sees the restored rows.',
        ),
      ),
  ),
});
export type Input = z.infer<typeof input>;

/** The input with absolute paths and all defaults. */
export interface Order {
  readonly backup: string;
  readonly database: string;
  readonly checksum: string | null;
  readonly newerThanMs: number | null;
  readonly into: 'file' | 'live';
}

export function orderOf(asked: Input, folder: string): Order {
  return {
    backup: resolve(folder, asked.backup),
    database: resolve(folder, asked.database),
    checksum: asked.checksum === undefined ? null : bareDigest(asked.checksum),
    newerThanMs: ageLimit(asked.newerThan),
    into: asked.into ?? 'file',
  };
}
