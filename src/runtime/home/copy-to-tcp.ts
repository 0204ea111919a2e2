/**
 * A journal's copy over TCP. Each connection carries the journal from its first byte, so that whatever the receiver
 * wrote down last is a journal that verifies; after a lost connection nobody need know what had arrived.
 */
import { connect, type Socket } from 'node:net';
import { Fault } from '../../kernel/fault.ts';
import type { CopySink } from './copy-sink.ts';

export function copyToTcp(target: string): CopySink {
  const { host, port } = parseTarget(target);
  let socket: Socket | undefined;
  return {
    async open() {
      const opening = connect({ host, port }).unref();
      socket = opening;
      await new Promise<void>((done, failed) => opening.once('connect', done).once('error', failed));
      opening.on('error', () => opening.destroy());
      opening.resume();
      return 0;
    },
    write: (bytes) => send(socket, (open, sent) => open.write(bytes, sent)),
    close: () => send(socket, (open, sent) => open.end(sent)),
    abandon() {
      socket?.destroy();
      socket = undefined;
    },
  };
}

type Sent = (error?: Error | null) => void;

function send(socket: Socket | undefined, how: (socket: Socket, sent: Sent) => void): Promise<void> {
  return new Promise((done, failed) => {
    if (socket === undefined || socket.destroyed) failed(new Error('the connection was lost'));
    else how(socket, (error) => (error == null ? done() : failed(error)));
  });
}

function parseTarget(target: string): { readonly host: string; readonly port: number } {
  const parts = /^tcp:\/\/(?:\[([^\]]+)\]|([^:/]+)):(\d{1,5})\/?$/.exec(target);
  const port = Number(parts?.[3]);
  const host = parts?.[1] ?? parts?.[2];
  if (host !== undefined && port > 0 && port < 65_536) return { host, port };
  throw new Fault('usage', `"${target}" is no place for a journal's copy`, 'Write tcp://host:port, or a path.');
}
