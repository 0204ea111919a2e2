/**
 * Files that rsync writes, here or on another machine. A module of a daemon is none of the machine's folders, as far as
 * can be seen from here. All of it goes over ssh, so that no port tells two daemons of one machine apart.
 */
import type { JsonObject } from '../../src/kernel/json.ts';
import type { AdapterPlace } from '../../src/ports/adapter.ts';
import { allSaid, atHost, type PlacesOf, path, remoteFile, said } from './kinds.ts';

/** Also another machine's files that it reads: there it is one more login to production. A backup here may be the same. */
export const rsync: PlacesOf = (input, { folder }) => {
  const at = (value: string) => placeOf(value, folder, sshHost(input));
  const from = allSaid(input, 'source').map(at);
  return [
    ...allSaid(input, 'target').map(at),
    ...allSaid(input, 'backupDir').flatMap((kept) => besideTarget(input, kept).map(at)),
    ...from.filter(({ isHere, at: place }) => !isHere || place.startsWith('localhost:')),
  ];
};

/** What is replaced is kept on the side of the target; by a daemon inside its module, which is that place already. */
function besideTarget(input: JsonObject, kept: string): readonly string[] {
  const target = said(input, 'target') ?? '';
  if (daemon.test(target)) return [];
  const machine = overSsh.exec(target)?.[1];
  return [machine === undefined ? kept : `${machine}:${kept}`];
}

const daemon = /^(?:rsync:\/\/(?:[^/]*@)?(\[[^\]]+\]|[^/:]+)(?::\d+)?\/|(?:[^/:]*@)?(\[[^\]]+\]|[^/:[]+)::)(.*)$/i;
const overSsh = /^(?:[^/:]*@)?(\[[^\]]+\]|[^/:]+):(.*)$/;

function placeOf(value: string, folder: string, host: string | undefined): AdapterPlace {
  const [, url, name, module = ''] = daemon.exec(value) ?? [];
  if (url !== undefined || name !== undefined) return ofDaemon(host ?? url ?? name ?? '', module);
  const [, machine, there = ''] = overSsh.exec(value) ?? [];
  return machine === undefined ? path(value, folder) : remoteFile(host ?? machine, there);
}

function ofDaemon(host: string, module: string): AdapterPlace {
  const inside = module.replace(/\/+$/, '');
  const place = atHost('path', host, undefined, `::${inside}`);
  return { ...place, server: { host: place.server?.host ?? '', port: undefined, beside: '::', path: inside } };
}

/** Where ssh is told to go, whatever the name is. */
function sshHost({ ssh }: JsonObject): string | undefined {
  const options =
    typeof ssh === 'object' && ssh !== null && !Array.isArray(ssh) ? allSaid(ssh as JsonObject, 'options') : [];
  const [host] = options.flatMap((option) => /^\s*hostname\s*[=\s]\s*([^\s%]+)\s*$/i.exec(option)?.[1] ?? []);
  return host;
}
