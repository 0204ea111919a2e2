/** Changes that were carried out on a system after the one that is to be taken back: a restore takes them away too. */
import { isAhead } from '../../journal/clock-ahead.ts';
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
  const before: string[] = [];
  for (const change of listLedgers(home).filter((other) => other !== id)) {
    const other = await known(home, change, troubles);
    if (other === undefined || (other.system !== undefined && other.system !== plan.system)) continue;
    if (other.lastAt <= own.firstAt) before.push(change);
    else if (other.system === undefined) troubles.push(untold(change, plan.system, other.file));
    else later.push({ change, at: other.lastAt });
  }
  if (before.length > 0 && isAhead(own.firstAt, Date.now())) troubles.push(orderUntold(id, before));
  return { later, troubles };
}

/** A clock that was ahead puts all others before it. */
function orderUntold(id: string, [first = '', ...others]: readonly string[]): string {
  const which = others.length === 0 ? first : `${first} (and ${others.length} more)`;
  return `Whether ${which} was carried out after ${id} cannot be told: the ledger of ${id} lies ahead of this machine's clock.`;
}

function untold(change: string, system: string, file: string | null): string {
  const why =
    file === null ? 'it was recorded by its id alone, without its file' : `its file cannot be read any more: ${file}`;
  return `Whether ${change}, which was carried out since, changed ${system} cannot be told: ${why}.`;
}

interface Executed {
  /** Of the steps that change something: when the first of them was carried out, and when the last. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly system: string | undefined;
  /** The change's file; null: whoever recorded it never named one. */
  readonly file: string | null;
}

/** Undefined: nothing of it stands carried out. A ledger that is damaged must not stand in the way of a backout. */
async function known(home: Home, change: string, troubles: string[]): Promise<Executed | undefined> {
  try {
    const ledger = ledgerOf(home, change);
    const { system, harmless } = await fileOf(ledger);
    const times = executedTimes(ledger, harmless);
    if (times.length === 0) return undefined;
    const carriedOut = ledger.run === null ? undefined : firstEvent(home, ledger.run)?.system;
    const [firstAt, lastAt] = [Math.min(...times), Math.max(...times)];
    return { firstAt, lastAt, system: carriedOut ?? system, file: ledger.file };
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
