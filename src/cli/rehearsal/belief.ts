/**
 * Whether evidence is what backout has written: by its signature where a key is here, else by its run's journal, which
 * is the truth. A signature that no key has checked proves nothing, and takes nothing away.
 */
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { ReadEvidence } from '../../journal/evidence/envelope.ts';
import type { Statement } from '../../journal/evidence/statement.ts';
import type { CheckSignature } from '../../journal/signature.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { isRunId } from '../../kernel/run-id.ts';
import { evidenceFolder } from '../../runtime/home/evidence-folder.ts';
import type { Home } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { readRun } from '../known-run.ts';
import { version } from '../version.ts';
import { hasEvidenceKey } from './evidence-key.ts';
import { evidenceOf } from './write-evidence.ts';

export interface BeliefFacts {
  readonly home: Home;
  /** Of the key that signs here; undefined: there is none. */
  readonly check: CheckSignature | undefined;
}

/** `unchecked`: there is one, and no key here to check it with. */
export type SignatureState = 'none' | 'checked' | 'unchecked' | 'wrong';

export function signatureState({ signed, isSignedBy }: ReadEvidence, { check }: BeliefFacts): SignatureState {
  if (!signed) return 'none';
  if (check === undefined) return 'unchecked';
  return isSignedBy(check) ? 'checked' : 'wrong';
}

/** Null: it is what it says. Else why it is not believed. */
export function disbelief(path: string, evidence: ReadEvidence, facts: BeliefFacts): string | null {
  const { statement } = evidence;
  const signature = signatureState(evidence, facts);
  if (signature === 'wrong') return 'its signature is not by the key that is used here';
  if (signature !== 'checked' && hasEvidenceKey(facts.home))
    return 'nobody has signed it, and evidence-key.pem is here';
  return misplaced(path, statement, facts) ?? unlikeJournal(statement, signature, facts);
}

/** A file may lie anywhere; in a plan's folder of the home its place is part of what it says. */
function misplaced(path: string, { subject }: Statement, { home }: BeliefFacts): string | null {
  const folder = dirname(path);
  if (dirname(folder) !== evidenceFolder(home) || basename(folder) === subject[0].digest.sha256) return null;
  return 'it was moved here from the evidence of another plan';
}

/** The journal is the truth; without it only a signature can be believed. */
function unlikeJournal(statement: Statement, signature: SignatureState, { home }: BeliefFacts): string | null {
  const { run } = statement.predicate;
  if (!isRunId(run)) return 'it names no run';
  if (!existsSync(runFolder(home, run).journal)) {
    if (signature === 'checked') return null;
    const unproven = signature === 'none' ? 'nobody has signed it' : 'there is no key to check its signature with';
    return `its run ${run} is not in this home, and ${unproven}`;
  }
  try {
    const own = evidenceOf(readRun(home, run));
    if (own === undefined) return `run ${run} is no rehearsal that has ended`;
    return said(own) === said(statement) ? null : `it does not say what the journal of run ${run} says: it was edited`;
  } catch (error) {
    // Whatever is wrong with a rehearsal's folder must not stand in the way of a backout.
    return `the journal of its run cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What evidence that another release has written has in common with what this one would write of the same journal. */
function said({ subject, predicate }: Statement): string {
  if (predicate.tool.version === version) return canonicalJson({ subject, ...predicate });
  const { tool, kind, result, environment, head, planDigest, startedOn, finishedOn, expiresOn, end } = predicate;
  const steps = predicate.steps.map(({ id, outcome, attempts }) => ({ id, outcome, attempts }));
  const { done, of } = predicate.coverage;
  const facts = { tool, kind, result, environment, head, planDigest, startedOn, finishedOn, expiresOn, end };
  return canonicalJson({ subject, ...facts, steps, done, of });
}
