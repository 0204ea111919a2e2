/** Names and texts in SQL, whatever is in them. Pure. */

/** `"we""ird"` */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** As libpq quotes: right whatever `standard_conforming_strings` is. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', String.raw`\\`)}'`;
  return text.includes('\\') ? ` E${quoted}` : quoted;
}

/** Null is everybody. */
export const grantee = (role: string | null): string => (role === null ? 'PUBLIC' : identifier(role));

/** A setting's name, of one part or two. */
export const settingName = (name: string): string => name.split('.').map(identifier).join('.');

/** The first name in `text`, quoted or not; undefined where none stands there. */
export function firstIdentifier(text: string): string | undefined {
  const found = /^\s*(?:"((?:[^"]|"")+)"|([\w$\u0080-\uffff]+))/.exec(text);
  return found?.[1]?.replaceAll('""', '"') ?? found?.[2]?.toLowerCase();
}

/** A list of names as the server keeps it in a setting: `"$user", public`. */
export function identifierList(text: string): readonly string[] {
  const items = text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,"]+?))\s*(?:,|$)/g);
  return [...items]
    .map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
    .filter((item) => item !== '');
}
