/**
 * What a dump holds and needs, read from it as SQL: pg_dump writes a comment before each object. Rows are skipped
 * over, so that nothing in the data is taken for SQL. Pure.
 */
import { firstIdentifier } from '../server/quote.ts';

export type Relation = 'TABLE' | 'VIEW' | 'MATERIALIZED VIEW' | 'SEQUENCE' | 'FOREIGN TABLE';
export const relationTypes: readonly Relation[] = ['TABLE', 'VIEW', 'MATERIALIZED VIEW', 'SEQUENCE', 'FOREIGN TABLE'];

export interface Facts {
  readonly relations: Readonly<Record<Relation, number>>;
  readonly extensions: readonly string[];
  /** Owners, and whoever is granted something. */
  readonly roles: readonly string[];
  readonly tablespaces: readonly string[];
  /** As in its head: `15.18 (Debian …)`. */
  readonly serverVersion: string | null;
  readonly encoding: string | null;
  /** It has the end that pg_dump writes. */
  readonly complete: boolean;
  /** It makes or enters a database of its own choice. */
  readonly choosesDatabase: boolean;
}

export interface SchemaScan {
  feed(text: string): void;
  facts(): Facts;
}

const headOf = /^-- (?:Data for )?Name: .*?; Type: ([A-Z ]+); Schema: .*?; Owner: (.*?)(?:; Tablespace: .*)?$/;
const endOfRows = '\n\\.\n';

export function schemaScan(): SchemaScan {
  const found = {
    relations: { TABLE: 0, VIEW: 0, 'MATERIALIZED VIEW': 0, SEQUENCE: 0, 'FOREIGN TABLE': 0 },
    extensions: new Set<string>(),
    roles: new Set<string>(),
    tablespaces: new Set<string>(),
    serverVersion: null as string | null,
    encoding: null as string | null,
    complete: false,
    choosesDatabase: false,
  };
  let section = '';
  let rest = '';
  let inRows = false;

  function line(text: string): void {
    if (text.startsWith('--')) comment(text);
    else if (section.endsWith('ACL')) for (const role of rolesIn(text)) found.roles.add(role);
    else if (text.startsWith('SET ')) setting(text);
    else if (text.startsWith('\\c ') || text.startsWith('\\connect ')) found.choosesDatabase = true;
  }

  function comment(text: string): void {
    const [, type, owner = '-'] = headOf.exec(text) ?? [];
    if (type !== undefined) {
      section = type;
      if (owner !== '-' && owner !== '') found.roles.add(owner);
      const relation = relationTypes.find((one) => one === type);
      if (relation !== undefined) found.relations[relation] += 1;
      if (type === 'EXTENSION') found.extensions.add(text.slice('-- Name: '.length).split('; Type: ')[0] ?? '');
      if (type === 'DATABASE') found.choosesDatabase = true;
    }
    if (text.startsWith('-- Dumped from database version ')) found.serverVersion ??= text.slice(32);
    if (text.startsWith('-- PostgreSQL database dump complete')) found.complete = true;
  }

  function setting(text: string): void {
    const [, tablespace] = /^SET default_tablespace = (.+);$/.exec(text) ?? [];
    const name = tablespace === undefined || tablespace === "''" ? undefined : firstIdentifier(tablespace);
    if (name !== undefined) found.tablespaces.add(name);
    found.encoding ??= /^SET client_encoding = '(.+)';$/.exec(text)?.[1] ?? null;
  }

  function feed(text: string): void {
    rest += text;
    let at = 0;
    for (;;) {
      const end = rest.indexOf(inRows ? endOfRows : '\n', at);
      if (end < 0) break;
      if (inRows) at = end + endOfRows.length;
      else {
        const one = rest.slice(at, end);
        line(one);
        // The end of this line may be the beginning of `endOfRows`.
        at = one.startsWith('COPY ') && one.endsWith(' FROM stdin;') ? end : end + 1;
      }
      inRows = !inRows && at === end;
    }
    rest = inRows ? rest.slice(Math.max(at, rest.length - endOfRows.length + 1)) : rest.slice(at);
  }

  const facts = (): Facts => ({
    ...found,
    extensions: [...found.extensions],
    roles: [...found.roles].sort(),
    tablespaces: [...found.tablespaces],
  });
  return { feed, facts };
}

function rolesIn(statement: string): readonly string[] {
  if (!/^(?:GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) /.test(statement)) return [];
  const [, to = ''] = /.* (?:TO|FROM) (.*)$/.exec(statement) ?? [];
  const [, by = ''] = / FOR ROLE (.*)$/.exec(statement) ?? [];
  const named = [to, by].flatMap((text) => firstIdentifier(text) ?? []);
  return named.filter((role) => role !== 'public');
}
