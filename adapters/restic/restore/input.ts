/** The input of `restic/restore`. It is read twice (by the engine and by the worker), so it stays what it is when parsed. */
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { parseDuration } from '../../../src/kernel/duration.ts';
import { parseInstant } from '../../../src/kernel/instant.ts';
import { newerThanField } from '../../support/age.ts';
import { optionalText, text, texts, wholeNumber } from '../../support/fields.ts';

const flag = (description: string) => z.optional(z.boolean().check(z.describe(description)));

const moment = (description: string) =>
  z.string().check(
    z.refine((value) => parseInstant(value).ok, 'write a time that there is, with its zone: 2026-11-22T04:00:00Z'),
    z.describe(description),
  );

const relative = (path: string) => !path.startsWith('/') && !path.split('/').some((part) => /^(?:\.\.?)?$/.test(part));

export const input = z
  .strictObject({
    repository: optionalText(
      'The restic repository, e.g. `/backup/shop` or `sftp:backup@host:/shop`. Default: RESTIC_REPOSITORY or RESTIC_REPOSITORY_FILE of the step; use one of these where the address holds a password.',
    ),
    password: optionalText('The password of the repository. A secret.'),
    passwordFile: optionalText('A file that holds the password, instead of `password`.'),
    snapshot: z.optional(
      z
        .string()
        .check(
          z.regex(/^(?:latest|[0-9a-f]{4,64})$/, 'write `latest` or the id of a snapshot'),
          z.describe('`latest` (default) of those that `host`, `tag`, `path` and `before` leave, or an id.'),
        ),
    ),
    host: optionalText('The host that the snapshot must be of.'),
    tag: z.optional(texts('Tags that the snapshot must have, all of them.')),
    path: optionalText('The folder that was backed up and is to be put back, as it was called on its host.'),
    before: z.optional(moment('Only snapshots taken before this time, e.g. before the release.')),
    newerThan: z.optional(newerThanField('snapshot', 'By the time at which it was taken.')),
    minFiles: z.optional(wholeNumber('How many files it must hold at least.', 1, Number.MAX_SAFE_INTEGER)),
    subfolder: optionalText(
      'The folder in the snapshot to take as root, as `restic ls` shows it. Default: where `path` stands in it.',
    ),
    target: text('The folder to put back.'),
    include: z.optional(
      texts(
        'Files or folders below the root: only these are put back, into the target that stands; what they replace is kept.',
      ).check(
        z.refine((paths) => paths.every(relative), 'write paths below the root, without `/` before and without `..`'),
      ),
    ),
    missingOnly: flag(
      'Put back only what is not in the target any more; nothing that is there is touched. For files that a release has removed. Default: false.',
    ),
    check: z.optional(
      z
        .enum(['structure', 'data'])
        .check(z.describe('Have the repository checked first: its structure, or all its data too, which takes long.')),
    ),
    noLock: flag('Do not lock the repository: for one that may only be read. Default: false.'),
    swap: z.optional(
      z
        .enum(['rename', 'symlink'])
        .check(
          z.describe(
            'rename (default): the new tree takes the place of the old one by two renames. symlink: the target is a symbolic link, which is pointed at the new tree in one step.',
          ),
        ),
    ),
    keepOld: flag('Keep the old tree beside the target. Default: true.'),
  })
  .check(
    z.refine(
      (asked) => asked.password === undefined || asked.passwordFile === undefined,
      'give `password` or `passwordFile`, and not both',
    ),
    z.refine(
      (asked) => (asked.include === undefined && asked.missingOnly !== true) || asked.swap === undefined,
      '`swap` is for a whole tree: leave it out with `include` or `missingOnly`',
    ),
  );
export type Input = z.infer<typeof input>;

/** The input with absolute paths and all defaults. */
export interface Order {
  /** Null: as the environment says. */
  readonly repository: string | null;
  readonly password: string | null;
  readonly passwordFile: string | null;
  readonly snapshot: string;
  readonly host: string | null;
  readonly tags: readonly string[];
  readonly path: string | null;
  readonly before: string | null;
  readonly newerThanMs: number | null;
  readonly minFiles: number;
  readonly subfolder: string | null;
  readonly target: string;
  /** Null: all of it. */
  readonly include: readonly string[] | null;
  /** `tree`: the whole target is swapped. Else something is put into the one that stands. */
  readonly way: 'tree' | 'paths' | 'missing';
  readonly check: 'structure' | 'data' | null;
  readonly noLock: boolean;
  readonly swap: 'rename' | 'symlink';
  readonly keepOld: boolean;
}

export function orderOf(asked: Input, folder: string): Order {
  const { repository, passwordFile } = asked;
  return {
    repository: repository === undefined ? null : isLocal(repository) ? resolve(folder, repository) : repository,
    password: asked.password ?? null,
    passwordFile: passwordFile === undefined ? null : resolve(folder, passwordFile),
    snapshot: asked.snapshot ?? 'latest',
    host: asked.host ?? null,
    tags: asked.tag ?? [],
    path: trimmed(asked.path),
    before: asked.before ?? null,
    newerThanMs: asked.newerThan === undefined ? null : (parseDuration(asked.newerThan) ?? null),
    minFiles: asked.minFiles ?? 1,
    subfolder: trimmed(asked.subfolder),
    target: resolve(folder, asked.target),
    include: asked.include ?? null,
    way: asked.missingOnly === true ? 'missing' : asked.include === undefined ? 'tree' : 'paths',
    check: asked.check ?? null,
    noLock: asked.noLock ?? false,
    swap: asked.swap ?? 'rename',
    keepOld: asked.keepOld ?? true,
  };
}

/** As restic tells them apart: `sftp:…`, `s3:…`, `rest:…` are not paths. */
export const isLocal = (repository: string): boolean =>
  !/^(?:sftp|s3|rest|azure|gs|b2|swift|rclone|local):/.test(repository);

function trimmed(path: string | undefined): string | null {
  return path === undefined ? null : path.replace(/(?<=.)\/+$/, '');
}
