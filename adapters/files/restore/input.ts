import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { ageLimit, newerThanField } from '../../support/age.ts';
import { checksum, optionalText, text } from '../../support/fields.ts';

export const input = z
  .strictObject({
    archive: optionalText('The backup as a file: tar, tar.gz or tar.zst. Either this or `source`.'),
    source: optionalText('The backup as a folder. Either this or `archive`.'),
    target: text('The folder to put back. What stands there is kept beside it until you remove it.'),
    manifest: optionalText(
      'SHA-256 of every file, as sha256sum writes them or as JSON (path to digest). Checked before the old tree is touched.',
    ),
    checksum: z.optional(checksum('SHA-256 of the archive file itself.')),
    newerThan: z.optional(newerThanField('backup', 'By the time at which the file, or the folder, was last written.')),
    strip: z.optional(
      z
        .int()
        .check(
          z.minimum(0),
          z.maximum(20),
          z.describe('How many leading folders of the names in the archive to leave out. Default: 0.'),
        ),
    ),
    swap: z.optional(
      z
        .enum(['rename', 'symlink'])
        .check(
          z.describe(
            'rename (default): the new tree takes the place of the old one by two renames. symlink: the target is a symbolic link, which is pointed at the new tree in one step.',
          ),
        ),
    ),
    keepOld: z.optional(z.boolean().check(z.describe('Keep the old tree beside the target. Default: true.'))),
  })
  .check(
    z.refine(
      (asked) => (asked.archive === undefined) !== (asked.source === undefined),
      'give `archive` or `source`, and not both',
    ),
    z.refine(
      (asked) => asked.source === undefined || asked.checksum === undefined,
      '`checksum` is for an archive; for a folder give a `manifest`',
    ),
    z.refine((asked) => asked.source === undefined || asked.strip === undefined, '`strip` is for an archive'),
  );
export type Input = z.infer<typeof input>;

/** The input with absolute paths and all defaults. */
export interface Order {
  readonly backup: { readonly kind: 'archive' | 'folder'; readonly path: string };
  readonly target: string;
  readonly manifest: string | null;
  readonly checksum: string | null;
  readonly newerThanMs: number | null;
  readonly strip: number;
  readonly swap: 'rename' | 'symlink';
  readonly keepOld: boolean;
}

export function orderOf(asked: Input, folder: string): Order {
  return {
    backup:
      asked.archive === undefined
        ? { kind: 'folder', path: resolve(folder, asked.source ?? '.') }
        : { kind: 'archive', path: resolve(folder, asked.archive) },
    target: resolve(folder, asked.target),
    manifest: asked.manifest === undefined ? null : resolve(folder, asked.manifest),
    checksum: asked.checksum ?? null,
    newerThanMs: ageLimit(asked.newerThan),
    strip: asked.strip ?? 0,
    swap: asked.swap ?? 'rename',
    keepOld: asked.keepOld ?? true,
  };
}
