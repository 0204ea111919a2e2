/** Units of systemd by their whole names, and by the unit that an alias is a link to. */
import { readlinkSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { PlaceContext } from '../../src/ports/adapter.ts';
import { allSaid, type PlacesOf, said } from './kinds.ts';
import { filled, homeOf } from './readable.ts';

export const units: PlacesOf = (input, context) => {
  const scope = said(input, 'scope') ?? 'system';
  const folders = foldersOf(scope, context);
  return allSaid(input, 'unit').map((name) => {
    return { kind: 'unit', at: `${scope} ${unaliased(whole(name), folders)}`, isHere: true };
  });
};

const whole = (name: string): string => (/\.[a-z]+$/.test(name) ? name : `${name}.service`);

function foldersOf(scope: string, context: PlaceContext): readonly string[] {
  const config = filled(context.env.XDG_CONFIG_HOME) ?? join(homeOf(context), '.config');
  const own = scope === 'user' ? [join(config, 'systemd/user')] : [];
  const shared = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'];
  return [...own, ...shared.map((folder) => join(folder, 'systemd', scope))];
}

const mostLinks = 10;

/** A link to a file of another name in these folders is another name of that unit; to `/dev/null`, a unit that is masked. */
function unaliased(name: string, folders: readonly string[], links = 0): string {
  const target = folders.map((folder) => linked(join(folder, name))).find((found) => found !== undefined);
  if (target === undefined || target === name || extname(target) !== extname(name) || links > mostLinks) return name;
  return unaliased(target, folders, links + 1);
}

function linked(file: string): string | undefined {
  try {
    return basename(readlinkSync(file));
  } catch {
    return undefined;
  }
}
