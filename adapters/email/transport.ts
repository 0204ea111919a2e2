/**
 * One SMTP conversation. Owns the socket, because nodemailer takes no abort signal: ending the socket ends the
 * conversation. Does not own: the message, trying again.
 */
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { resolve } from 'node:path';
import type { Transporter } from 'nodemailer';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { type Input, portOf } from './input.ts';

const patienceMs = 15_000;

export async function converse<T>(
  asked: Input,
  context: Pick<AdapterContext, 'signal' | 'folder'>,
  talk: (transport: Transporter) => Promise<T>,
): Promise<T> {
  const { createTransport } = await import('nodemailer');
  const ca = asked.ca === undefined ? undefined : await readFile(resolve(context.folder, asked.ca), 'utf8');
  const socket = await connected(asked, context.signal);
  const hangUp = () => socket.destroy(new Error('cancelled'));
  context.signal.addEventListener('abort', hangUp, { once: true });
  const transport = createTransport({
    host: asked.host,
    port: portOf(asked),
    secure: asked.tls === 'implicit',
    requireTLS: asked.tls === 'required' || (asked.tls === 'auto' && asked.user !== undefined),
    ignoreTLS: asked.tls === 'off',
    tls: { rejectUnauthorized: verified(asked), ...(ca === undefined ? {} : { ca }) },
    ...(asked.user === undefined ? {} : { auth: { user: asked.user, pass: asked.password ?? '' } }),
    getSocket: (_options, callback) => callback(null, { connection: socket }),
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    connectionTimeout: patienceMs,
  });
  try {
    return await talk(transport);
  } finally {
    context.signal.removeEventListener('abort', hangUp);
    transport.close();
    socket.destroy();
  }
}

/** Encryption that nobody asked for is taken as it comes (RFC 7435); a login is only given to a verified server. */
function verified(asked: Input): boolean {
  return asked.tls !== 'auto' || asked.user !== undefined || asked.ca !== undefined;
}

function connected(asked: Input, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve: give, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host: asked.host, port: portOf(asked) });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const giveUp = () =>
    socket.destroy(new Error(signal.aborted ? 'cancelled' : `no answer within ${patienceMs / 1_000} s`));
  limit.addEventListener('abort', giveUp, { once: true });
  if (limit.aborted) giveUp();
  socket.once('error', (error) => {
    limit.removeEventListener('abort', giveUp);
    reject(error);
  });
  socket.once('connect', () => {
    limit.removeEventListener('abort', giveUp);
    give(socket);
  });
  return promise;
}
