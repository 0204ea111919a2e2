/** A Workflows webhook of Teams as its documentation says it answers, strict about the card and its size. */
import * as z from 'zod/mini';
import { asDocumented, type Before, receiver } from './receiver.ts';
import type { Answer, Heard } from './servers.ts';

const run = z.strictObject({
  type: z.literal('TextRun'),
  text: z.string().check(z.minLength(1)),
  size: z.optional(z.enum(['Small', 'Default', 'Medium', 'Large', 'ExtraLarge'])),
  weight: z.optional(z.enum(['Lighter', 'Default', 'Bolder'])),
  color: z.optional(z.enum(['Default', 'Dark', 'Light', 'Accent', 'Good', 'Warning', 'Attention'])),
  isSubtle: z.optional(z.boolean()),
});
const card = z.strictObject({
  $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
  type: z.literal('AdaptiveCard'),
  version: z.enum(['1.2', '1.3', '1.4']),
  fallbackText: z.string(),
  body: z
    .array(z.strictObject({ type: z.literal('RichTextBlock'), inlines: z.array(run).check(z.minLength(1)) }))
    .check(z.minLength(1)),
  msteams: z.strictObject({ width: z.literal('Full') }),
});
const message = z.strictObject({
  type: z.literal('message'),
  attachments: z.tuple([
    z.strictObject({
      contentType: z.literal('application/vnd.microsoft.card.adaptive'),
      contentUrl: z.null(),
      content: card,
    }),
  ]),
});

const path = '/workflows/0123/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers&sig=SecretSignature';
const sizeLimit = 28 * 1_024;

export async function teams(before: Before = asDocumented) {
  /** The lines of each card, as a reader sees them. */
  const cards: (readonly string[])[] = [];
  const server = await receiver(before, answer);

  function answer({ method, url, headers, body }: Heard): ReturnType<Answer> {
    if (method !== 'POST' || !/^application\/json/.test(String(headers['content-type'])))
      return fault(415, 'Unsupported');
    if (url !== path) return fault(401, 'DirectApiAuthorizationRequired');
    const parsed = z.safeParse(message, JSON.parse(body));
    if (!parsed.success) return fault(400, `TriggerInputSchemaMismatch ${parsed.error.message}`);
    if (Buffer.byteLength(body) > sizeLimit) return fault(413, 'RequestEntityTooLarge');
    const [{ content }] = parsed.data.attachments;
    cards.push(content.body.map(({ inlines }) => inlines.map(({ text }) => text).join('')));
    return { status: 202 };
  }

  return { ...server, cards, webhook: `http://127.0.0.1:${server.port}${path}` };
}

const fault = (status: number, code: string): ReturnType<Answer> => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { code, message: 'The request was refused.' } }),
});
