/**
 * An inventory as data: Ansible's YAML (`all: { hosts: …, children: … }`), the JSON of its inventory programs
 * (`{ group: { hosts: […] }, _meta: { hostvars: … } }`), or a plain list of names.
 */
import { err, ok, type Result } from '../../kernel/result.ts';
import { parseHosts } from './host.ts';
import { withParts } from './ini.ts';
import { Inventory } from './inventory.ts';

type Mapping = { readonly [key: string]: unknown };

export function readData(data: unknown, file: string): Result<Inventory, string> {
  const inventory = new Inventory();
  try {
    if (Array.isArray(data)) for (const item of data) addNamed(inventory, 'all', item, undefined);
    else if (isMapping(data)) addGroups(inventory, data);
    else throw new Unreadable('it holds neither groups nor a list of hosts');
    return ok(inventory);
  } catch (error) {
    if (error instanceof Unreadable) return err(`${file}: ${error.message}`);
    throw error;
  }
}

/** Stops the reading; never leaves this file. */
class Unreadable extends Error {}

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function addGroups(inventory: Inventory, groups: Mapping): void {
  for (const [name, group] of Object.entries(groups)) if (name !== '_meta') addGroup(inventory, name, group, 0);
  const meta = groups._meta;
  const known = isMapping(meta) && isMapping(meta.hostvars) ? meta.hostvars : {};
  for (const [host, variables] of Object.entries(known)) {
    const its = inventory.hosts.get(host);
    if (its !== undefined) for (const [key, value] of variablesOf(variables)) its.set(key, value);
  }
}

const deepest = 100;

function addGroup(inventory: Inventory, name: string, group: unknown, depth: number): void {
  if (depth > deepest) throw new Unreadable(`the group ${name} is nested too deeply`);
  inventory.group(name);
  if (Array.isArray(group)) for (const host of group) addNamed(inventory, name, host, undefined);
  if (group === null || Array.isArray(group)) return;
  if (!isMapping(group)) throw new Unreadable(`the group ${name} is neither a mapping nor a list`);
  const unknown = Object.keys(group).find((key) => !['hosts', 'children', 'vars'].includes(key));
  if (unknown !== undefined)
    throw new Unreadable(`the group ${name} has the key "${unknown}"; hosts, children and vars are known`);
  for (const [key, value] of variablesOf(group.vars)) inventory.group(name).variables.set(key, value);
  for (const [host, variables] of entriesOf(group.hosts, `hosts of ${name}`))
    addNamed(inventory, name, host, variables);
  for (const [child, content] of entriesOf(group.children, `children of ${name}`)) {
    inventory.group(name).children.add(child);
    inventory.group(child);
    if (isMapping(content)) addGroup(inventory, child, content, depth + 1);
  }
}

/** A list of names, or a mapping of them. */
function entriesOf(value: unknown, what: string): readonly (readonly [string, unknown])[] {
  if (value === undefined || value === null) return [];
  if (isMapping(value)) return Object.entries(value);
  if (typeof value === 'string') return [[value, undefined]];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.map((name: string) => [name, undefined]);
  throw new Unreadable(`${what} is neither a list of names nor a mapping`);
}

function addNamed(inventory: Inventory, group: string, name: unknown, variables: unknown): void {
  if (typeof name !== 'string') throw new Unreadable(`${JSON.stringify(name)} in ${group} is no name of a host`);
  const hosts = parseHosts(name);
  if (!hosts.ok) throw new Unreadable(hosts.error);
  for (const host of hosts.value) inventory.add(group, host.name, withParts(host, variablesOf(variables)), '');
}

/** Those with plain values; the others say nothing about how a host is reached. */
function variablesOf(value: unknown): ReadonlyMap<string, string> {
  if (!isMapping(value)) return new Map();
  const plain = Object.entries(value).filter(([, item]) => ['string', 'number', 'boolean'].includes(typeof item));
  return new Map(plain.map(([key, item]) => [key, String(item)]));
}
