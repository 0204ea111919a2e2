/**
 * An incident as Statuspage keeps it. Its metadata hold what the messages of one backout have in common and the keys
 * of those that were sent, so that none is sent twice. Pure.
 */
import * as z from 'zod/mini';
import { cut } from '../support/cut.ts';
import { plainText, type Rendered } from '../support/message.ts';
import { type Input, statusOf } from './input.ts';

const namespace = 'backout';
const nameLimit = 200;
const bodyLimit = 10_000;
const keysKept = 20;

const ours = z.looseObject({ incident: z.string(), keys: z.string() });
export const incident = z.looseObject({
  id: z.string(),
  status: z.string(),
  shortlink: z.optional(z.nullable(z.string())),
  metadata: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  components: z.optional(z.nullable(z.array(z.looseObject({ id: z.string(), status: z.string() })))),
});
export type Incident = z.infer<typeof incident>;

function oursIn({ metadata }: Incident): z.infer<typeof ours> | undefined {
  const parsed = z.safeParse(ours, metadata?.[namespace]);
  return parsed.success ? parsed.data : undefined;
}

/** The incident of this backout: the open one before one that is resolved. */
export function incidentOf(all: readonly Incident[], asked: Input): Incident | undefined {
  const of = all.filter((each) => oursIn(each)?.incident === asked.incident);
  return of.find(({ status }) => status !== 'resolved') ?? of[0];
}

export const wasSent = (found: Incident, key: string): boolean => keysOf(found).includes(key);
const keysOf = (found: Incident | undefined): readonly string[] =>
  (found === undefined ? undefined : oursIn(found))?.keys.split(' ') ?? [];

/** What creates it (`found` undefined), or updates the one that was found. The page is public: no reference. */
export function documentOf(asked: Input, rendered: Rendered, key: string, found: Incident | undefined): unknown {
  const keys = [...keysOf(found), key].slice(-keysKept).join(' ');
  const whole = plainText({ ...rendered, reference: '' });
  const named = found === undefined && asked.name === undefined;
  const below = plainText({ ...rendered, title: '', reference: '' });
  const { components } = asked;
  return {
    incident: {
      ...(found === undefined ? { name: cut(titleOf(asked, rendered), nameLimit) } : {}),
      status: statusOf(asked),
      body: cut(named && below !== '' ? below : whole, bodyLimit),
      ...(asked.impact === undefined ? {} : { impact_override: asked.impact }),
      ...(components === undefined ? {} : { components, component_ids: Object.keys(components) }),
      deliver_notifications: asked.notify === 'subscribers',
      metadata: { ...found?.metadata, [namespace]: { incident: asked.incident, keys } },
    },
  };
}

/** P10: a name of one's own is marked as the message is. */
function titleOf({ name }: Input, { title, mark }: Rendered): string {
  if (name === undefined) return title;
  return mark === null ? name : `[${mark}] ${name}`;
}

/** Statuspage may take a request and not do all of it: what it shows is compared. Undefined: all is as asked. */
export function notAsAsked(shown: Incident, asked: Input): string | undefined {
  if (shown.status !== statusOf(asked)) return `the incident shows ${shown.status}, and not ${statusOf(asked)}`;
  for (const [id, status] of Object.entries(asked.components ?? {})) {
    const component = shown.components?.find((each) => each.id === id);
    if (component?.status !== status)
      return `component ${id} shows ${component?.status ?? 'nothing'}, and not ${status}`;
  }
  return undefined;
}
