/** One handshake, in which everything is accepted and nothing trusted: what was shown is for others to judge. */
import { isIP } from 'node:net';
import { checkServerIdentity, connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';

export interface HandshakeAsk {
  readonly host: string;
  readonly port: number;
  /** Asked for by SNI, unless it is an address. */
  readonly name: string;
  /** PEM; undefined: the system's authorities. */
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
}

export interface Shown {
  /** OpenSSL's code for why the chain is not trusted, e.g. `CERT_HAS_EXPIRED`; null: it is. */
  readonly distrust: string | null;
  /** Why the certificate is not for the name; null: it is. */
  readonly misnamed: string | null;
  /** Ms since the epoch: when the first certificate of the chain expires, its root left aside. */
  readonly validTo: number;
  /** Whose certificate expires first. */
  readonly expiring: string;
  readonly protocol: string;
}

/** Rejects where there is no handshake. */
export async function shake(ask: HandshakeAsk): Promise<Shown> {
  const { promise, resolve, reject } = Promise.withResolvers<Shown>();
  const { host, port, name, ca, signal } = ask;
  signal.throwIfAborted();
  const socket = connect({
    host,
    port,
    rejectUnauthorized: false,
    // An old protocol must be measured as such: not refused here, where it would look like no server at all.
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(ca === undefined ? {} : { ca }),
  });
  const abort = () => socket.destroy(new Error('aborted'));
  signal.addEventListener('abort', abort, { once: true });
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('the connection was closed before the handshake was over')));
  socket.once('secureConnect', () => {
    try {
      resolve(shownBy(socket, name));
    } catch (error) {
      reject(error);
    }
  });
  return promise.finally(() => {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  });
}

function shownBy(socket: TLSSocket, name: string): Shown {
  const leaf = socket.getPeerCertificate(true);
  const first = chainOf(leaf).reduce((a, b) => (Date.parse(b.valid_to) < Date.parse(a.valid_to) ? b : a));
  // Node reports a wrong name here too; that is looked at by itself.
  const distrust = socket.authorized ? null : String(socket.authorizationError);
  return {
    distrust: distrust === 'ERR_TLS_CERT_ALTNAME_INVALID' || distrust?.includes('altnames') === true ? null : distrust,
    misnamed: checkServerIdentity(name, leaf)?.message ?? null,
    validTo: Date.parse(first.valid_to),
    expiring: String(first.subject?.CN ?? first.serialNumber),
    protocol: socket.getProtocol() ?? 'unknown',
  };
}

/** The leaf and what signed it, up to the root, which is trusted for what it is and not for its dates. */
function chainOf(leaf: DetailedPeerCertificate): readonly [DetailedPeerCertificate, ...DetailedPeerCertificate[]] {
  const chain: [DetailedPeerCertificate, ...DetailedPeerCertificate[]] = [leaf];
  for (let at = leaf.issuerCertificate; at !== undefined && at.issuerCertificate !== at; at = at.issuerCertificate) {
    if (chain.length > 20 || chain.some((known) => known.fingerprint256 === at.fingerprint256)) break;
    chain.push(at);
  }
  return chain;
}
