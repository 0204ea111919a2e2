/** Why a file that a step names cannot be read, before something is done that needs it. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { reasonOf } from './reason.ts';

export async function whyUnreadable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
