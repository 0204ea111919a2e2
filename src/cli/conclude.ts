/** The last words of this process about the run that it drove. */
import { truthOf } from '../engine/truth.ts';
import { Fault } from '../kernel/fault.ts';
import type { Home } from '../runtime/home/home.ts';
import { dryRunText } from '../views/dry-run-text.ts';
import { endingText } from '../views/ending-text.ts';
import { makeRunView } from '../views/make-run-view.ts';
import { statusText } from '../views/status-text.ts';
import { type Drive, type Driven, exitCodeOf } from './drive.ts';
import { exit } from './exit-codes.ts';
import type { Invocation, Surface } from './invocation.ts';
import { recordTimes } from './record-times.ts';
import type { KeptEvidence } from './rehearsal/write-evidence.ts';
import { textOptions } from './text-options.ts';

/** Prints the run as it stands (`--json`: the document, on stdout) and answers the exit code. */
export async function conclude(driven: Driven, drive: Drive, call: Invocation): Promise<number> {
  const { folder, surface, wall, home } = drive;
  const { leaving, context, history } = driven;
  if (leaving.kind === 'broken') throw broken(leaving.error, folder.run);
  const view = makeRunView({
    context,
    truth: truthOf(context),
    history,
    engine: 'gone',
    now: wall.now(),
    ...keyOf(call),
  });
  const options = textOptions(process.stderr, surface, wall.now());
  const text =
    leaving.kind !== 'ended'
      ? statusText(view, options)
      : view.mode === 'dry-run'
        ? dryRunText(view, options)
        : endingText(view, { ...options, journalFile: folder.journal });
  surface.err(`\n${text}`);
  const evidence =
    view.mode === 'rehearsal' && leaving.kind === 'ended' ? await keepEvidence(home, folder.run, call, surface) : {};
  if (call.has('json')) surface.out(`${JSON.stringify({ ...view, ...evidence }, null, 2)}\n`);
  if (leaving.kind === 'ended') recordTimes(driven, drive);
  return exitCodeWith(evidence, exitCodeOf(driven));
}

/** As it was named for this process. */
function keyOf(call: Invocation): { readonly signingKey?: string } {
  const key = call.flag('signing-key');
  return key === undefined ? {} : { signingKey: key };
}

/** A drill whose failure was never reached may have ended well, and has shown nothing. */
function exitCodeWith({ evidence }: KeptEvidence, code: number): number {
  const isGood = code === exit.backedOut || code === exit.exceptions;
  return evidence?.result === 'FAILED' && isGood ? exit.failed : code;
}

/** Loaded where something was rehearsed: a real run's end does not pay for it. */
async function keepEvidence(home: Home, run: string, call: Invocation, surface: Surface): Promise<KeptEvidence> {
  const { writeEvidenceOf } = await import('./rehearsal/write-evidence.ts');
  return writeEvidenceOf(home, run, call, surface);
}

function broken(error: unknown, run: string): Fault {
  if (error instanceof Fault && error.code !== 'internal') return error;
  const reason = error instanceof Error ? error.message : String(error);
  const remedy = `What was recorded is kept, and steps that run go on. Then: backout resume ${run}`;
  return new Fault('internal', `the engine broke: ${reason}`, remedy, { cause: error });
}
