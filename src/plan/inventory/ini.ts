/** An Ansible inventory in INI form. A fault is told with its line. */
import { err, ok, type Result } from '../../kernel/result.ts';
import { parseHosts } from './host.ts';
import { Inventory } from './inventory.ts';

type Section = { readonly group: string; readonly kind: 'hosts' | 'children' | 'vars' };

export function parseIni(text: string, file: string): Result<Inventory, string> {
  const inventory = new Inventory();
  let section: Section = { group: 'ungrouped', kind: 'hosts' };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const where = `${file}:${index + 1}: `;
    const line = withoutComment(raw).trim();
    if (line === '') continue;
    if (line.startsWith('[') && line.endsWith(']') && !/\[[^\]]*:[^\]]*\]\S/.test(line)) {
      const head = sectionOf(line.slice(1, -1));
      if (head === undefined)
        return err(`${where}${line} is no section; write [group], [group:vars] or [group:children]`);
      section = head;
      inventory.group(section.group);
      continue;
    }
    const fault = take(inventory, section, line, where);
    if (fault !== undefined) return err(`${where}${fault}`);
  }
  return ok(inventory);
}

function sectionOf(text: string): Section | undefined {
  const [, group, kind = 'hosts'] = /^([^\s:[\]]+)(?::(hosts|children|vars))?$/.exec(text.trim()) ?? [];
  return group === undefined ? undefined : { group, kind: kind as Section['kind'] };
}

/** `#` and `;` begin a comment at the start of a line; behind a blank only `#` does. */
function withoutComment(line: string): string {
  if (/^\s*[#;]/.test(line)) return '';
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '#' && /\s/.test(line[at - 1] ?? '')) return line.slice(0, at);
  }
  return line;
}

/** Why the line cannot be taken; undefined when it was. */
function take(inventory: Inventory, { group, kind }: Section, line: string, where: string): string | undefined {
  if (kind === 'children') {
    inventory.group(group).children.add(line);
    inventory.group(line);
    return undefined;
  }
  if (kind === 'vars') {
    const equals = line.indexOf('=');
    if (equals < 1) return `${line} is not name=value`;
    inventory.group(group).variables.set(line.slice(0, equals).trim(), unquoted(line.slice(equals + 1).trim()));
    return undefined;
  }
  const [name = '', ...settings] = line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const hosts = parseHosts(name);
  if (!hosts.ok) return hosts.error;
  const variables = new Map<string, string>();
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    if (equals < 1) return `${setting} is not name=value`;
    variables.set(setting.slice(0, equals), unquoted(setting.slice(equals + 1)));
  }
  for (const host of hosts.value) inventory.add(group, host.name, withParts(host, variables), where);
  return undefined;
}

/** `name:port` and `user@name` say what a variable may say too; the variable is the last word. */
export function withParts(
  { port, user }: { readonly port: number | null; readonly user: string | null },
  variables: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map([
    ...(port === null ? [] : [['ansible_port', String(port)] as const]),
    ...(user === null ? [] : [['ansible_user', user] as const]),
    ...variables,
  ]);
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}
