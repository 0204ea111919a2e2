/**
 * What happens to a change between the reading of its ledger and the moment its backout holds the system: others may
 * record, carry out, or take back. A way back is only carried out from the state that it was derived from (P4).
 */

import { canonicalJson } from '../../kernel/canonical-json.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Json } from '../../kernel/json.ts';
import { delay } from '../../runtime/delay.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasBegun } from '../known-run.ts';
import { executedOf, type KnownLedger, ledgerOf } from './ledger-of.ts';

/** The ledger, or what the runs that it names have done, is not what it was. Nothing was done. */
export class Overtaken extends Fault {
  constructor(change: string) {
    const remedy = 'Stop the pipeline that carries it out, then say it again. Nothing was done.';
    super('usage', `more of ${change} was recorded while the way back was derived`, remedy);
  }
}

/** Throws `Overtaken` where anything was recorded, carried out or taken back since `known` was read. */
export function refuseOvertaken(home: Home, change: string, known: KnownLedger): void {
  if (stateOf(ledgerOf(home, change)) !== stateOf(known)) throw new Overtaken(change);
}

function stateOf(ledger: KnownLedger): string {
  const { steps, params } = executedOf(ledger);
  return canonicalJson({ head: ledger.head, steps: [...steps], params } as unknown as Json);
}

const patienceMs = 5_000;
const lookMs = 100;

/**
 * After a call that came too late: the backout that another process has begun, or gone on with, since `known` was read;
 * undefined: there is none.
 * It is waited for where the system is held, or the ledger names it: it may not have come to its first entry.
 */
export async function otherBackout(
  home: Home,
  change: string,
  known: KnownLedger,
  error: unknown,
): Promise<string | undefined> {
  const isHeld = error instanceof Fault && error.code === 'held';
  if (!isHeld && !(error instanceof Overtaken)) return undefined;
  const until = performance.now() + patienceMs;
  for (;;) {
    const { lastBackout, head } = ledgerOf(home, change);
    const wentOn = error instanceof Overtaken && head?.seq === known.head?.seq;
    const other = lastBackout === known.lastBackout && known.backoutHadBegun && !wentOn ? null : lastBackout;
    if (other !== null && hasBegun(home, other)) return other;
    if (performance.now() > until || (other === null && !isHeld)) return undefined;
    await delay(lookMs);
  }
}
