/** `backout rehearsals`: what was rehearsed, when, how it went, whether it still counts, and what became slower. */
import { basename, dirname } from 'node:path';
import type { RehearsalPredicate } from '../../journal/evidence/statement.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { listEvidence } from '../../runtime/home/evidence.ts';
import { lookAtHome } from '../../runtime/home/home.ts';
import { visible } from '../../views/visible.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Surface } from '../invocation.ts';
import { printDiagnostics } from '../lint-output.ts';
import { loadPlaybook } from '../load-playbook.ts';
import { ageWords } from '../rehearsal/age.ts';
import { evidenceKey } from '../rehearsal/evidence-key.ts';
import { type Judged, judge, newestFirst } from '../rehearsal/judge.ts';
import { definitionOfPlaybook } from '../rehearsal/known-rehearsal.ts';
import { openDocument, openRehearsals, openText } from '../rehearsal/open-rehearsals.ts';
import { type Trend, trendOf, trendWords } from '../rehearsal/trend.ts';

export const run: CommandRun = async (call, surface) => {
  const home = lookAtHome(call.flag('home'), surface.env);
  const [file] = call.args;
  const asked = file === undefined ? undefined : await askedFor(file, surface);
  if (asked === null) return exit.usage;
  const now = Date.now();
  const folder = asked === undefined ? {} : { folder: asked.folder };
  const facts = { home, now, check: evidenceKey(home, surface), ...folder };
  const inOrder = newestFirst();
  const all = listEvidence(home).map((each) => inOrder(judge(each, asked?.definition, facts)));
  const meant = all.filter((each) => asked === undefined || isOf(asked, each));
  const lines = meant.map((each, index) => lineOf(each, meant.slice(index + 1)));
  const open = openRehearsals(home, (run, why) => surface.err(`Rehearsal ${run} cannot be read: ${visible(why)}\n`));
  const going = open.filter(({ playbook }) => asked === undefined || playbook === asked.name);
  const verb = asked === undefined ? 'valid' : 'counts';
  if (call.has('json'))
    surface.out(`${JSON.stringify([...going.map(openDocument), ...lines.map(documentOf)], null, 2)}\n`);
  else
    for (const text of [...going.map((each) => openText(each, now)), ...lines.map((line) => textOf(line, now, verb))])
      surface.out(`${text}\n`);
  if (lines.length === 0 && going.length === 0) {
    const what = asked === undefined ? `in ${home.path}` : `of ${asked.name}`;
    surface.err(`There is no rehearsal ${what}. Begin one: backout rehearse ${file ?? 'PLAYBOOK'}\n`);
  }
  return exit.backedOut;
};

interface Asked {
  readonly name: string;
  readonly definition: string;
  readonly folder: string;
}

/** Null: the file is no valid playbook, which was said. */
async function askedFor(file: string, surface: Surface): Promise<Asked | null> {
  const loaded = await loadPlaybook(file, surface.cwd);
  const definition = definitionOfPlaybook(loaded);
  if (loaded.playbook !== undefined && definition !== undefined)
    return { name: loaded.playbook.content.name, definition, folder: dirname(loaded.file) };
  printDiagnostics(loaded.diagnostics, surface);
  return null;
}

/** A damaged file names no plan; the folder that it lies in does. */
function isOf({ name, definition }: Asked, { statement, path }: Judged): boolean {
  return statement === undefined ? basename(dirname(path)) === definition : statement.subject[0].name === name;
}

interface Line {
  readonly judged: Judged;
  readonly trend: Trend | undefined;
}

/** Held against the rehearsal of the same plan before it; a failure takes as long as it likes, and so does a drill. */
function lineOf(judged: Judged, older: readonly Judged[]): Line {
  const { statement } = judged;
  if (statement === undefined || !isComparable(judged)) return { judged, trend: undefined };
  const before = older.find((other) => {
    const { subject, predicate } = other.statement ?? {};
    const isSamePlan = subject?.[0].digest.sha256 === statement.subject[0].digest.sha256;
    return isSamePlan && predicate?.environment === statement.predicate.environment && isComparable(other);
  });
  return { judged, trend: trendOf(statement.predicate, before?.statement?.predicate) };
}

function isComparable({ statement, forged }: Judged): boolean {
  return forged === null && statement?.predicate.kind === 'rehearsal' && statement.predicate.result !== 'FAILED';
}

function documentOf({ judged, trend }: Line) {
  const { statement, path, forged, why, signature } = judged;
  const signed = signature === 'checked';
  const counts = { counts: why === null, why, genuine: forged === null, signed, signature, path, trend: trend ?? null };
  if (statement === undefined) return counts;
  const { steps, ...predicate } = statement.predicate;
  const [{ name, digest }] = statement.subject;
  return { playbook: name, definition: digest.sha256, ...predicate, steps, ...counts };
}

/** Without a playbook nobody knows whether the plan is still the one that was rehearsed. */
function textOf({ judged, trend }: Line, now: number, verb: 'valid' | 'counts'): string {
  const { statement, path, why } = judged;
  if (statement === undefined) return `${visible(path)}: ${why}`;
  const { predicate, subject } = statement;
  const what = predicate.kind === 'drill' ? `drill of ${predicate.injected.map(injected).join(', ')}` : 'rehearsal';
  const age = ageWords(now - Date.parse(predicate.finishedOn));
  const counts = why === null ? `${verb} until ${predicate.expiresOn.slice(0, 10)}` : `does not count: ${why}`;
  const took = `${formatDuration(predicate.ms)}${trend === undefined ? '' : `, ${trendWords(trend)}`}`;
  const first = `${predicate.run}  ${predicate.result}  ${visible(subject[0].name)} in ${visible(predicate.environment)}, ${what}, ${age}`;
  return [first, `  took ${took}; ${coverage(predicate)}; ${visible(counts)}`].join('\n');
}

const injected = ({ step, kind }: RehearsalPredicate['injected'][number]): string => `${step}:${kind}`;

function coverage({ coverage: { done, of, leftOut } }: RehearsalPredicate): string {
  const left = leftOut.length === 0 ? '' : ` (left out: ${leftOut.map(({ step }) => step).join(', ')})`;
  return `${done} of ${of} steps${left}`;
}
