/** A rehearsal that has ended leaves its evidence; made from its journal, by whichever engine saw the end. */
import { existsSync } from 'node:fs';
import type { EvidenceResult, Statement } from '../../journal/evidence/statement.ts';
import type { Plan } from '../../plan/plan.ts';
import { writeEvidence } from '../../runtime/home/evidence.ts';
import { evidencePath } from '../../runtime/home/evidence-folder.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasRestored, statementOf } from '../../views/rehearsal-evidence.ts';
import { shellWord } from '../../views/shell-word.ts';
import { visible } from '../../views/visible.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { type KnownRun, readRun, viewOf } from '../known-run.ts';
import { signerOf } from '../open-record.ts';
import { adapterNames, fileDigest, isOwn } from './own-adapters.ts';
import { secretWords } from './production-secrets.ts';

export interface KeptEvidence {
  readonly evidence?: { readonly path: string; readonly result: EvidenceResult; readonly expires: string };
}

export function writeEvidenceOf(home: Home, run: string, call: Invocation, surface: Surface): KeptEvidence {
  const statement = evidenceOf(readRun(home, run));
  if (statement === undefined) return {};
  const path = writeEvidence(home, statement, signerOf(home, call, surface));
  const { result, expiresOn } = statement.predicate;
  surface.err(`${wordsOf(statement)}\nEvidence ${shellWord(visible(path))}\n`);
  return { evidence: { path, result, expires: expiresOn } };
}

export function writeMissingEvidence(home: Home, run: string, call: Invocation, surface: Surface): void {
  const { definition } = readRun(home, run).plan;
  if (definition !== undefined && !existsSync(evidencePath(home, definition, run)))
    writeEvidenceOf(home, run, call, surface);
}

/** What the run proves; the same whenever it is asked. Undefined: it has not ended, or is no rehearsal. */
export function evidenceOf(known: KnownRun): Statement | undefined {
  const began = known.entries[0]?.event;
  const version = began?.type === 'run.began' ? began.version : '';
  return statementOf({
    plan: known.plan,
    view: viewOf(known, 0),
    version,
    adapters: adapterVersions(known.plan, version),
  });
}

/** A shipped adapter has the version of backout; an own one is known by its file as it was when the rehearsal began. */
function adapterVersions(plan: Plan, version: string): { readonly [name: string]: string } {
  const known = plan.rehearsal?.ownAdapters ?? {};
  return Object.fromEntries(
    adapterNames(plan).map((name) => [name, isOwn(name) ? (known[name] ?? fileDigest(plan.folder, name)) : version]),
  );
}

function wordsOf({ predicate }: Statement): string {
  const { kind, result, coverage, injected, environment, deviations, productionSecrets = [] } = predicate;
  const what = kind === 'drill' ? 'Drill' : 'Rehearsal';
  const left = coverage.leftOut.length === 0 ? '' : `, ${coverage.leftOut.length} left out by the playbook`;
  const lines = [
    `${what} in ${visible(environment)}: ${result}. ${coverage.done} of ${coverage.of} steps done${left}.`,
    ...injected.map(({ step, kind: injection, ended }) => `  ${step}:${injection}: ${visible(ended)}`),
    ...deviations.map((line) => `  - ${visible(line)}`),
    ...productionSecrets.map((each) => `  - with production's own secret ${secretWords(each)}`),
  ];
  if (kind === 'drill')
    lines.push('A drill proves what becomes of these failures; it does not count as a rehearsal of the plan.');
  else if (result === 'FAILED' || !hasRestored(predicate)) lines.push('It does not count as a rehearsal of the plan.');
  else lines.push(`It counts for this plan until ${predicate.expiresOn.slice(0, 10)}, and until the plan is edited.`);
  return lines.join('\n');
}
