/** Changes that were carried out on a system after the one that is to be taken back: a restore takes them away too. */
import { Fault } from '../../kernel/fault.ts';
import type { Plan } from '../../plan/plan.ts';
import { stepIdAt } from '../../playbook/change/change.ts';
import { asList, asMapping, asText } from '../../playbook/change/written.ts';
import { readPlaybook } from '../../playbook/read.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder, listLedgers } from '../../runtime/home/ledger.ts';
import type { LaterChange } from '../../views/late-text.ts';
import { executedTimes } from '../change/executed-at.ts';
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
  const own = await known(home, id, troubles);
  if (own === undefined) return { later: [], troubles };
  const later: LaterChange[] = [];
  for (const change of listLedgers(home).filter((other) => other !== id)) {
    const other = await known(home, change, troubles);
    if (other === undefined || other.lastAt <= own.firstAt) continue;
    if (other.system === undefined)
      troubles.push(
        `Whether ${change}, which was carried out since, changed ${plan.system} cannot be told: its file is gone.`,
      );
    else if (other.system === plan.system) later.push({ change, at: other.lastAt });
  }
  return { later, troubles };
}

interface Executed {
  /** Of the steps that change something: when the first of them was carried out, and when the last. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly system: string | undefined;
}

/** Undefined: nothing of it stands carried out. A ledger that is damaged must not stand in the way of a backout. */
async function known(home: Home, change: string, troubles: string[]): Promise<Executed | undefined> {
  try {
    const ledger = ledgerOf(home, change);
    const { system, harmless } = await fileOf(ledger);
    const times = executedTimes(ledger, harmless);
    if (times.length === 0) return undefined;
    const carriedOut = ledger.run === null ? undefined : firstEvent(home, ledger.run)?.system;
    return { firstAt: Math.min(...times), lastAt: Math.max(...times), system: carriedOut ?? system };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    troubles.push(`What was carried out of ${change} cannot be told: ${error.message}`);
    return undefined;
  }
}

interface Said {
  readonly system?: string | undefined;
  /** Ids of steps that change nothing: `backout: []`. */
  readonly harmless: ReadonlySet<string>;
}

async function fileOf({ file }: KnownLedger): Promise<Said> {
  try {
    const read = file === null ? undefined : await readPlaybook(file, readBounded(file, 'change'));
    const data = read?.ok === true ? asMapping(read.value.data) : undefined;
    const steps = (asList(data?.steps) ?? []).flatMap((step, index) => {
      const { id, backout } = asMapping(step) ?? {};
      return asList(backout)?.length === 0 ? [asText(id) ?? stepIdAt(index)] : [];
    });
    return { system: asText(data?.system), harmless: new Set(steps) };
  } catch (error) {
    if (error instanceof Fault) return { harmless: new Set() };
    throw error;
  }
}
