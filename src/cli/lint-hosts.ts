/** What `lint` says of hosts: names and inventory files that are written out. Inventory programs are not started. */
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { Filler } from '../plan/fill.ts';
import { planHosts } from '../plan/plan-hosts.ts';
import { allSites, type HostsContent } from '../playbook/content.ts';
import type { Playbook } from '../playbook/examined.ts';
import { hasExpression } from '../playbook/template.ts';

export async function lintHosts({ content, document }: Playbook, folder: string): Promise<readonly Diagnostic[]> {
  const sites = allSites(content).flatMap(({ step, path }) =>
    step.hosts === undefined || isOpen(step.hosts) ? [] : [{ hosts: step.hosts, path: [...path, 'hosts'] }],
  );
  if (sites.length === 0) return [];
  const { createInventoryReader } = await import('./read-inventory.ts');
  const warnings: Diagnostic[] = [];
  const readInventory = createInventoryReader(folder, warnings);
  const filler = new Filler(document, undefined, {});
  for (const { hosts, path } of sites) planHosts({ filler, readInventory, absolute: (file) => file }, hosts, path);
  return [...filler.diagnostics, ...warnings];
}

/** Only a plan knows its values, or may start its program. */
function isOpen(hosts: HostsContent): boolean {
  return hasExpression(JSON.stringify(hosts)) || (!Array.isArray(hosts) && Object.hasOwn(hosts, 'command'));
}
