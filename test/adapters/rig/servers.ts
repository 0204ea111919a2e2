/** Real servers on loopback; each is closed after the test that made it. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach } from '@jest/globals';
import { certificate, privateKey } from './certificate.ts';

const closers: (() => Promise<void>)[] = [];
export const closeAfterTest = (close: () => Promise<void>) => closers.push(close);

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

export interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
/** Called with what was asked and which request it is (1 for the first). */
export type Answer = (
  heard: Heard,
  n: number,
) => { status?: number; headers?: Record<string, string>; body?: string } | 'silence' | 'cut';

export interface WebServer {
  readonly url: string;
  readonly port: number;
  readonly heard: readonly Heard[];
}

export async function webServer(answer: Answer, scheme: 'http' | 'https' = 'http'): Promise<WebServer> {
  const heard: Heard[] = [];
  const listener: RequestListener = (request, response) => {
    text(request).then(
      (body) => {
        const { method = '', url = '', headers } = request;
        const said = answer({ method, url, headers, body }, heard.push({ method, url, headers, body }));
        if (said === 'cut') request.socket.destroy();
        else if (said !== 'silence') response.writeHead(said.status ?? 200, said.headers ?? {}).end(said.body ?? '');
      },
      () => undefined,
    );
  };
  const server: Server =
    scheme === 'http' ? createServer(listener) : createSecureServer({ cert: certificate, key: privateKey }, listener);
  const port = await listening(server);
  closeAfterTest(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { url: `${scheme}://127.0.0.1:${port}`, port, heard };
}

export interface LineServer {
  readonly port: number;
  readonly received: () => string;
  /** All that the first caller said, once it has hung up. */
  readonly firstCall: Promise<string>;
}

/** Says `greeting` to whoever connects (nothing when empty), and keeps what it is told. */
export async function lineServer(greeting: string, hangUp: 'hang up' | 'stay' = 'stay'): Promise<LineServer> {
  const sockets = new Set<Socket>();
  let received = '';
  const firstCall = Promise.withResolvers<string>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('data', (part) => {
      received += part.toString('utf8');
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => firstCall.resolve(received));
    if (greeting !== '') socket.write(greeting);
    if (hangUp === 'hang up') socket.end();
  });
  const port = await listening(server);
  closeAfterTest(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port, received: () => received, firstCall: firstCall.promise };
}

/** A port on which nothing listens (for as long as nobody else takes it). */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

export async function listening(server: TcpServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return isInfo(address) ? address.port : 0;
}

const isInfo = (address: unknown): address is AddressInfo =>
  typeof address === 'object' && address !== null && 'port' in address;
