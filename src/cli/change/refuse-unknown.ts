/** A change that a home knows nothing of: nobody can say there that nothing of it was done (P4). */
import { Fault } from '../../kernel/fault.ts';
import { nearest } from '../../playbook/suggest.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder, listLedgers } from '../../runtime/home/ledger.ts';
import { refuseLostLedger } from './runs-of.ts';

const elsewhere =
  'Was it carried out by another user, through sudo, by cron or on another host? Then give the home that was used there: --home DIR or BACKOUT_HOME. Whether it stands carried out is not known here.';

/** Throws a Fault where nothing is recorded of the change: usage; exit 7 where its runs show that something was. */
export function refuseUnknown(home: Home, id: string): void {
  if (hasLedger(ledgerFolder(home, id))) return;
  refuseLostLedger(home, id);
  const known = listLedgers(home);
  const meant = nearest(id, known);
  const others = known.length === 0 ? 'No change has a ledger here.' : `There are: ${known.slice(0, 12).join(', ')}.`;
  const hint = meant === undefined || meant === id ? others : `Did you mean ${meant}?`;
  const remedy = `${hint}\n  ${elsewhere}`;
  throw new Fault('usage', `nothing is recorded of a change ${id} in ${home.path}`, remedy);
}
