/** Slack as its documentation says it answers: an incoming webhook and the Web API, strict about shape and limits. */
import * as z from 'zod/mini';
import { asDocumented, type Before, receiver } from './receiver.ts';
import type { Answer, Heard } from './servers.ts';

const mrkdwn = (limit: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().check(z.minLength(1), z.maxLength(limit)),
    verbatim: z.optional(z.boolean()),
  });
const plain = (limit: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().check(z.minLength(1), z.maxLength(limit)),
    emoji: z.optional(z.boolean()),
  });
const fields = z.array(mrkdwn(2_000)).check(z.minLength(1), z.maxLength(10));
const block = z.union([
  z.strictObject({ type: z.literal('header'), text: plain(150) }),
  z.strictObject({ type: z.literal('section'), text: mrkdwn(3_000) }),
  z.strictObject({ type: z.literal('section'), fields }),
  z.strictObject({
    type: z.literal('context'),
    elements: z.array(mrkdwn(2_000)).check(z.minLength(1), z.maxLength(10)),
  }),
]);
const shown = {
  text: z.string().check(z.minLength(1), z.maxLength(40_000)),
  blocks: z.array(block).check(z.minLength(1), z.maxLength(50)),
};
const webhook = z.strictObject(shown);
const post = z.strictObject({
  ...shown,
  channel: z.string(),
  unfurl_links: z.boolean(),
  unfurl_media: z.boolean(),
  client_msg_id: z.uuid(),
  metadata: z.strictObject({
    event_type: z.string().check(z.regex(/^\w+$/)),
    event_payload: z.record(z.string(), z.string()),
  }),
});

export interface SlackMessage {
  readonly title: string;
  /** What its sections and fields show, as a reader sees them. */
  readonly texts: readonly string[];
  readonly reference: string;
  readonly notification: string;
  readonly channel: string | null;
}

export async function slack({ before = asDocumented, token = 'xoxb-right' }: { before?: Before; token?: string } = {}) {
  const messages: SlackMessage[] = [];
  const ids = new Set<string>();
  const server = await receiver(before, answer);

  function answer({ method, url, headers, body }: Heard): ReturnType<Answer> {
    if (method !== 'POST') return { status: 405 };
    if (!/^application\/json/.test(String(headers['content-type']))) return { status: 400, body: 'invalid_payload' };
    if (url === '/services/T0/B0/secretpath') return byWebhook(body);
    if (headers.authorization !== `Bearer ${token}`) return said({ ok: false, error: 'invalid_auth' });
    if (url === '/api/auth.test') return said({ ok: true, team: 'Shop', user: 'backout' });
    return url === '/api/chat.postMessage' ? byApp(body) : said({ ok: false, error: 'unknown_method' });
  }

  function byWebhook(body: string): ReturnType<Answer> {
    const parsed = z.safeParse(webhook, JSON.parse(body));
    if (!parsed.success) return { status: 400, body: 'invalid_blocks' };
    messages.push(read(parsed.data, null));
    return { status: 200, headers: { 'content-type': 'text/html' }, body: 'ok' };
  }

  function byApp(body: string): ReturnType<Answer> {
    const parsed = z.safeParse(post, JSON.parse(body));
    if (!parsed.success) return said({ ok: false, error: 'invalid_blocks', detail: parsed.error.message });
    const { channel, client_msg_id: id } = parsed.data;
    if (!['#ops', 'C0123456789'].includes(channel)) return said({ ok: false, error: 'channel_not_found' });
    if (!ids.has(id)) messages.push(read(parsed.data, channel));
    ids.add(id);
    return said({ ok: true, channel: 'C0123456789', ts: '1763786400.000100' });
  }

  const base = `http://127.0.0.1:${server.port}`;
  return { ...server, messages, webhook: `${base}/services/T0/B0/secretpath`, api: `${base}/api` };
}

const said = (answer: object): ReturnType<Answer> => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(answer),
});

function read({ text, blocks }: z.infer<typeof webhook>, channel: string | null): SlackMessage {
  const found = { title: '', texts: [] as string[], reference: '' };
  for (const each of blocks) {
    if (each.type === 'header') found.title = each.text.text;
    else if (each.type === 'context') found.reference = shownAs(each.elements[0]?.text ?? '');
    else
      found.texts.push(...('fields' in each ? each.fields.map((one) => shownAs(one.text)) : [shownAs(each.text.text)]));
  }
  return { ...found, notification: shownAs(text), channel };
}

/** As Slack shows mrkdwn: anything in angle brackets would be a mention, a channel or a link. */
function shownAs(text: string): string {
  if (/[<>]|&(?!amp;|lt;|gt;)/.test(text)) throw new Error(`not escaped: ${text}`);
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
