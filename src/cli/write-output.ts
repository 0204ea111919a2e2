/**
 * The file that a command was told to write its result to: there whole, or as it was before.
 * Owns: that a full disk leaves no half of it, and that none of the command's own inputs is lost to a slip of the hand.
 */
import { closeSync, existsSync, openSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '../kernel/fault.ts';
import { writeWhole } from '../runtime/home/durable-file.ts';

/** Replaces an older file; what is no plain file (a pipe, a device) is written to as it is. */
export function writeOutput(path: string, text: string): void {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && !stat.isFile()) writeFileSync(path, text);
    else writeWhole(stat === undefined ? path : realpathSync(path), text, stat?.mode ?? newMode());
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** False: something is there already, and stays. */
export function writeNew(path: string, text: string): boolean {
  try {
    closeSync(openSync(path, 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unwritable(path, error);
  }
  try {
    writeWhole(path, text, newMode());
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw unwritable(path, error);
  }
}

/** `inputs`: paths of what the command read, whether they are there or not. */
export function refuseInput(path: string, inputs: readonly string[]): void {
  const real = realOf(path);
  if (real === undefined || !inputs.some((input) => realOf(input) === real)) return;
  throw new Fault('usage', `${path} is what this is made from`, 'Give another name. Nothing was written.');
}

const realOf = (path: string): string | undefined => (existsSync(path) ? realpathSync(path) : undefined);

const newMode = (): number => 0o666 & ~process.umask();

function unwritable(path: string, error: unknown): Fault {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Fault(
      'usage',
      `${path} cannot be written: the disk is full (${code})`,
      'Make room there. Nothing was written.',
    );
  const missing = code === 'ENOENT' ? `There is no folder ${dirname(path)}. ` : '';
  return new Fault('usage', `${path} cannot be written (${code})`, `${missing}Nothing was written.`);
}
