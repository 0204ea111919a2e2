/** A run as its folder has it: the plan that its journal names, the entries, the state they fold to, and who drives it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EngineState } from '../engine/decide.ts';
import type { Mode } from '../engine/protocol.ts';
import { replay } from '../engine/replay.ts';
import { stepState } from '../engine/state.ts';
import { truthOf } from '../engine/truth.ts';
import type { Entry } from '../journal/entry.ts';
import { Fault } from '../kernel/fault.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Plan } from '../plan/plan.ts';
import type { StepProcesses } from '../ports/step-process.ts';
import { type EngineRecord, type EngineSight, readRecord, sightOf } from '../runtime/home/engine-record.ts';
import { type Home, listRuns, resolveRun } from '../runtime/home/home.ts';
import { readJournal } from '../runtime/home/journal-read.ts';
import { type RunFolder, runFolder } from '../runtime/home/run-folder.ts';
import { hasKeyAtHand } from '../runtime/home/signing-key.ts';
import type { Estimates } from '../views/estimate.ts';
import { expectedEndOf } from '../views/estimate-end.ts';
import { historyOf } from '../views/history.ts';
import { makeRunView } from '../views/make-run-view.ts';
import type { EngineSign, RunView } from '../views/run-view.ts';
import { hasAttempts, isDamage, isGivenUp, lostJournal, orDamaged } from './damaged-run.ts';
import type { Surface } from './invocation.ts';
import { keepHeapSmall } from './small-heap.ts';

export interface KnownRun {
  readonly folder: RunFolder;
  readonly plan: Plan;
  readonly entries: readonly Entry[];
  readonly state: EngineState;
  readonly driver: { readonly record: EngineRecord; readonly sight: EngineSight } | undefined;
}

export function readRun(home: Home, run: string): KnownRun {
  return readRunIn(runFolder(home, run));
}

/** Throws a Fault (exit 7) that says what to type where the journal or the plan is damaged, or the journal is lost. */
export function readRunIn(folder: RunFolder): KnownRun {
  if (!hasEntry(folder) && hasAttempts(folder)) throw lostJournal(folder);
  return orDamaged(folder, () => readWhole(folder));
}

function readWhole(folder: RunFolder): KnownRun {
  const { entries } = readJournal(folder.journal);
  const plan = readPlan(folder, entries);
  return {
    folder,
    plan,
    entries,
    state: replay(
      plan,
      entries.map((entry) => entry.event),
    ),
    driver: driverOf(folder),
  };
}

/** The stored plan, which must be the very one that the journal names (exit 7). */
export function readPlan(folder: RunFolder, entries: readonly Entry[]): Plan {
  const began = entries[0]?.event;
  if (began?.type !== 'run.began') {
    throw new Fault(
      'plan-mismatch',
      `the journal of run ${folder.run} has no beginning`,
      'The run never began; prune it or look into its folder.',
    );
  }
  let text: string;
  try {
    text = readFileSync(folder.plan, 'utf8').replace(/\n$/, '');
  } catch (error) {
    throw new Fault('plan-mismatch', `the plan of run ${folder.run} cannot be read: ${folder.plan}`, undefined, {
      cause: error,
    });
  }
  keepHeapSmall(text.length);
  if (sha256(text) === began.planDigest) return JSON.parse(text) as Plan;
  const remedy = 'Somebody changed it: restore the file.';
  throw new Fault('plan-mismatch', `the stored plan ${folder.plan} is not the one that the journal names`, remedy);
}

function driverOf(folder: RunFolder): KnownRun['driver'] {
  const record = readRecord(folder.owner);
  return record === undefined ? undefined : { record, sight: sightOf(record) };
}

/** Who drives the run, told without its journal. */
export function driverSign(folder: RunFolder): EngineSign {
  return engineSign({ driver: driverOf(folder) });
}

export function engineSign(run: Pick<KnownRun, 'driver'>): EngineSign {
  switch (run.driver?.sight) {
    case 'alive':
    case 'elsewhere':
      return 'alive';
    case 'stopped':
      return 'stopped';
    default:
      return 'gone';
  }
}

/** What a run's journal alone does not tell. */
export interface Beside {
  readonly estimates?: Estimates | undefined;
  readonly takenBackBy?: string;
  /** Of who looks: the signing key may be found there. */
  readonly env?: Surface['env'];
}

export function viewOf(run: KnownRun, now: number, { estimates, takenBackBy, env = {} }: Beside = {}): RunView {
  const { context } = run.state;
  const history = historyOf(run.entries);
  return makeRunView({
    context,
    truth: truthOf(context),
    history,
    engine: engineSign(run),
    now,
    ...(takenBackBy === undefined ? {} : { takenBackBy }),
    ...(needsKey(run, env) ? { signingKey: 'FILE' } : {}),
    expectedEnd: estimates === undefined ? null : expectedEndOf({ context, history, estimates, now }),
  });
}

/** Its entries are signed, and whoever takes it up has to say with what. */
function needsKey({ entries, folder }: KnownRun, env: Surface['env']): boolean {
  return entries.some(({ sig }) => sig !== undefined) && !hasKeyAtHand(dirname(dirname(folder.path)), env);
}

/** What still lives of the attempts that no outcome is recorded of. */
export function livingOf(run: KnownRun, processes: StepProcesses): readonly string[] {
  return run.state.context.active.flatMap((id) => {
    const { attempt, key } = stepState(run.state.context, id);
    return key === null ? [] : processes.living(join(run.folder.path, 'attempts', id, String(attempt)), key);
  });
}

/** The run that a decision is about: the named one, else the only real one that has not ended; with none, of `otherwise`. */
export function latestOpenRun(
  home: Home,
  text: string | undefined,
  otherwise: (home: Home) => readonly string[] = () => [],
): string {
  if (text !== undefined) return resolveRun(home, text);
  const open = listRuns(home).filter(
    (run) => modeOf(home, run) === 'real' && openIn(runFolder(home, run)) !== undefined,
  );
  const chosen = open.length === 0 ? otherwise(home) : open;
  const [only, another] = chosen;
  if (only === undefined)
    throw new Fault('usage', 'there is no run that has not ended', 'List them with: backout runs');
  if (another !== undefined)
    throw new Fault('usage', `${chosen.length} runs have not ended: name one`, `They are: ${chosen.join(', ')}`);
  return only;
}

/** The run where it has not ended. A damaged one throws its Fault, unless a person has given it up. */
export function openIn(folder: RunFolder): KnownRun | undefined {
  try {
    const run = readRunIn(folder);
    return run.state.context.end === null ? run : undefined;
  } catch (error) {
    if (isDamage(error) && isGivenUp(folder)) return undefined;
    throw error;
  }
}

/** The run that is meant: the one that is named, else the latest real one, else the latest. Undefined: there is none. */
export function meantRun(home: Home, text: string | undefined): string | undefined {
  if (text !== undefined) return resolveRun(home, text);
  const all = listRuns(home).filter((run) => modeOf(home, run) !== undefined);
  return all.find((run) => modeOf(home, run) === 'real') ?? all[0];
}

/** Read off the first line alone: `runs` and `status` must not fold every journal there is. */
export function modeOf(home: Home, run: string): Mode | undefined {
  return firstEvent(home, run)?.mode;
}

/** An engine may die between making a run's folder and the first entry: then nothing was done, and nothing is owed. */
export function hasBegun(home: Home, run: string): boolean {
  const folder = runFolder(home, run);
  return hasEntry(folder) || hasAttempts(folder);
}

function hasEntry(folder: RunFolder): boolean {
  try {
    return readFileSync(folder.journal).includes('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

export function firstEvent(home: Home, run: string) {
  const event = firstEntry(home, run)?.event;
  return event?.type === 'run.began' ? event : undefined;
}

export function firstEntry(home: Home, run: string): Entry | undefined {
  try {
    const text = readFileSync(runFolder(home, run).journal, 'utf8');
    const end = text.indexOf('\n');
    return JSON.parse(end < 0 ? text : text.slice(0, end)) as Entry;
  } catch {
    return undefined;
  }
}
