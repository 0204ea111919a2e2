/**
 * How the MariaDB programs are told where the server is and who asks. A password goes through MYSQL_PWD, never through
 * an argv; it counts only where no option file names another one, so with a password given none is read.
 */
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { optionalText, port } from '../support/fields.ts';

export const loginFields = {
  host: optionalText('Host of the server. Without `host` and `socket`: what the option files say, or the local one.'),
  port: z.optional(port('Port of the server. Default: 3306.')),
  socket: optionalText('Unix socket of a server on this machine, instead of `host`.'),
  user: optionalText('The account to log in as. Default: what the option files say, or the name of the system user.'),
  password: optionalText(
    'Its password; may be a secret. Without it: MYSQL_PWD in `env`, or what the option files say.',
  ),
  optionFile: optionalText('An option file (my.cnf) with a [client] group to read instead of the usual ones.'),
  ca: optionalText('A PEM file with the certificate authority of the server; the connection must then be encrypted.'),
};

const login = z.object(loginFields);
export type LoginInput = z.infer<typeof login>;

/** How to start a program of the server's: what comes first in its argv, and its environment. */
export interface Login {
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
  /** Who asks where, for messages. */
  readonly name: string;
}

export type Environment = { readonly [name: string]: string | undefined };

export function loginOf(asked: LoginInput, folder: string, env: Environment): Login {
  const { host, socket, user, password } = asked;
  const known = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    args: [...optionFiles(asked, folder), ...whereTo(asked, folder), ...(user === undefined ? [] : [`--user=${user}`])],
    env: { ...Object.fromEntries(known), LC_ALL: 'C', ...(password === undefined ? {} : { MYSQL_PWD: password }) },
    name: `${user === undefined ? '' : `${user} on `}${socket ?? (host === undefined ? 'the local server' : place(asked))}`,
  };
}

/** These must come first. */
function optionFiles({ password, optionFile }: LoginInput, folder: string): readonly string[] {
  if (optionFile !== undefined) return [`--defaults-file=${resolve(folder, optionFile)}`];
  return password === undefined ? [] : ['--no-defaults'];
}

function whereTo({ host, port: number, socket, ca }: LoginInput, folder: string): readonly string[] {
  const encrypted = ca === undefined ? [] : [`--ssl-ca=${resolve(folder, ca)}`, '--ssl-verify-server-cert'];
  if (socket !== undefined) return [...encrypted, '--protocol=socket', `--socket=${resolve(folder, socket)}`];
  // By its name alone `localhost` would mean the socket.
  const named = host === undefined ? [] : ['--protocol=tcp', `--host=${host}`];
  return [...encrypted, ...named, ...(number === undefined ? [] : [`--port=${number}`])];
}

const place = ({ host, port: number = 3_306 }: LoginInput): string => `${host}:${number}`;

/** For `describe`. */
export const serverOf = (asked: LoginInput): string => loginOf(asked, '/', {}).name;

export const oneServer = z.refine<LoginInput>(
  (asked) => asked.socket === undefined || asked.host === undefined,
  'give `host` or `socket`, and not both',
);
export const onePassword = z.refine<LoginInput>(
  (asked) => asked.password === undefined || asked.optionFile === undefined,
  'give `password` or `optionFile`, and not both',
);
