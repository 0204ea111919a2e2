/** Jira Cloud and Jira Server as their documentation says they answer, with the one request OPS-42. */
import * as z from 'zod/mini';
import { asDocumented, type Before, receiver } from './receiver.ts';
import type { Answer, Heard } from './servers.ts';

const textNode = z.strictObject({ type: z.literal('text'), text: z.string().check(z.minLength(1)) });
const inline = z.union([textNode, z.strictObject({ type: z.literal('hardBreak') })]);
const paragraph = z.strictObject({ type: z.literal('paragraph'), content: z.array(inline) });
const adf = z.strictObject({
  type: z.literal('doc'),
  version: z.literal(1),
  content: z.array(paragraph).check(z.minLength(1)),
});
const wiki = z.string().check(z.minLength(1), z.maxLength(32_767));
const bodies = {
  cloud: z.strictObject({ body: adf }),
  server: z.strictObject({ body: wiki }),
  request: z.strictObject({ body: wiki, public: z.boolean() }),
};
const transition = z.strictObject({
  transition: z.strictObject({ id: z.string() }),
  fields: z.optional(z.strictObject({ resolution: z.strictObject({ name: z.string() }) })),
});

/** From each status, the transitions: id, name, where to. */
const workflow: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  Open: [['11', 'Start', 'In Progress']],
  'In Progress': [['21', 'Resolve this issue', 'Resolved']],
  Resolved: [['31', 'Reopen', 'Open']],
};

export const tokens = {
  cloud: { user: 'backout@example.com', token: 'cloud-token' },
  server: { token: 'server-token' },
};

export interface Comment {
  /** As a reader sees it. */
  readonly text: string;
  readonly kind: 'plain' | 'internal' | 'public';
}

export interface Jira {
  readonly edition?: 'cloud' | 'server';
  readonly before?: Before;
  readonly needsResolution?: true;
}

export async function jira({ edition = 'cloud', before = asDocumented, needsResolution }: Jira = {}) {
  const comments: Comment[] = [];
  const kept: { id: string; body: unknown }[] = [];
  const state = { status: 'In Progress', resolution: '' };
  const server = await receiver(before, answer);

  function answer({ method, url, headers, body }: Heard): ReturnType<Answer> {
    const { user, token } = tokens.cloud;
    const right =
      edition === 'cloud' ? `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}` : 'Bearer server-token';
    if (headers.authorization !== right)
      return { status: 401, body: 'Client must be authenticated to access this resource.' };
    const rest = edition === 'cloud' ? '/rest/api/3' : '/rest/api/2';
    const asked = `${method} ${url}`.replace(rest, '');
    if (method === 'POST' && !/^application\/json/.test(String(headers['content-type']))) return { status: 415 };
    switch (asked) {
      case 'GET /myself':
        return said(200, { displayName: 'Backout' });
      case 'GET /issue/OPS-42?fields=status':
        return said(200, { key: 'OPS-42', fields: { status: { name: state.status } } });
      case 'GET /issue/OPS-42/comment?orderBy=-created&maxResults=25':
        return said(200, { comments: kept.slice(0, 25), total: kept.length });
      case 'GET /issue/OPS-42/transitions':
        return said(200, {
          transitions: (workflow[state.status] ?? []).map(([id, name, to]) => ({ id, name, to: { name: to } })),
        });
      case 'POST /issue/OPS-42/comment':
        return commented(bodies[edition], 'plain', JSON.parse(body));
      case 'POST /rest/servicedeskapi/request/OPS-42/comment':
        return commented(bodies.request, 'internal', JSON.parse(body));
      case 'POST /issue/OPS-42/transitions':
        return moved(JSON.parse(body));
      default:
        return fault(404, 'Issue does not exist or you do not have permission to see it.');
    }
  }

  function commented(
    shape: z.ZodMiniType<{ body: unknown }>,
    kind: Comment['kind'],
    given: unknown,
  ): ReturnType<Answer> {
    const parsed = z.safeParse(shape, given);
    if (!parsed.success) return fault(400, parsed.error.message);
    const { body } = parsed.data;
    const isPublic = 'public' in parsed.data && parsed.data.public === true;
    if (typeof body !== 'string' && JSON.stringify(body).length > 32_767)
      return fault(400, 'The entered text is too long.');
    kept.unshift({ id: String(kept.length), body });
    comments.push({
      text: typeof body === 'string' ? readWiki(body) : readDocument(z.parse(adf, body)),
      kind: isPublic ? 'public' : kind,
    });
    return said(201, { id: String(kept.length), body });
  }

  function moved(given: unknown): ReturnType<Answer> {
    const parsed = z.safeParse(transition, given);
    if (!parsed.success) return fault(400, parsed.error.message);
    const way = (workflow[state.status] ?? []).find(([id]) => id === parsed.data.transition.id);
    if (way === undefined) return fault(400, 'It seems that you have tried to perform an illegal workflow operation.');
    const resolution = parsed.data.fields?.resolution.name;
    if (needsResolution && resolution === undefined)
      return said(400, { errorMessages: [], errors: { resolution: 'Resolution is required.' } });
    state.status = way[2];
    state.resolution = resolution ?? '';
    return { status: 204 };
  }

  const forget = () => kept.splice(0, 1);
  return { ...server, comments, state, forget, site: `http://127.0.0.1:${server.port}` };
}

function readDocument({ content }: z.infer<typeof adf>): string {
  const lines = (one: (typeof content)[number]) =>
    one.content.map((node) => ('text' in node ? node.text : '\n')).join('');
  return content.map(lines).join('\n\n');
}

/** As Jira renders wiki text: what begins a macro, a mention, a link, an image or emphasis must have been escaped. */
function readWiki(text: string): string {
  const bare = text.replaceAll(/\\[{}[\]!|*^~]|&#92;/g, '');
  if (/[{}[\]!|*^~\\]/.test(bare)) throw new Error(`not escaped: ${text}`);
  return text.replaceAll(/\\([{}[\]!|*^~])/g, '$1').replaceAll('&#92;', '\\');
}

const fault = (status: number, message: string) => said(status, { errorMessages: [message], errors: {} });
const said = (status: number, answer: unknown): ReturnType<Answer> => ({ status, body: JSON.stringify(answer) });
