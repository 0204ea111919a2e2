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
      opening.on('end', () => opening.destroy());
      opening.resume();
      return 0;
    },
    write: (bytes) => write(socket, bytes),
    close: () => hangUp(socket),
    abandon() {
      socket?.destroy();
      socket = undefined;
    },
  };
}

const lost = (): Error => new Error('the connection was lost');

function write(socket: Socket | undefined, bytes: Uint8Array): Promise<void> {
  return new Promise((done, failed) => {
    if (socket === undefined || socket.destroyed) failed(lost());
    else socket.write(bytes, (error) => (error == null ? done() : failed(error)));
  });
}

/** Says that this is all, and waits until the receiver has hung up too: a reset shows what did not arrive. */
function hangUp(socket: Socket | undefined): Promise<void> {
  return new Promise((done, failed) => {
    if (socket === undefined || socket.destroyed) return failed(lost());
    socket.once('close', (hadError) => (hadError ? failed(lost()) : done()));
    socket.end();
  });
}

function parseTarget(target: string): { readonly host: string; readonly port: number } {
  const parts = /^tcp:\/\/(?:\[([^\]]+)\]|([^:/]+)):(\d{1,5})\/?$/.exec(target);
  const port = Number(parts?.[3]);
  const host = parts?.[1] ?? parts?.[2];
  if (host !== undefined && port > 0 && port < 65_536) return { host, port };
  throw new Fault('usage', `"${target}" is no place for a journal's copy`, 'Write tcp://host:port, or a path.');
}
