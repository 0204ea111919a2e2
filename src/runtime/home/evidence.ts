/** The evidence of rehearsals in the home: a folder for each definition of a plan, a file for each run. */
import { join } from 'node:path';
import type { Sign } from '../../journal/chain.ts';
import { openEvidence, type ReadEvidence, sealEvidence } from '../../journal/evidence/envelope.ts';
import type { Statement } from '../../journal/evidence/statement.ts';
import { Fault } from '../../kernel/fault.ts';
import { readIfThere, replaceFile, syncFolder } from './durable-file.ts';
import { evidenceFiles, evidenceFolder, evidencePath, namesIn } from './evidence-folder.ts';
import { errorCode } from './file-system.ts';
import { type Home, makeFolder, orUnusable } from './home.ts';

export interface EvidenceFile {
  readonly path: string;
  /** Undefined: it cannot be read as evidence. */
  readonly evidence: ReadEvidence | undefined;
}

/** Whole on disk on return; answers its path. */
export function writeEvidence(home: Home, statement: Statement, sign: Sign | undefined): string {
  const folder = join(evidenceFolder(home), statement.subject[0].digest.sha256);
  const path = evidencePath(home, statement.subject[0].digest.sha256, statement.predicate.run);
  orUnusable(home.path, () => {
    makeFolder(evidenceFolder(home), home.modes);
    makeFolder(folder, home.modes);
    replaceFile(path, sealEvidence(statement, sign), home.modes.file);
    syncFolder(folder);
  });
  return path;
}

/** Of one definition, or of all; the newest rehearsal first. What lies loose belongs to the plan that it names. */
export function listEvidence(home: Home, definition?: string): readonly EvidenceFile[] {
  const folder = evidenceFolder(home);
  const plans = definition === undefined ? namesIn(folder) : [definition];
  const placed = plans.flatMap((plan) => evidenceFiles(join(folder, plan)).map(listed));
  const loose = evidenceFiles(folder).map(listed);
  return [
    ...placed,
    ...loose.filter(({ evidence }) => definition === undefined || definition === definitionIn(evidence)),
  ].toSorted((one, other) => startOf(other) - startOf(one));
}

const definitionIn = (evidence: EvidenceFile['evidence']): string | undefined =>
  evidence?.statement.subject[0].digest.sha256;

export function readEvidence(path: string): EvidenceFile {
  try {
    const text = readIfThere(path);
    if (text === undefined)
      throw new Fault('usage', `There is no evidence ${path}`, 'List it with: backout rehearsals');
    return { path, evidence: openEvidence(text) };
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('usage', `The evidence ${path} cannot be read (${errorCode(error)})`, undefined, { cause: error });
  }
}

/** One file that cannot be read hides no other. */
function listed(path: string): EvidenceFile {
  try {
    return readEvidence(path);
  } catch {
    return { path, evidence: undefined };
  }
}

function startOf({ evidence }: EvidenceFile): number {
  return evidence === undefined ? 0 : Date.parse(evidence.statement.predicate.startedOn);
}
