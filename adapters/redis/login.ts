/** Where a Redis server is, and who asks. */
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { optionalText, port } from '../support/fields.ts';

export const loginFields = {
  host: optionalText('Host of the server. Default: 127.0.0.1.'),
  port: z.optional(port('Port of the server. Default: 6379.')),
  socket: optionalText('Unix socket of a server on this machine, instead of `host`.'),
  username: optionalText('The ACL user. Default: the default user.'),
  password: optionalText('The password; may be a secret. Default: REDISCLI_AUTH in `env`, or none.'),
};

const login = z.object(loginFields);
export type LoginInput = z.infer<typeof login>;

export interface Login {
  readonly at: { readonly path: string } | { readonly host: string; readonly port: number };
  readonly username: string | null;
  readonly password: string | null;
  /** For messages. */
  readonly name: string;
}

export function loginOf(
  asked: LoginInput,
  folder: string,
  env: { readonly [name: string]: string | undefined },
): Login {
  const { host = '127.0.0.1', port: number = 6_379, socket, username, password } = asked;
  return {
    at: socket === undefined ? { host, port: number } : { path: resolve(folder, socket) },
    username: username ?? null,
    password: password ?? env.REDISCLI_AUTH ?? null,
    name: socket ?? `${host}:${number}`,
  };
}

/** Where redis-cli finds the server, and as whom; the password goes by REDISCLI_AUTH. */
export function cliArgs({ at, username }: Login): readonly string[] {
  const where = 'path' in at ? ['-s', at.path] : ['-h', at.host, '-p', String(at.port)];
  return [...where, ...(username === null ? [] : ['--user', username])];
}

/** For people to type, who give the password by REDISCLI_AUTH. */
export const byHand = (login: Login, ...words: readonly string[]): string =>
  ['redis-cli', ...cliArgs(login), ...words].map(asTyped).join(' ');

const asTyped = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

export const oneServer = z.refine<LoginInput>(
  (asked) => asked.socket === undefined || asked.host === undefined,
  'give `host` or `socket`, and not both',
);
