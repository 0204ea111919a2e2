import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { bareDigest, checksum, duration, optionalText, text } from '../../support/fields.ts';
import { type DataExpect, dataFields } from '../expect.ts';
import { type Login, loginFields, loginOf, oneServer } from '../login.ts';

export const input = z
  .strictObject({
    backup: text('The backup: an RDB file (dump.rdb), or a folder with an append-only file (appendonlydir).'),
    ...loginFields,
    checksum: z.optional(checksum('SHA-256 of the RDB file.')),
    newerThan: z.optional(duration('The backup must be younger than this: 24h, 7d. By the time that stands in it.')),
    expect: z.optional(
      z.strictObject(dataFields).check(z.describe('What the backup must hold; asked before anything is changed.')),
    ),
    keepIn: optionalText('The folder in which the old data is kept, as an RDB file. Default: that of the backup.'),
    stagingHost: optionalText(
      'The address of this machine at which the server can reach it. Default: the one from which it is reached.',
    ),
    patience: z._default(duration('How long the server may take to load the backup. Default: 30m.'), 1_800_000),
  })
  .check(oneServer);
export type Asked = z.infer<typeof input>;

/** The input with absolute paths and all defaults. */
export interface Order {
  readonly backup: string;
  readonly login: Login;
  readonly checksum: string | null;
  readonly maxAgeMs: number | null;
  readonly expect: DataExpect;
  readonly stagingHost: string | null;
  readonly patienceMs: number;
  readonly keepIn: string;
}

export function orderOf(asked: Asked, folder: string, env: { readonly [name: string]: string | undefined }): Order {
  const backup = resolve(folder, asked.backup);
  return {
    backup,
    login: loginOf(asked, folder, env),
    checksum: asked.checksum === undefined ? null : bareDigest(asked.checksum),
    maxAgeMs: asked.newerThan ?? null,
    expect: asked.expect ?? {},
    stagingHost: asked.stagingHost ?? null,
    patienceMs: asked.patience,
    keepIn: asked.keepIn === undefined ? dirname(backup) : resolve(folder, asked.keepIn),
  };
}

export interface Places {
  readonly key: string;
  /** The old data of an attempt that has restored: it stands there only then. */
  readonly old: string;
  /** The old data, complete, while the attempt goes on, or where it was stopped. */
  readonly saved: string;
  /** Being written. */
  readonly part: string;
  /** How far this attempt came. */
  readonly state: string;
  /** The folder of the staging server. */
  readonly stage: string;
}

export function placesOf({ keepIn, login }: Order, key: string): Places {
  const server = basename(login.name).replaceAll(/[^A-Za-z0-9.-]/g, '_');
  const at = (what: string) => join(keepIn, `.redis-${server}.backout-${what}-${key}`);
  return {
    key,
    old: join(keepIn, `redis-${server}.before-${key}.rdb`),
    saved: join(keepIn, `redis-${server}.saved-${key}.rdb`),
    part: at('part'),
    state: at('state'),
    stage: at('stage'),
  };
}
