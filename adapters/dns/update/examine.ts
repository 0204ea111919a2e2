/** Read-only: does the primary serve the zone, what are the records now, which name servers are to follow? */
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import type { Setting } from '../../support/program.ts';
import { type Input, type Place, placeOf, placeWords, type Target, targetOf } from './input.ts';
import { nameServers, recordsAt, serialAt } from './look.ts';
import { type RecordSet, types } from './records.ts';

export interface Scene {
  readonly target: Target;
  readonly now: RecordSet;
  /** The primary first. */
  readonly servers: readonly Place[];
}

export async function examine(asked: Input, setting: Setting): Promise<Result<Scene, Trouble>> {
  const target = targetOf(asked);
  const serial = await serialAt(target.primary, target.zone, setting);
  if (!serial.ok)
    return trouble(serial.error, 'Nothing was changed. Correct `server` or `zone`, or see to the name server.');
  const now = await recordsAt(target.primary, target, setting);
  if (!now.ok) return trouble(now.error, 'Nothing was changed. Correct `name` or `type`.');
  const conflict = await beside(asked, target, setting);
  if (conflict !== undefined)
    return trouble(
      `${target.name.slice(0, -1)} has ${conflict} records, and a CNAME can stand beside no other`,
      'Nothing was changed: the name server would ignore it. Remove those records first (`records: none`).',
    );
  const servers = await followers(asked, target, setting);
  return servers.ok ? ok({ target, now: now.value, servers: servers.value }) : servers;
}

/** Records that keep a CNAME from being set: a name server drops such an update and says that all is well. */
async function beside(asked: Input, target: Target, setting: Setting): Promise<string | undefined> {
  if (asked.type !== 'CNAME' || asked.values === undefined) return undefined;
  for (const type of types.filter((each) => each !== 'CNAME')) {
    const found = await recordsAt(target.primary, { ...target, type }, setting);
    if (found.ok && found.value.values.length > 0) return type;
  }
  return undefined;
}

async function followers(
  { servers }: Input,
  { primary, zone }: Target,
  setting: Setting,
): Promise<Result<readonly Place[], Trouble>> {
  const named = servers?.map(placeOf).filter((place) => place !== undefined);
  const found = named === undefined ? await nameServers(primary, zone, setting) : ok(named);
  if (!found.ok) return trouble(found.error, 'Nothing was changed. Name the name servers in `servers`.');
  const all = new Map([primary, ...found.value].map((place) => [placeWords(place), place]));
  for (const place of all.values()) {
    const serial = await serialAt(place, zone, setting);
    if (!serial.ok)
      return trouble(
        `${serial.error}; it is one of the name servers that must answer so`,
        'Nothing was changed. See to it, or name in `servers` those that count.',
      );
  }
  return ok([...all.values()]);
}
