import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { optionalText, text } from '../../support/fields.ts';

const flag = (description: string) => z.optional(z.boolean().check(z.describe(description)));

export const input = z
  .strictObject({
    folder: text('The work tree: the folder that holds `.git`.'),
    to: z
      .string()
      .check(
        z.regex(/^[^\s~^:?*[\\-][^\s~^:?*[\\]*$/, 'the name of a tag or a branch, or a commit id'),
        z.describe(
          'The tag or commit to put it at. A branch is taken as the commit that it stands for; HEAD is detached.',
        ),
      ),
    fetch: optionalText('A remote, e.g. `origin`, to fetch from where the commit is not here yet. Default: none.'),
    localChanges: z.optional(
      z
        .enum(['refuse', 'stash', 'discard'])
        .check(
          z.describe(
            'What becomes of changes in the work tree. refuse (default): nothing is done. stash: they are kept aside, new files too, and named in the output `stash`. discard: changes to files of the repository are lost.',
          ),
        ),
    ),
    untracked: z.optional(
      z
        .enum(['refuse', 'keep', 'remove'])
        .check(
          z.describe(
            'What becomes of files that the repository does not know. refuse (default): they count as changes. keep: they stay. remove: they are removed, but for ignored ones.',
          ),
        ),
    ),
    verifySignature: flag('The tag, or the commit, must have a good signature. Default: false.'),
    allowedSigners: optionalText('For SSH signatures: the file of keys that may sign.'),
    submodules: flag('Put submodules too at what the commit says. Default: false.'),
  })
  .check(
    z.refine(
      (asked) => asked.allowedSigners === undefined || asked.verifySignature === true,
      '`allowedSigners` goes with `verifySignature: true`',
    ),
  );
export type Input = z.infer<typeof input>;

/** The input with absolute paths and all defaults. */
export interface Order {
  readonly folder: string;
  readonly to: string;
  readonly fetch: string | null;
  readonly localChanges: 'refuse' | 'stash' | 'discard';
  readonly untracked: 'refuse' | 'keep' | 'remove';
  readonly verifySignature: boolean;
  readonly allowedSigners: string | null;
  readonly submodules: boolean;
}

export function orderOf(asked: Input, folder: string): Order {
  return {
    folder: resolve(folder, asked.folder),
    to: asked.to,
    fetch: asked.fetch ?? null,
    localChanges: asked.localChanges ?? 'refuse',
    untracked: asked.untracked ?? 'refuse',
    verifySignature: asked.verifySignature ?? false,
    allowedSigners: asked.allowedSigners === undefined ? null : resolve(folder, asked.allowedSigners),
    submodules: asked.submodules ?? false,
  };
}
