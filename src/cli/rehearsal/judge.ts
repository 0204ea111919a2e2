/**
 * Whether the evidence of a rehearsal counts for a plan: genuine, of that very plan, a rehearsal that did not fail, and
 * not expired. What does not count says why, so that nobody wonders at night.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { EvidenceResult, Statement } from '../../journal/evidence/statement.ts';
import type { CheckSignature } from '../../journal/signature.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { isRunId } from '../../kernel/run-id.ts';
import { type EvidenceFile, evidenceFolder, listEvidence } from '../../runtime/home/evidence.ts';
import type { Home } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { hasRestored, noRestore } from '../../views/rehearsal-evidence.ts';
import { readRun } from '../known-run.ts';
import { evidenceOf, fileDigest, isOwn } from './write-evidence.ts';

const itFailed = 'it failed';

export interface JudgeFacts {
  readonly home: Home;
  /** Ms since the epoch. */
  readonly now: number;
  /** Of the key that signs here; undefined: there is none. */
  readonly check: CheckSignature | undefined;
  /** The playbook's, where it is asked about: its own adapters lie there. */
  readonly folder?: string;
}

export interface Judged {
  readonly path: string;
  readonly statement: Statement | undefined;
  /** Null: it is what it says. Else why it is not believed. */
  readonly forged: string | null;
  /** Null: it counts. Else why not. */
  readonly why: string | null;
  readonly signed: boolean;
}

export function judge({ path, evidence }: EvidenceFile, definition: string | undefined, facts: JudgeFacts): Judged {
  if (evidence === undefined) {
    const forged = 'it is damaged, or no evidence of a rehearsal';
    return { path, statement: undefined, forged, why: forged, signed: false };
  }
  const { statement, signed } = evidence;
  const forged = signatureFault(evidence, facts) ?? misplaced(path, statement, facts) ?? unlikeJournal(evidence, facts);
  return { path, statement, forged, why: forged ?? notCounting(statement, definition, facts), signed };
}

type Evidence = NonNullable<EvidenceFile['evidence']>;

function signatureFault({ signed, isSignedBy }: Evidence, { check }: JudgeFacts): string | null {
  return signed && check !== undefined && !isSignedBy(check)
    ? 'its signature is not by the key that is used here'
    : null;
}

/** A file may lie anywhere; in the home its place is part of what it says. */
function misplaced(path: string, { subject }: Statement, { home }: JudgeFacts): string | null {
  const folder = dirname(path);
  if (dirname(folder) !== evidenceFolder(home) || basename(folder) === subject[0].digest.sha256) return null;
  return 'it was moved here from the evidence of another plan';
}

/** The journal is the truth; without it only a signature can be believed. */
function unlikeJournal({ statement, signed }: Evidence, { home, check }: JudgeFacts): string | null {
  const { run } = statement.predicate;
  if (!isRunId(run)) return 'it names no run';
  if (!existsSync(runFolder(home, run).journal)) {
    if (signed && check !== undefined) return null;
    return `its run ${run} is not in this home, and ${signed ? 'there is no key to check its signature with' : 'nobody has signed it'}`;
  }
  try {
    const own = evidenceOf(readRun(home, run));
    if (own === undefined) return `run ${run} is no rehearsal that has ended`;
    return said(own, statement) === said(statement, own)
      ? null
      : `it does not say what the journal of run ${run} says: it was edited`;
  } catch (error) {
    // Whatever is wrong with a rehearsal's folder must not stand in the way of a backout.
    return `the journal of its run cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What evidence of another version of backout has in common with what this one would write. */
function said({ subject, predicate }: Statement, other: Statement): string {
  const { tool, adapters: _, ...all } = predicate;
  if (tool.version === other.predicate.tool.version) return canonicalJson({ subject, ...all });
  const { kind, environment, head, planDigest, startedOn, finishedOn, expiresOn, end } = all;
  return canonicalJson({ subject, kind, environment, head, planDigest, startedOn, finishedOn, expiresOn, end });
}

function notCounting(statement: Statement, definition: string | undefined, facts: JudgeFacts): string | null {
  const { subject, predicate } = statement;
  const { now } = facts;
  const { kind, result, expiresOn, finishedOn } = predicate;
  if (definition !== undefined && subject[0].digest.sha256 !== definition) return 'the plan has been edited since';
  const edited = editedAdapter(statement, facts);
  if (edited !== undefined) return `its adapter ${edited} has been edited since`;
  if (kind === 'drill') return 'it is a drill';
  if (result === 'FAILED') return itFailed;
  if (!hasRestored(predicate)) return noRestore;
  if (Date.parse(finishedOn) > now + 60_000) return 'it ends in the future: see to the clock';
  return Date.parse(expiresOn) <= now ? `it has expired on ${expiresOn.slice(0, 10)}` : null;
}

/** An adapter of one's own is no part of the plan's definition, and yet does a part of what was rehearsed. */
function editedAdapter({ predicate }: Statement, { folder }: JudgeFacts): string | undefined {
  if (folder === undefined) return undefined;
  const own = Object.entries(predicate.adapters ?? {}).filter(([name]) => isOwn(name));
  return own.find(([name, digest]) => fileDigest(folder, name) !== digest)?.[0];
}

export interface LatestEvidence {
  readonly at: number;
  readonly expiresAt: number;
  readonly result: EvidenceResult;
  readonly environment: string;
  readonly run: string;
  readonly stepMs: ReadonlyMap<string, number>;
  /** How many steps the playbook leaves out of its rehearsals, of how many. */
  readonly leftOut: number;
  readonly of: number;
}

export interface Evidences {
  /** The newest rehearsal that counts. */
  readonly latest: LatestEvidence | undefined;
  /** Newer ones that do not. */
  readonly notCounting: readonly Judged[];
}

export function hasEvidence(home: Home, definition: string): boolean {
  return existsSync(join(evidenceFolder(home), definition));
}

export function evidencesFor(definition: string, facts: JudgeFacts): Evidences {
  const notCounting: Judged[] = [];
  const inOrder = newestFirst();
  // To judge one folds its journal: no older ones than needed.
  for (const file of listEvidence(facts.home, definition)) {
    const judged = inOrder(judge(file, definition, facts));
    if (judged.why === null) return { latest: latestOf(judged.statement), notCounting };
    notCounting.push(judged);
  }
  return { latest: undefined, notCounting };
}

/** A rehearsal that went well proves nothing any more when the same plan failed since. To be asked newest first. */
export function newestFirst(): (judged: Judged) => Judged {
  const failed = new Map<string, string>();
  return (judged) => {
    const { statement, why } = judged;
    if (statement === undefined) return judged;
    const definition = statement.subject[0].digest.sha256;
    const run = failed.get(definition);
    if (why === itFailed && run === undefined) failed.set(definition, statement.predicate.run);
    return why !== null || run === undefined ? judged : { ...judged, why: `a newer rehearsal of it, ${run}, failed` };
  };
}

/** All evidence of the plan that can be believed, whether it counts or not, newest first; and words for the rest. */
export function genuineEvidence(
  definition: string,
  facts: JudgeFacts,
): { readonly statements: readonly Statement[]; readonly troubles: readonly string[] } {
  const judged = listEvidence(facts.home, definition).map((file) => judge(file, definition, facts));
  return {
    statements: judged.flatMap(({ statement, forged }) =>
      statement === undefined || forged !== null ? [] : [statement],
    ),
    troubles: judged.flatMap(({ path, forged }) =>
      forged === null ? [] : [`Evidence that is not believed: ${path}: ${forged}.`],
    ),
  };
}

/** For others who ask (lint, the document): the rehearsal that counts. */
export function latestEvidence(definition: string, facts: JudgeFacts): LatestEvidence | undefined {
  return hasEvidence(facts.home, definition) ? evidencesFor(definition, facts).latest : undefined;
}

function latestOf(statement: Statement | undefined): LatestEvidence | undefined {
  if (statement === undefined) return undefined;
  const { finishedOn, expiresOn, result, environment, run, steps, coverage } = statement.predicate;
  const [leftOut, of] = [coverage.leftOut.length, coverage.of];
  const stepMs = new Map(steps.flatMap(({ id, ms }) => (ms === null ? [] : [[id, ms] as const])));
  const at = Date.parse(finishedOn);
  return { at, expiresAt: Date.parse(expiresOn), result, environment, run, stepMs, leftOut, of };
}
