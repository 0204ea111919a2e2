/** Names and values as SQL, safe whatever the server's sql_mode says of quotes and backslashes. */

export const name = (text: string): string => `\`${text.replaceAll('`', '``')}\``;

export const value = (text: string): string =>
  text === '' ? "''" : `_utf8mb4 0x${Buffer.from(text, 'utf8').toString('hex')}`;

/** In a GRANT the name of a schema is a pattern. */
export const schemaInGrant = (text: string): string => name(text.replaceAll(/[\\_%]/g, String.raw`\$&`));

export interface Account {
  readonly user: string;
  readonly host: string;
}

export const account = ({ user, host }: Account): string => `${name(user)}@${name(host)}`;

/** `shop@%`: a host has no `@` in it, a user may. */
export const accountName = ({ user, host }: Account): string => `${user}@${host}`;
