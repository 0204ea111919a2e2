/**
 * Whether the evidence of a rehearsal counts for a plan: genuine, of that very plan, a rehearsal that did not fail, and
 * not expired. What does not count says why, so that nobody wonders at night.
 */
import type { EvidenceResult, Statement } from '../../journal/evidence/statement.ts';
import { type EvidenceFile, listEvidence } from '../../runtime/home/evidence.ts';
import { isLoose } from '../../runtime/home/evidence-folder.ts';
import { hasRestored, noRestore } from '../../views/rehearsal-evidence.ts';
import { type BeliefFacts, disbelief, type SignatureState, signatureState } from './belief.ts';
import { fileDigest, isOwn } from './own-adapters.ts';

const itFailed = 'it failed';

export interface JudgeFacts extends BeliefFacts {
  /** Ms since the epoch. */
  readonly now: number;
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
  readonly signature: SignatureState;
}

export function judge({ path, evidence }: EvidenceFile, definition: string | undefined, facts: JudgeFacts): Judged {
  if (evidence === undefined) {
    const forged = 'it is damaged, or no evidence of a rehearsal';
    return { path, statement: undefined, forged, why: forged, signature: 'none' };
  }
  const { statement } = evidence;
  const forged = disbelief(path, evidence, facts);
  const why = forged ?? notCounting(statement, definition, facts) ?? loose(path, statement, facts);
  return { path, statement, forged, why, signature: signatureState(evidence, facts) };
}

/** What a run looks for is the folder of its plan alone. */
function loose(path: string, { subject }: Statement, { home }: JudgeFacts): string | null {
  return isLoose(home, path)
    ? `it lies beside the plans' folders: move it to evidence/${subject[0].digest.sha256}/`
    : null;
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
  /** Steps that did not apply there, or that a person left out; those that the playbook leaves out are not among them. */
  readonly skipped: ReadonlySet<string>;
}

export interface Evidences {
  /** The newest rehearsal that counts. */
  readonly latest: LatestEvidence | undefined;
  /** Newer ones that do not. */
  readonly notCounting: readonly Judged[];
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

function latestOf(statement: Statement | undefined): LatestEvidence | undefined {
  if (statement === undefined) return undefined;
  const { finishedOn, expiresOn, result, environment, run, steps, coverage } = statement.predicate;
  const [leftOut, of] = [coverage.leftOut.length, coverage.of];
  const reasoned = new Set(coverage.leftOut.map(({ step }) => step));
  const skipped = new Set(steps.flatMap(({ id, outcome }) => (outcome === 'skipped' && !reasoned.has(id) ? [id] : [])));
  const stepMs = new Map(steps.flatMap(({ id, ms }) => (ms === null ? [] : [[id, ms] as const])));
  const at = Date.parse(finishedOn);
  return { at, expiresAt: Date.parse(expiresOn), result, environment, run, stepMs, leftOut, of, skipped };
}
