/** Settings of a database, and of roles in it, as SQL. Pure. */
import type { DatabaseState } from './database-state.ts';
import { identifier, identifierList, literal, settingName } from './quote.ts';

/** Those that the server keeps as a list of quoted names, as pg_dump knows them too. */
const lists: ReadonlySet<string> = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

export function settingsFor(database: string, settings: DatabaseState['settings']): readonly string[] {
  return settings.flatMap(({ role, values }) => {
    const on = `DATABASE ${identifier(database)}`;
    const whose = role === null ? `ALTER ${on}` : `ALTER ROLE ${identifier(role)} IN ${on}`;
    return values.map((value) => `${whose} SET ${assignment(value)}`);
  });
}

/** From `name=value`. */
function assignment(text: string): string {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  const value = text.slice(at + 1);
  const items = lists.has(name.toLowerCase()) ? identifierList(value) : [value];
  const list = items.length === 0 ? [''] : items;
  return `${settingName(name)} TO ${list.map(literal).join(', ')}`;
}
