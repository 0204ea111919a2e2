/** Atlassian Statuspage as its documentation says it answers: one page with two components. */
import * as z from 'zod/mini';
import { asDocumented, type Before, receiver } from './receiver.ts';
import type { Answer, Heard } from './servers.ts';

const status = z.enum(['investigating', 'identified', 'monitoring', 'resolved']);
const componentStatus = z.enum([
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
]);
const changes = {
  status,
  body: z.string().check(z.minLength(1)),
  impact_override: z.optional(z.enum(['none', 'minor', 'major', 'critical'])),
  components: z.optional(z.record(z.string(), componentStatus)),
  component_ids: z.optional(z.array(z.string())),
  deliver_notifications: z.boolean(),
  metadata: z.record(z.string(), z.record(z.string(), z.string())),
};
const creation = z.strictObject({
  incident: z.strictObject({ ...changes, name: z.string().check(z.minLength(1), z.maxLength(255)) }),
});
const update = z.strictObject({ incident: z.strictObject(changes) });

export interface PageIncident {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly updates: readonly { readonly status: string; readonly body: string; readonly notified: boolean }[];
  readonly metadata: z.infer<typeof changes.metadata>;
  readonly components: readonly { readonly id: string; readonly status: string }[];
}

export const apiKey = '89a229ce1a8dbcf9ff30430fbe35eb4c0426574bca932061892cefd2138aa4b1';
const base = '/v1/pages/kctbh9vrtdwd';
const components = ['ftgks51sfs2d', 'bqs9hwwbcn8s'].map((id) => ({
  id,
  name: `Component ${id}`,
  status: 'operational',
}));

export async function statuspage(before: Before = asDocumented) {
  /** Newest first. */
  const incidents: PageIncident[] = [];
  const server = await receiver(before, answer);

  function answer({ method, url, headers, body }: Heard): ReturnType<Answer> {
    if (headers.authorization !== `OAuth ${apiKey}`) return said(401, { error: 'Could not authenticate' });
    if (!url.startsWith(base)) return said(404, { error: 'Not found' });
    const path = url.slice(base.length);
    if (method === 'GET') return looked(path);
    if (!/^application\/json/.test(String(headers['content-type']))) return said(400, { error: 'not JSON' });
    const id = /^\/incidents\/(\w+)$/.exec(path)?.[1];
    if (method === 'POST' && path === '/incidents') return created(JSON.parse(body));
    return method === 'PATCH' && id !== undefined ? updated(id, JSON.parse(body)) : said(404, { error: 'Not found' });
  }

  function looked(path: string): ReturnType<Answer> {
    if (path === '') return said(200, { id: 'kctbh9vrtdwd', name: 'Shop' });
    if (path === '/components?page=1&per_page=100') return said(200, components);
    return path === '/incidents?limit=25&page=1' ? said(200, incidents.map(shown)) : said(404, { error: 'Not found' });
  }

  function created(given: unknown): ReturnType<Answer> {
    const parsed = z.safeParse(creation, given);
    if (!parsed.success) return said(422, { error: [parsed.error.message] });
    const { name, ...rest } = parsed.data.incident;
    const made = changed(
      { id: `inc${incidents.length}`, name, status: '', updates: [], metadata: {}, components: [] },
      rest,
    );
    incidents.unshift(made);
    return said(201, shown(made));
  }

  function updated(id: string, given: unknown): ReturnType<Answer> {
    const parsed = z.safeParse(update, given);
    if (!parsed.success) return said(422, { error: [parsed.error.message] });
    const at = incidents.findIndex((each) => each.id === id);
    const old = incidents[at];
    if (old === undefined) return said(404, { error: 'Not found' });
    const made = changed(old, parsed.data.incident);
    incidents[at] = made;
    return said(200, shown(made));
  }

  return { ...server, incidents, api: `http://127.0.0.1:${server.port}` };
}

function changed(old: PageIncident, to: z.infer<typeof update>['incident']): PageIncident {
  const known = Object.entries(to.components ?? {}).filter(([id]) => components.some((each) => each.id === id));
  const entry = { status: to.status, body: to.body, notified: to.deliver_notifications };
  return {
    ...old,
    status: to.status,
    metadata: to.metadata,
    updates: [...old.updates, entry],
    components: to.components === undefined ? old.components : known.map(([id, each]) => ({ id, status: each })),
  };
}

const shown = ({ updates, ...incident }: PageIncident) => ({
  ...incident,
  shortlink: `https://stspg.example/${incident.id}`,
  incident_updates: updates.map(({ status, body }) => ({ status, body })),
});
const said = (status: number, answer: unknown): ReturnType<Answer> => ({ status, body: JSON.stringify(answer) });
