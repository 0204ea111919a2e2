/**
 * A change has failed and its way back cannot begin: people must act. Says so, and carries out what the frame has for
 * a backout that ended badly (`escalate`), as far as that can be planned.
 */
import { ok } from '../../kernel/result.ts';
import { escalateOnly } from '../../plan/derive/escalate-only.ts';
import { checkPlaybook } from '../../playbook/check.ts';
import { lookAtHome } from '../../runtime/home/home.ts';
import { exit } from '../exit-codes.ts';
import { givenParams } from '../given-parameters.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { hasBegun, type KnownRun, viewOf } from '../known-run.ts';
import { printDiagnostics } from '../lint-output.ts';
import { factsOf } from '../load-adapters.ts';
import { planLoaded } from '../load-plan.ts';
import { runPlanned } from '../run-planned.ts';
import type { ExecutedChange } from './executed-change.ts';
import type { LoadedChange } from './load-change.ts';
import { toldBefore, wasDelivered } from './told-before.ts';

export interface Stuck {
  readonly id: string;
  readonly trouble: string;
  readonly loaded: LoadedChange | undefined;
  readonly executed?: ExecutedChange;
}

/** Answers 1 whatever becomes of it. */
export async function tellPeople(stuck: Stuck, call: Invocation, surface: Surface): Promise<number> {
  const { id, trouble } = stuck;
  surface.err(
    [
      `backout: ${id} FAILED AND WAS NOT TAKEN BACK: ${trouble}`,
      'What was done of it stands. People must act now:',
      `  See what stands:  backout change status ${id}`,
      `  Take it back:     backout run --change ${id}   (when what is said above is mended)\n`,
    ].join('\n'),
  );
  const told: Telling = {};
  try {
    await escalate(stuck, told, call, surface);
  } catch (error) {
    surface.err(`backout: ${untold(told, error, call, surface)}\n`);
  }
  return exit.failed;
}

/** The run that tells them, from when its id is settled. */
interface Telling {
  run?: string;
}

/** Nothing is sent before the run's first entry. */
function untold({ run }: Telling, error: unknown, call: Invocation, surface: Surface): string {
  const why = error instanceof Error ? error.message : String(error);
  if (run === undefined || !hasBegun(lookAtHome(call.flag('home'), surface.env), run))
    return `nobody could be told by itself: ${why}`;
  return `it is not certain who was told: ${why}\n  See: backout status ${run}`;
}

async function escalate(
  { trouble, executed, ...stuck }: Stuck,
  told: Telling,
  call: Invocation,
  surface: Surface,
): Promise<void> {
  const loaded = executed?.loaded ?? stuck.loaded;
  if (loaded === undefined) return surface.err('Nobody is told by itself: the change could not be read.\n');
  const { change, frame, file, digest, adapters } = loaded;
  const document = escalateOnly({ change, frame, params: executed?.ledger.params ?? {} }, trouble);
  if (document === undefined) return surface.err('Nobody is told by itself: there is no frame with escalate steps.\n');
  const { playbook, diagnostics } = await checkPlaybook(document, factsOf(adapters));
  if (playbook === undefined) printDiagnostics(diagnostics, surface);
  if (playbook === undefined) return surface.err('Nobody is told by itself: the escalate steps cannot be planned.\n');
  const declared = playbook.content.parameters ?? {};
  const others = namesOf(loaded, call).filter((name) => !Object.hasOwn(declared, name));
  const checked = { file, document, playbook, adapters, diagnostics: [], digest };
  const planned = await planLoaded(checked, call, surface, undefined, new Set(others));
  if (!planned.ok) return printDiagnostics(planned.error, surface);
  const { plan } = planned.value;
  const home = lookAtHome(call.flag('home'), surface.env);
  const before = toldBefore(home, stuck.id, plan);
  if (before !== undefined && wasDelivered(before)) return sayTold(before, call, surface);
  await runPlanned({
    call: { ...call, args: [file] },
    surface,
    load: async () => ok({ ...planned.value, plan: { ...plan, onlyTells: stuck.id, onlyTellsBecause: trouble } }),
    begins: (_, run) => {
      told.run = run;
    },
  });
}

function sayTold(before: KnownRun, call: Invocation, surface: Surface): void {
  const { run } = before.folder;
  surface.err(`People were told of this already, by run ${run}: backout status ${run}\n`);
  if (call.has('json')) surface.out(`${JSON.stringify(viewOf(before, Date.now()), null, 2)}\n`);
}

/** Everything that this call may give a value to. */
function namesOf({ change, frame }: LoadedChange, call: Invocation): readonly string[] {
  const declared = [change.forward, frame].flatMap((each) => Object.keys(each?.content.parameters ?? {}));
  return [...new Set([...declared, ...Object.keys(givenParams(call))])];
}
