/** Today's rate, a service that has stayed at home; and the tunnel through which the cloud asks for it. */
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface Rates {
  readonly url: string;
  readonly tunnelUrl: string;
  /** From then on the cloud does not reach it any more. */
  cutTunnel(): Promise<void>;
  close(): Promise<void>;
}

export async function openRates(): Promise<Rates> {
  const server = createHttpServer((_request, response) => response.end('1.25'));
  const url = await listen(server);
  const sockets = new Set<Socket>();
  const tunnel = createServer((inner) => {
    const outer = connect(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    }
    inner.pipe(outer).pipe(inner);
  });
  const tunnelUrl = await listen(tunnel);
  const cutTunnel = async () => {
    for (const socket of sockets) socket.destroy();
    await ended(tunnel);
  };
  const close = async () => {
    await cutTunnel();
    server.closeAllConnections();
    await ended(server);
  };
  return { url, tunnelUrl, cutTunnel, close };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/** Also where it has ended already. */
const ended = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
