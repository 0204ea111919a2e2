/** The live server's data as it is now, in a file: whole, checked and on disk before anything is changed. */

import { constants, readdirSync, renameSync, rmSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Trouble } from '../../support/access.ts';
import { stands, statOf, syncFile, syncFolder } from '../../support/durable.ts';
import { lastLines, reasonOf } from '../../support/reason.ts';
import { inWords } from '../../support/space.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import { cliArgs, type Login } from '../login.ts';
import type { Places } from './input.ts';

/** Undefined: it can. */
export async function cannotKeepIn(folder: string): Promise<Trouble | undefined> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const reason = `The old data cannot be kept in ${folder}: ${reasonOf(error)}`;
    return { reason, remedy: 'Name a folder in `keepIn` that can be written.' };
  }
}

/** True: now, and not by an earlier process of this attempt. */
export async function keepOld(
  login: Login,
  { saved, part }: Places,
  report: Report,
  told: AbortSignal,
): Promise<boolean> {
  if (stands(saved)) {
    report.line(`An earlier process of this attempt has kept the old data: ${saved}.`);
    return false;
  }
  rmSync(part, { force: true });
  const { execa } = await import('execa');
  const quiet = { stdin: 'ignore', reject: false, all: true, cancelSignal: told } as const;
  const copied = await execa('redis-cli', [...cliArgs(login), '--rdb', part], {
    ...quiet,
    env: { LC_ALL: 'C', ...(login.password === null ? {} : { REDISCLI_AUTH: login.password }) },
  });
  const checked = copied.failed ? copied : await execa('redis-check-rdb', [part], quiet);
  if (checked.failed) {
    rmSync(part, { force: true });
    const words = lastLines(checked.all ?? checked.originalMessage ?? '');
    throw new WorkFailed(
      `The old data of ${login.name} could not be kept in ${dirname(saved)}.\n${words}`,
      'The server was not touched. Make room there, or name another folder in `keepIn`; see that the user may SYNC.',
    );
  }
  syncFile(part);
  renameSync(part, saved);
  syncFolder(dirname(saved));
  report.line(`The old data is kept: ${saved} (${inWords(statOf(saved)?.size ?? 0)}).`);
  return true;
}

/** The data is restored: that the old data stands under its last name says so, to a probe and to a repeat. */
export function settleOld({ old, saved }: Places): void {
  renameSync(saved, old);
  syncFolder(dirname(old));
}

/** What stays, for people: the old data, and what attempts that were stopped have kept of it. */
export function whatStays({ old, saved, key }: Places): readonly string[] {
  const stem = basename(saved).slice(0, -`${key}.rdb`.length);
  const others = readdirSync(dirname(saved)).filter((name) => name.startsWith(stem) && name.endsWith('.rdb'));
  const files = [old, ...others.map((name) => join(dirname(saved), name))].filter(stands);
  return files.map((file) => `Stays until you remove it: ${file} (${inWords(statOf(file)?.size ?? 0)}).`);
}
