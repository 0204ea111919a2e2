/** After a change that failed: takes it back as far as it went, in the same call. */

import { lookAtHome } from '../../runtime/home/home.ts';
import { exit } from '../exit-codes.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { hasBegun } from '../known-run.ts';
import { printDiagnostics } from '../lint-output.ts';
import { deriveExecuted, irreversibleOf } from './derive-playbook.ts';
import { executedState } from './executed-change.ts';
import type { LoadedChange } from './load-change.ts';
import { follow, runDerived } from './run-backout-of.ts';

/** `told`: the change's document, printed together with the backout's. Answers 8 where the backout ended well. */
export async function backOutFailed(
  loaded: LoadedChange,
  code: number,
  told: string,
  call: Invocation,
  surface: Surface,
): Promise<number> {
  const documents: string[] = [];
  const collecting = { ...surface, out: (text: string) => void documents.push(text) };
  const last = code === exit.failed ? await backOut(loaded, call, collecting) : code;
  if (call.has('json') && told !== '') {
    const backout: unknown = documents.length === 0 ? null : JSON.parse(documents.join(''));
    surface.out(`${JSON.stringify({ ...JSON.parse(told), backout, lastExitCode: last }, null, 2)}\n`);
  }
  return last;
}

async function backOut(loaded: LoadedChange, call: Invocation, surface: Surface): Promise<number> {
  const { id } = loaded.change;
  surface.err(`\n${id} failed: it is now taken back, as --backout-on-failure asks.\n`);
  const home = lookAtHome(call.flag('home'), surface.env);
  const executed = executedState(home, loaded);
  const { backout } = executed.ledger;
  // A caller that comes a second time gets the backout that there is, taken up where its engine died.
  if (backout !== null && hasBegun(home, backout))
    return wellOr(await follow(home, backout, unasked(call, id), surface));
  const derived = await deriveExecuted(executed, irreversibleOf(call));
  if (!derived.ok) {
    printDiagnostics(derived.error, surface);
    surface.err(`backout: ${id} could not be taken back by itself. See: backout change status ${id}\n`);
    return exit.failed;
  }
  for (const line of derived.value.said) surface.err(`${line}\n`);
  if (derived.value.nothing) return exit.takenBack;
  return wellOr(await runDerived(executed, derived.value, unasked(call, id), surface));
}

const wellOr = (code: number): number => (code === exit.backedOut || code === exit.exceptions ? exit.takenBack : code);

/** Whoever asked for it has said yes already. */
function unasked(call: Invocation, id: string): Invocation {
  const left = new Set(['once', 'again', 'dry-run']);
  return {
    ...call,
    args: [],
    has: (name) => name === 'yes' || (!left.has(name) && call.has(name)),
    flag: (name) => {
      if (name === 'once-key') return undefined;
      return name === 'reason' ? (call.flag('reason') ?? `${id} failed`) : call.flag(name);
    },
  };
}
