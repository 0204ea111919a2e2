import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { optionalText, port, text, texts, wholeNumber } from '../../support/fields.ts';

const flag = (description: string) => z.optional(z.boolean().check(z.describe(description)));

const ssh = z
  .strictObject({
    port: z.optional(port('Port of the SSH server.')),
    identity: optionalText('A file with the private key.'),
    config: optionalText('A file of ssh settings to take instead of those of the user and the system.'),
    options: z.optional(texts('Options as in ssh_config, e.g. `ProxyJump=bastion`.')),
  })
  .check(z.describe('For a place on another host. Default: as ssh is configured here. It never asks for a password.'));

export const input = z
  .strictObject({
    source: text(
      'The folder to copy: a path, `host:/path` over ssh, or `rsync://host/module/path`. All that it holds.',
    ),
    target: text('The folder to copy into, written in the same way. One of the two must be here.'),
    delete: flag('Remove from the target what the source does not hold. Default: false.'),
    maxDelete: z.optional(wholeNumber('With `delete`: how many files may be removed at most.', 0, 1_000_000_000)),
    checksum: flag('Compare files by their content, not by size and time, which takes longer. Default: false.'),
    exclude: z.optional(texts('Patterns, as of rsync, of what is neither copied nor removed.')),
    backupDir: optionalText(
      'A folder on the side of the target: what is replaced or removed is kept there, in a folder for each attempt.',
    ),
    ssh: z.optional(ssh),
  })
  .check(
    z.refine(
      (asked) => !(isRemote(asked.source) && isRemote(asked.target)),
      '`source` or `target` must be on this host',
    ),
    z.refine((asked) => asked.maxDelete === undefined || asked.delete === true, '`maxDelete` goes with `delete: true`'),
    z.refine(
      (asked) => asked.backupDir === undefined || !isRemote(asked.target) || asked.backupDir.startsWith('/'),
      'for a target on another host write `backupDir` as an absolute path there',
    ),
  );
export type Input = z.infer<typeof input>;

/** The input with absolute paths and all defaults. Both folders end with `/`. */
export interface Order {
  readonly source: string;
  readonly target: string;
  /** The path of the source, the target, where it is on this host. */
  readonly localSource: string | null;
  readonly localTarget: string | null;
  readonly delete: boolean;
  readonly maxDelete: number | null;
  readonly checksum: boolean;
  readonly exclude: readonly string[];
  /** This attempt's own. */
  readonly backupDir: string | null;
  readonly ssh: NonNullable<Input['ssh']>;
}

export function orderOf(asked: Input, folder: string, key: string): Order {
  const here = (place: string) => (isRemote(place) ? null : resolve(folder, place));
  const [localSource, localTarget] = [here(asked.source), here(asked.target)];
  const backups =
    asked.backupDir === undefined || localTarget === null ? asked.backupDir : resolve(folder, asked.backupDir);
  return {
    source: withSlash(localSource ?? asked.source),
    target: withSlash(localTarget ?? asked.target),
    localSource,
    localTarget,
    delete: asked.delete ?? false,
    maxDelete: asked.maxDelete ?? null,
    checksum: asked.checksum ?? false,
    exclude: asked.exclude ?? [],
    backupDir: backups === undefined ? null : join(backups, key),
    ssh: filesOf(asked.ssh ?? {}, folder),
  };
}

function filesOf(given: Order['ssh'], folder: string): Order['ssh'] {
  const { identity, config } = given;
  return {
    ...given,
    ...(identity === undefined ? {} : { identity: resolve(folder, identity) }),
    ...(config === undefined ? {} : { config: resolve(folder, config) }),
  };
}

/** As rsync tells them apart: a colon before the first slash. */
export const isRemote = (place: string): boolean => /^rsync:\/\/|^[^/]+:/.test(place);

const withSlash = (place: string): string => (place.endsWith('/') ? place : `${place}/`);
