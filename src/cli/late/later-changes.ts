/** Changes that were carried out on a system after the one that is to be taken back: a restore takes them away too. */
import { Fault } from '../../kernel/fault.ts';
import type { Plan } from '../../plan/plan.ts';
import { asMapping, asText } from '../../playbook/change/written.ts';
import { readPlaybook } from '../../playbook/read.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder, listLedgers } from '../../runtime/home/ledger.ts';
import type { LaterChange } from '../../views/late-text.ts';
import { executedAt } from '../change/executed-at.ts';
import { type KnownLedger, ledgerOf } from '../change/ledger-of.ts';
import { firstEvent } from '../known-run.ts';
import { readBounded } from '../load-playbook.ts';

export interface FoundChanges {
  readonly later: readonly LaterChange[];
  /** What could not be read, in sentences. */
  readonly troubles: readonly string[];
}

/** None where nothing is recorded of the plan's own change: then nobody knows what came after it. */
export async function laterChanges(plan: Plan, home: Home): Promise<FoundChanges> {
  const { id } = plan.change;
  if (typeof id !== 'string' || !hasLedger(ledgerFolder(home, id))) return { later: [], troubles: [] };
  const troubles: string[] = [];
  const since = known(home, id, troubles)?.at;
  if (since === undefined) return { later: [], troubles };
  const later: LaterChange[] = [];
  for (const change of listLedgers(home).filter((other) => other !== id)) {
    const other = known(home, change, troubles);
    if (other === undefined || other.at <= since) continue;
    const system = await systemOf(home, other.ledger);
    if (system === undefined)
      troubles.push(
        `Whether ${change}, which was carried out since, changed ${plan.system} cannot be told: its file is gone.`,
      );
    else if (system === plan.system) later.push({ change, at: other.at });
  }
  return { later, troubles };
}

interface Executed {
  readonly ledger: KnownLedger;
  readonly at: number;
}

/** Undefined: nothing of it stands carried out. A ledger that is damaged must not stand in the way of a backout. */
function known(home: Home, change: string, troubles: string[]): Executed | undefined {
  try {
    const ledger = ledgerOf(home, change);
    const at = executedAt(ledger);
    return at === undefined ? undefined : { ledger, at };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    troubles.push(`What was carried out of ${change} cannot be told: ${error.message}`);
    return undefined;
  }
}

async function systemOf(home: Home, { run, file }: KnownLedger): Promise<string | undefined> {
  const carriedOut = run === null ? undefined : firstEvent(home, run)?.system;
  if (carriedOut !== undefined || file === null) return carriedOut;
  try {
    const read = await readPlaybook(file, readBounded(file, 'change'));
    return read.ok ? asText(asMapping(read.value.data)?.system) : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
