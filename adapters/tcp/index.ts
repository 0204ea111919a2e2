/** `tcp`: a check that something listens, and, when told, that it says what it should. */
import { connect, type Socket } from 'node:net';
import * as z from 'zod/mini';
import { formatDuration } from '../../src/kernel/duration.ts';
import { type AdapterContext, defineAdapter, type Performed } from '../../src/ports/adapter.ts';
import { done, failed, notReady, ready } from '../support/answers.ts';
import { duration, optionalText, port, text } from '../support/fields.ts';
import { resolves } from '../support/reach.ts';
import { reasonOf } from '../support/reason.ts';

const input = z.strictObject({
  host: text('Host name or address.'),
  port: port('Port number.'),
  send: optionalText('Text to send once connected.'),
  expect: optionalText('Text that must come back; without it a connection is enough.'),
  timeout: z._default(duration('How long it may take. Default: 5s.'), 5_000),
});
type Input = z.infer<typeof input>;

export const adapter = defineAdapter<Input>({
  name: 'tcp',
  summary: 'Connects to a port, and looks for a text in what it says: a health check.',
  tested: 'Tested on loopback servers.',
  input,
  secretFields: [],
  outputs: { latencyMs: 'How long it took, in milliseconds.' },
  needs: [],
  repeatable: true,
  readOnly: true,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `connect to ${asked.host}:${asked.port}`,
    ...(asked.send === undefined ? [] : [`send ${JSON.stringify(asked.send)}`]),
    ...(asked.expect === undefined ? [] : [`good: it says ${JSON.stringify(asked.expect)}`]),
  ],
  preflight: async (asked) => {
    const found = await resolves(asked.host);
    if (found.ok) return ready([`${asked.host} resolves`]);
    return notReady(`${asked.host}: ${found.error}`, 'Correct `host`, or see to the name server.');
  },
  perform,
});

const heardLimit = 65_536;

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const started = performance.now();
  const limit = AbortSignal.timeout(asked.timeout);
  const socket = connect({ host: asked.host, port: asked.port, signal: AbortSignal.any([context.signal, limit]) });
  const heard = { connected: false, text: '' };
  const where = `${asked.host}:${asked.port}`;
  try {
    await converse(socket, asked, heard);
  } catch (error) {
    if (context.signal.aborted) return failed('error', `${where}: cancelled`);
    const late = `${heard.connected ? 'did not say it' : 'no connection'} within ${formatDuration(asked.timeout)}`;
    const reason = limit.aborted ? late : reasonOf(error);
    return failed('check', `${where}: ${reason}`, heard.text.slice(0, 2_048));
  } finally {
    socket.destroy();
  }
  const ms = Math.round(performance.now() - started);
  return done(`${where}: answered in ${formatDuration(ms)}`, { latencyMs: String(ms) });
}

/** Ends well when connected and, where something is expected, when it was heard. */
function converse(socket: Socket, asked: Input, heard: { connected: boolean; text: string }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const { expect } = asked;
  socket.setEncoding('utf8');
  socket.once('error', reject);
  socket.once('close', () => reject(new Error(`it hung up before it said ${JSON.stringify(expect)}`)));
  socket.once('connect', () => {
    heard.connected = true;
    const sent = () => {
      if (expect === undefined) resolve();
    };
    if (asked.send === undefined) sent();
    else socket.write(asked.send, sent);
  });
  socket.on('data', (part: string) => {
    heard.text = (heard.text + part).slice(-heardLimit);
    if (expect !== undefined && heard.text.includes(expect)) resolve();
  });
  return promise;
}
