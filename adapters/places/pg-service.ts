/** A connection service, as libpq finds it: the user's file or the one that PGSERVICEFILE names, then the system's. */
import { join, resolve } from 'node:path';
import type { PlaceContext } from '../../src/ports/adapter.ts';
import { filled, homeOf, textAt } from './readable.ts';

/** Where Debian, Red Hat and PostgreSQL's own build look. */
const systemFolders = ['/etc/postgresql-common', '/etc/sysconfig/pgsql', '/usr/local/pgsql/etc', '/etc'];

/** Undefined: it is defined nowhere here, or a directory service (LDAP) is asked. */
export function pgService(name: string, context: PlaceContext): ReadonlyMap<string, string> | undefined {
  for (const file of filesOf(context)) {
    const section = sectionOf(textAt(file) ?? '', name);
    if (section !== undefined) return section.some((line) => line.startsWith('ldap')) ? undefined : settings(section);
  }
  return undefined;
}

function filesOf(context: PlaceContext): readonly string[] {
  const { env, folder } = context;
  const [named, system] = [filled(env.PGSERVICEFILE), filled(env.PGSYSCONFDIR)];
  const own = named === undefined ? join(homeOf(context), '.pg_service.conf') : resolve(folder, named);
  const folders = system === undefined ? systemFolders : [resolve(folder, system)];
  return [own, ...folders.map((each) => join(each, 'pg_service.conf'))];
}

function sectionOf(text: string, name: string): readonly string[] | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const start = lines.indexOf(`[${name}]`);
  if (start < 0) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith('['));
  return rest.slice(0, end < 0 ? rest.length : end).filter((line) => line !== '' && !line.startsWith('#'));
}

/** The first value of a name counts. */
function settings(section: readonly string[]): ReadonlyMap<string, string> {
  const pairs = section.map((line) => {
    const [name = '', ...value] = line.split('=');
    return [name.trim(), value.join('=').trim()] as const;
  });
  return new Map(pairs.toReversed());
}
