/** Read-only looks at a host: does its name resolve, does something listen? */
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { reasonOf } from './reason.ts';

const patienceMs = 5_000;

export async function resolves(host: string): Promise<Result<null, string>> {
  try {
    await lookup(host);
    return ok(null);
  } catch (error) {
    return err(reasonOf(error));
  }
}

/** Connects and hangs up at once. */
export function listens(host: string, port: number, signal: AbortSignal): Promise<Result<null, string>> {
  const { promise, resolve } = Promise.withResolvers<Result<null, string>>();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const socket = connect({ host, port, signal: limit });
  socket.once('connect', () => {
    socket.destroy();
    resolve(ok(null));
  });
  socket.once('error', (error) => {
    socket.destroy();
    resolve(err(limit.aborted ? `no answer within ${patienceMs / 1_000} s` : reasonOf(error)));
  });
  return promise;
}

export function hostAndPort(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
}
