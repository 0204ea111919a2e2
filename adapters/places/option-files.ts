/** What MariaDB's option files say to a client: of its groups the last word counts, also in files that they include. */
import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { textAt } from './readable.ts';

const groups: ReadonlySet<string> = new Set(['client', 'client-server', 'client-mariadb', 'mariadb-client', 'mysql']);
const mostIncludes = 10;

export function clientOptions(files: readonly string[]): ReadonlyMap<string, string> {
  return new Map(files.flatMap((file) => optionsIn(file, 0)));
}

type Option = readonly [name: string, value: string];

function optionsIn(file: string, depth: number): readonly Option[] {
  if (depth > mostIncludes) return [];
  let isOurs = false;
  return (textAt(file) ?? '').split('\n').flatMap((text) => {
    const line = text.trim();
    const group = /^\[(.*)\]/.exec(line)?.[1];
    if (group !== undefined) isOurs = groups.has(group.trim());
    if (line.startsWith('!')) return included(line, dirname(file)).flatMap((each) => optionsIn(each, depth + 1));
    return isOurs ? optionOf(line) : [];
  });
}

function included(line: string, folder: string): readonly string[] {
  const [, what, path = ''] = /^!(include|includedir)\s+(.*)$/.exec(line) ?? [];
  if (what === undefined) return [];
  const at = resolve(folder, path);
  return what === 'include' ? [at] : settingsIn(at);
}

function settingsIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.cnf'));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function optionOf(line: string): readonly Option[] {
  const [, name, given = ''] = /^(?:loose[-_])?([A-Za-z][\w-]*)\s*=\s*(.*)$/.exec(line) ?? [];
  if (name === undefined) return [];
  const [, quoted] = /^(?:"([^"]*)"|'([^']*)')/.exec(given)?.filter((part) => part !== undefined) ?? [];
  return [[name.replaceAll('_', '-'), quoted ?? given.replace(/\s*#.*$/, '')]];
}
