/**
 * An inventory as Ansible understands it: groups of hosts, groups in groups, variables that go down. Of the variables
 * only those are used that say how ssh reaches a host.
 */
import { err, ok, type Result } from '../../kernel/result.ts';
import { didYouMean } from '../../playbook/suggest.ts';
import type { Host } from '../plan.ts';
import { plainHost } from './host.ts';

export type Variables = ReadonlyMap<string, string>;

export interface Group {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly variables: Map<string, string>;
}

export class Inventory {
  readonly groups = new Map<string, Group>();
  /** In the order in which they were named. */
  readonly hosts = new Map<string, Map<string, string>>();
  readonly warnings: string[] = [];

  group(name: string): Group {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const group: Group = { hosts: new Set(), children: new Set(), variables: new Map() };
    this.groups.set(name, group);
    return group;
  }

  /** `where` names the place for the warning about a host that stands twice in one group. */
  add(group: string, host: string, variables: Variables, where: string): void {
    const members = this.group(group).hosts;
    if (members.has(host)) this.warnings.push(`${where}${host} stands twice in ${group}; it is one host`);
    members.add(host);
    const known = this.hosts.get(host) ?? new Map<string, string>();
    for (const [name, value] of variables) known.set(name, value);
    this.hosts.set(host, known);
  }
}

const meanings: Readonly<Record<string, keyof Host>> = {
  ansible_host: 'address',
  ansible_ssh_host: 'address',
  ansible_port: 'port',
  ansible_ssh_port: 'port',
  ansible_user: 'user',
  ansible_ssh_user: 'user',
  ansible_ssh_private_key_file: 'identityFile',
  ansible_private_key_file: 'identityFile',
};

/** The hosts of the named groups, or all; in the order of the inventory. `only` may name hosts too. */
export function selectHosts(inventory: Inventory, only: readonly string[]): Result<readonly Host[], string> {
  const wanted = only.length === 0 ? new Set(inventory.hosts.keys()) : new Set<string>();
  for (const name of only) {
    const members = inventory.hosts.has(name) ? [name] : membersOf(inventory, name, new Set());
    if (members === undefined) {
      const known = [...inventory.groups.keys(), ...inventory.hosts.keys()];
      return err(
        `there is no group or host "${name}". ${didYouMean(name, known, `Groups: ${[...inventory.groups.keys()].join(', ')}.`)}`,
      );
    }
    for (const member of members) wanted.add(member);
  }
  const order = groupsByDepth(inventory);
  const hosts: Host[] = [];
  for (const name of inventory.hosts.keys()) {
    if (!wanted.has(name)) continue;
    const host = hostOf(inventory, order, name);
    if (!host.ok) return host;
    hosts.push(host.value);
  }
  return hosts.length === 0 ? err('there are no hosts') : ok(hosts);
}

function membersOf(inventory: Inventory, name: string, seen: Set<string>): readonly string[] | undefined {
  if (name === 'all') return [...inventory.hosts.keys()];
  const group = inventory.groups.get(name);
  if (group === undefined) return undefined;
  seen.add(name);
  const below = [...group.children].filter((child) => !seen.has(child));
  return [...group.hosts, ...below.flatMap((child) => membersOf(inventory, child, seen) ?? [])];
}

/** Parents before children, so that what is nearer to the host wins; `all` is above everything. */
function groupsByDepth({ groups }: Inventory): readonly string[] {
  const depth = new Map<string, number>([...groups.keys()].map((name) => [name, name === 'all' ? 0 : 1]));
  for (let round = 0; round < groups.size; round += 1) {
    let changed = false;
    for (const [name, { children }] of groups) {
      for (const child of children) {
        const least = (depth.get(name) ?? 1) + 1;
        if ((depth.get(child) ?? 1) >= least) continue;
        depth.set(child, least);
        changed = true;
      }
    }
    if (!changed) break;
  }
  return [...depth].sort(([a, m], [b, n]) => m - n || a.localeCompare(b)).map(([name]) => name);
}

function hostOf(inventory: Inventory, order: readonly string[], name: string): Result<Host, string> {
  const variables = new Map<string, string>();
  for (const group of order) {
    const found = inventory.groups.get(group);
    if (found === undefined || !isIn(inventory, group, name, new Set())) continue;
    for (const [key, value] of found.variables) variables.set(key, value);
  }
  for (const [key, value] of inventory.hosts.get(name) ?? []) variables.set(key, value);
  return withVariables(name, variables);
}

function isIn(inventory: Inventory, group: string, host: string, seen: Set<string>): boolean {
  if (group === 'all') return true;
  const found = inventory.groups.get(group);
  if (found === undefined || seen.has(group)) return false;
  seen.add(group);
  return found.hosts.has(host) || [...found.children].some((child) => isIn(inventory, child, host, seen));
}

function withVariables(name: string, variables: Variables): Result<Host, string> {
  const connection = variables.get('ansible_connection') ?? 'ssh';
  if (!['ssh', 'smart', 'paramiko', 'ssh.openssh'].includes(connection))
    return err(
      `${name} has ansible_connection=${connection}, and hosts are reached by ssh only. Leave it out with groups.`,
    );
  const host: Record<keyof Host, string | number | null> = { ...plainHost(name) };
  for (const [key, value] of variables) {
    const field = meanings[key];
    if (field === undefined) continue;
    if (value.includes('{{')) return err(`${key} of ${name} is a template (${value}), which only Ansible can fill in`);
    if (field !== 'port') host[field] = value;
    else if (/^\d{1,5}$/.test(value)) host.port = Number(value);
    else return err(`${key} of ${name} is ${value}, which is no port`);
  }
  if (/^-|\s/.test(String(host.address ?? '')) || /^-|\s/.test(String(host.user ?? '')))
    return err(`${name}: address and user may not begin with "-" or hold blanks`);
  return ok(host as unknown as Host);
}

/** Variables that change how Ansible reaches a host, and that are not read. */
export function unread(inventory: Inventory): readonly string[] {
  const all = [...inventory.hosts.values(), ...[...inventory.groups.values()].map(({ variables }) => variables)];
  const names = [
    'ansible_ssh_common_args',
    'ansible_ssh_extra_args',
    'ansible_become',
    'ansible_password',
    'ansible_ssh_pass',
  ];
  return names
    .filter((name) => all.some((variables) => variables.has(name)))
    .map((name) => `${name} is not read: write it into ssh's configuration, or the command`);
}

/** Several names that ssh would take to one place. */
export function twins(hosts: readonly Host[]): readonly string[] {
  const places = Map.groupBy(hosts, ({ name, address, port, user }) => JSON.stringify([address ?? name, port, user]));
  return [...places.values()]
    .filter((same) => same.length > 1)
    .map(
      (same) =>
        `${same.map(({ name }) => name).join(' and ')} are the same machine; it will be done there ${same.length} times`,
    );
}
