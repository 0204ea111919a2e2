/**
 * `--backout-on-failure`, kept by whoever drives the change's run: it is recorded with the run's beginning, so that the
 * process that takes the run up after a crash or a person's answer does what the first one would have done.
 */
import type { RunEvent } from '../../engine/protocol.ts';
import { lookAtHome } from '../../runtime/home/home.ts';
import { exit } from '../exit-codes.ts';
import type { Invocation, Surface } from '../invocation.ts';
import type { KnownRun } from '../known-run.ts';
import type { LoadedChange } from './load-change.ts';

type Began = Extract<RunEvent, { readonly type: 'run.began' }>;
type Drive = (surface: Surface) => Promise<number>;

/** The run has ended, and taking its change back is what is left to do. */
export async function owesBackout(known: KnownRun, call: Invocation, surface: Surface): Promise<boolean> {
  const asked = askedOf(known, call);
  return asked !== undefined && isDue(known.folder.run, asked.id, call, surface);
}

/** Drives the run, and takes the change back where it then has failed and that was asked for when it began. */
export async function andBackOut(known: KnownRun, call: Invocation, surface: Surface, drive: Drive): Promise<number> {
  const asked = askedOf(known, call);
  if (asked === undefined) return drive(surface);
  const told: string[] = [];
  const code = await drive({ ...surface, out: (text) => void told.push(text) });
  const { run } = known.folder;
  if (code !== exit.failed || !(await isDue(run, asked.id, call, surface))) {
    for (const text of told) surface.out(text);
    return code;
  }
  const { backOutFailed } = await import('./back-out-failed.ts');
  const { loadExecuted } = await import('./executed-change.ts');
  const loaded = await loadOrNone(known, surface);
  const failed = {
    ...asked,
    code,
    told: told.join(''),
    loaded,
    load: (home: Parameters<typeof loadExecuted>[0]) => loadExecuted(home, asked.id, undefined, call, surface),
  };
  return backOutFailed(failed, call, surface);
}

/** Whom to tell stands there, also where the file was edited since and nothing can be derived from it. */
async function loadOrNone({ plan }: KnownRun, surface: Surface): Promise<LoadedChange | undefined> {
  const { loadChange } = await import('./load-change.ts');
  try {
    const loaded = await loadChange(plan.playbookFile, surface.cwd);
    return loaded.ok ? loaded.value : undefined;
  } catch {
    return undefined;
  }
}

/** A call that asks for it itself does it itself. */
function askedOf(
  { entries, plan }: KnownRun,
  call: Invocation,
): { readonly id: string; readonly irreversible: 'ask' | 'refuse' } | undefined {
  const first = entries[0]?.event;
  const began: Began | undefined = first?.type === 'run.began' ? first : undefined;
  const { id } = plan.change;
  if (began?.backoutOnFailure === undefined || began.mode !== 'real' || typeof id !== 'string') return undefined;
  return call.has('backout-on-failure') ? undefined : { id, irreversible: began.backoutOnFailure.irreversible };
}

async function isDue(run: string, id: string, call: Invocation, surface: Surface): Promise<boolean> {
  const { isBackoutDue } = await import('./owed-backout.ts');
  return isBackoutDue(lookAtHome(call.flag('home'), surface.env), run, id);
}
