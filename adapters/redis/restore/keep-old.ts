/** The live server's data as it is now, in a file: whole, checked and on disk before anything is changed. */

import { constants, renameSync, rmSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
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
  { old, part }: Places,
  report: Report,
  told: AbortSignal,
): Promise<boolean> {
  if (stands(old)) {
    report.line(`An earlier process of this attempt has kept the old data: ${old}.`);
    return false;
  }
  rmSync(part, { force: true });
  const { execa } = await import('execa');
  const quiet = { stdin: 'ignore', reject: false, all: true, cancelSignal: told } as const;
  const saved = await execa('redis-cli', [...cliArgs(login), '--rdb', part], {
    ...quiet,
    env: { LC_ALL: 'C', ...(login.password === null ? {} : { REDISCLI_AUTH: login.password }) },
  });
  const checked = saved.failed ? saved : await execa('redis-check-rdb', [part], quiet);
  if (checked.failed) {
    rmSync(part, { force: true });
    const words = lastLines(checked.all ?? checked.originalMessage ?? '');
    throw new WorkFailed(
      `The old data of ${login.name} could not be kept in ${dirname(old)}.\n${words}`,
      'The server was not touched. Make room there, or name another folder in `keepIn`; see that the user may SYNC.',
    );
  }
  syncFile(part);
  renameSync(part, old);
  syncFolder(dirname(old));
  report.line(`The old data is kept: ${old} (${inWords(statOf(old)?.size ?? 0)}).`);
  return true;
}
