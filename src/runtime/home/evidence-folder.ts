/** Where the evidence of rehearsals lies in the home; nothing of it is read here. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from './file-system.ts';
import type { Home } from './home.ts';

export const evidenceFolder = (home: Home): string => join(home.path, 'evidence');

export function evidencePath(home: Home, definition: string, run: string): string {
  return join(evidenceFolder(home), definition, `${run}.json`);
}

/** Put beside the plans' folders, where nobody looks for the evidence of a plan. */
export function isLoose(home: Home, path: string): boolean {
  return dirname(path) === evidenceFolder(home);
}

/** There may be some of that plan: a file that lies loose may be anybody's. */
export function mayHaveEvidence(home: Home, definition: string): boolean {
  return existsSync(join(evidenceFolder(home), definition)) || evidenceFiles(evidenceFolder(home)).length > 0;
}

/** Paths of what a folder holds of it; none where there is no such folder. */
export function evidenceFiles(folder: string): readonly string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));
}

export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
