/** `hosts:` as written → the machines, the batches and the limits of the plan. Nothing of it is looked up later (P5). */

import { parseDuration } from '../kernel/duration.ts';
import { err, type Result } from '../kernel/result.ts';
import type { HostsContent, Path } from '../playbook/content.ts';
import type { Filler } from './fill.ts';
import { parseHosts } from './inventory/host.ts';
import type { Host, PlannedHosts } from './plan.ts';

/** Where an inventory is read from, its values filled in; relative paths start in the playbook's folder. */
export type InventorySource =
  | { readonly file: string; readonly groups: readonly string[] }
  | { readonly command: readonly string[]; readonly groups: readonly string[] };

/** Reads it, or says why not: given by whoever may touch files and start programs. */
export type ReadInventory = (source: InventorySource) => Result<readonly Host[], string>;

type Written = Exclude<HostsContent, readonly string[]>;

export interface PlanningHosts {
  readonly filler: Filler;
  readonly readInventory: ReadInventory | undefined;
  /** Makes a path absolute. */
  readonly absolute: (path: string) => string;
}

const isList = (content: HostsContent): content is readonly string[] => Array.isArray(content);

export function planHosts(planning: PlanningHosts, content: HostsContent, path: Path): PlannedHosts {
  const written: Written = isList(content) ? { list: content } : content;
  const base = isList(content) ? path : [...path, 'list'];
  const list =
    written.list === undefined ? inventoryHosts(planning, written, path) : listed(planning, written.list, base);
  const { sshConfig, connectTimeout, reconnect, concurrency, batch, maxFailures } = written;
  return {
    list,
    concurrency: concurrency ?? 20,
    batches: batchesOf(batch, list.length),
    maxFailures: shareOf(maxFailures ?? 0),
    sshConfig:
      sshConfig === undefined ? null : planning.absolute(planning.filler.text(sshConfig, [...path, 'sshConfig'])),
    connectTimeoutMs: parseDuration(connectTimeout ?? '10s') ?? 10_000,
    reconnectMs: parseDuration(reconnect ?? '2m') ?? 120_000,
  };
}

function listed({ filler }: PlanningHosts, names: readonly string[], path: Path): readonly Host[] {
  const found = new Map<string, Host>();
  for (const [index, name] of names.entries()) {
    const here = [...path, index];
    const hosts = parseHosts(filler.text(name, here));
    if (!hosts.ok) filler.diagnostics.push(filler.document.error('bad-host', here, hosts.error));
    for (const host of hosts.ok ? hosts.value : []) {
      if (found.has(host.name)) {
        const message = `${host.name} stands twice in the list of hosts`;
        filler.diagnostics.push(filler.document.error('host-twice', here, message, 'Name each host once.'));
      }
      found.set(host.name, host);
    }
  }
  return [...found.values()];
}

function inventoryHosts({ filler, readInventory }: PlanningHosts, written: Written, path: Path): readonly Host[] {
  const groups = (written.groups ?? []).map((group, index) => filler.text(group, [...path, 'groups', index]));
  const key = written.file === undefined ? 'command' : 'file';
  const before = filler.diagnostics.length;
  const source: InventorySource =
    written.file === undefined
      ? {
          command: (written.command ?? []).map((word, index) => filler.text(word, [...path, 'command', index])),
          groups,
        }
      : { file: filler.text(written.file, [...path, 'file']), groups };
  if (filler.diagnostics.length > before) return [];
  const read = readInventory?.(source) ?? err('no inventory can be read here');
  if (read.ok) return read.value;
  filler.diagnostics.push(filler.document.error('inventory', [...path, key], read.error));
  return [];
}

type Batch = NonNullable<Written['batch']>;

function batchesOf(batch: Batch | undefined, total: number): readonly number[] {
  if (batch === undefined) return [Math.max(1, total)];
  const shares = Array.isArray(batch) ? batch : [batch];
  return shares.map((share: number | string) => {
    const part = shareOf(share);
    return Math.max(1, 'count' in part ? part.count : Math.ceil((part.percent * total) / 100));
  });
}

function shareOf(share: number | string): PlannedHosts['maxFailures'] {
  return typeof share === 'number' ? { count: share } : { percent: Number(share.replace('%', '')) };
}
