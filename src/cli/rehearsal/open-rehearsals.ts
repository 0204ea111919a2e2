/** The rehearsals that have not ended: at work, waiting for a person, or without an engine. They have no evidence yet. */
import type { RehearsalPredicate } from '../../journal/evidence/statement.ts';
import { type Home, rehearsalSystems } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { currentRuns } from '../../runtime/home/system-folder.ts';
import type { RunView } from '../../views/run-view.ts';
import { visible } from '../../views/visible.ts';
import { hasBegun, openIn, viewOf } from '../known-run.ts';
import { ageWords } from './age.ts';

export interface OpenRehearsal extends Pick<RehearsalPredicate, 'kind' | 'environment' | 'run'> {
  readonly playbook: string;
  readonly definition: string | null;
  readonly startedOn: string | null;
  readonly status: RunView['status'];
  readonly engine: RunView['engine'];
}

/** `unreadable` is told of those whose journal is damaged: one of them hides no other. */
export function openRehearsals(home: Home, unreadable: (run: string, why: string) => void): readonly OpenRehearsal[] {
  const begun = currentRuns(rehearsalSystems(home)).filter((run) => hasBegun(home, run));
  return begun
    .toSorted()
    .toReversed()
    .flatMap((run) => {
      try {
        return openOne(home, run);
      } catch (error) {
        unreadable(run, error instanceof Error ? error.message : String(error));
        return [];
      }
    });
}

function openOne(home: Home, run: string): readonly OpenRehearsal[] {
  const known = openIn(runFolder(home, run));
  if (known?.plan.rehearsal === undefined) return [];
  const { name, definition, rehearsal } = known.plan;
  const { startedAt, status, engine } = viewOf(known, Date.now());
  const kind = Object.keys(rehearsal.inject).length > 0 ? 'drill' : 'rehearsal';
  const { environment } = rehearsal;
  return [
    { playbook: name, definition: definition ?? null, kind, environment, run, startedOn: startedAt, status, engine },
  ];
}

/** As a rehearsal that has ended is written, with what only evidence could say left open. */
export function openDocument(open: OpenRehearsal) {
  const unproven = { genuine: null, signed: false, signature: 'none', path: null, trend: null };
  return { ...open, result: null, counts: false, why: 'it has not ended', ...unproven };
}

export function openText({ run, status, playbook, environment, kind, startedOn, engine }: OpenRehearsal, now: number) {
  const began = startedOn === null ? '' : `, began ${ageWords(now - Date.parse(startedOn))}`;
  const driven = engine === null || engine === 'alive' ? '' : `, engine ${engine}`;
  const first = `${run}  ${status}  ${visible(playbook)} in ${visible(environment)}, ${kind}${began}${driven}`;
  return `${first}\n  has not ended: backout status ${run}`;
}
