/** A host as people name it, `[user@]name[:port]`, and as ssh is told of it. */
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Host } from '../plan.ts';
import { expandRange } from './range.ts';

/** Nothing that ssh or a shell could take for something else. */
const namePattern =
  /^(?:([A-Za-z0-9_][A-Za-z0-9_.-]*)@)?(?:\[([0-9A-Fa-f:.%]+)\]|([A-Za-z0-9_][A-Za-z0-9_.-]*|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*))(?::(\d{1,5}))?$/;

export const plainHost = (name: string): Host => ({
  name,
  address: null,
  port: null,
  user: null,
  identityFile: null,
});

export function parseHost(text: string): Result<Host, string> {
  const found = namePattern.exec(text);
  const name = found?.[2] ?? found?.[3];
  if (found === null || name === undefined)
    return err(`${JSON.stringify(text)} is no host; write name, user@name or name:port`);
  const port = found[4] === undefined ? null : Number(found[4]);
  if (port !== null && (port < 1 || port > 65_535)) return err(`${text}: ${port} is no port`);
  return ok({ ...plainHost(name), user: found[1] ?? null, port });
}

/** Every host that the text means, ranges written out. */
export function parseHosts(text: string): Result<readonly Host[], string> {
  const names = expandRange(text);
  if (!names.ok) return names;
  const hosts: Host[] = [];
  for (const name of names.value) {
    const host = parseHost(name);
    if (!host.ok) return host;
    hosts.push(host.value);
  }
  return ok(hosts);
}
