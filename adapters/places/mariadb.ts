/** The server that MariaDB's programs would go to: the fields, then their option files, then the environment. */
import { join, resolve } from 'node:path';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { AdapterPlace, PlaceContext } from '../../src/ports/adapter.ts';
import { atHost, atSocket, elsewhere, type PlacesOf, said } from './kinds.ts';
import { clientOptions } from './option-files.ts';
import { filled, homeOf, textAt } from './readable.ts';

const kind = 'MariaDB database';

export const mariadb: PlacesOf = (input, context) => {
  // On some servers the case of a database's name counts, on others not.
  const beside = `/${said(input, 'database') ?? ''}`.toLowerCase();
  const [host, port, socket] = ['host', 'port', 'socket'].map((field) => said(input, field));
  if (socket !== undefined) return [atSocket(kind, resolve(context.folder, socket), beside)];
  const options = optionsFor(input, context);
  if (typeof options === 'string')
    return [host === undefined ? elsewhere(kind, `as ${options} says${beside}`) : atHost(kind, host, port, beside)];
  const { env } = context;
  const usualPort = port ?? options.get('port') ?? filled(env.MYSQL_TCP_PORT) ?? '3306';
  if (host !== undefined) return [atHost(kind, host, usualPort, beside)];
  const named = options.get('host') ?? filled(env.MYSQL_HOST) ?? 'localhost';
  // By that name alone the programs take the socket.
  if (named !== 'localhost') return [atHost(kind, named, usualPort, beside)];
  return [local(port, options.get('socket') ?? filled(env.MYSQL_UNIX_PORT), beside)];
};

/** With a port some releases take that instead of the socket. */
function local(port: string | undefined, socket: string | undefined, beside: string): AdapterPlace {
  if (port !== undefined || socket === undefined) return atHost(kind, 'localhost', undefined, beside);
  return atSocket(kind, socket, beside);
}

/** The file that cannot be read, where one was named. Beside a password none is read. */
function optionsFor(input: JsonObject, context: PlaceContext): ReadonlyMap<string, string> | string {
  const given = said(input, 'optionFile');
  if (given === undefined)
    return said(input, 'password') === undefined ? clientOptions(usualFiles(context)) : new Map();
  const file = resolve(context.folder, given);
  return textAt(file) === undefined ? file : clientOptions([file]);
}

const usualFiles = (context: PlaceContext): readonly string[] => [
  '/etc/my.cnf',
  '/etc/mysql/my.cnf',
  join(homeOf(context), '.my.cnf'),
];
