/** A real SMTP server on loopback that keeps what it is sent. */
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { certificate, privateKey } from './certificate.ts';
import { closeAfterTest } from './servers.ts';

export interface Mail {
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string | undefined;
  /** As it came, with `\n` at the ends of lines. */
  readonly source: string;
}

export interface MailServer {
  readonly port: number;
  readonly mails: readonly Mail[];
  readonly logins: readonly string[];
}

export interface MailOptions {
  /** Name and password that it lets in; without them it wants no login. */
  readonly login?: readonly [user: string, password: string];
  readonly startTls?: 'offered' | 'not offered';
  /** Reply to the nth message with this code instead of 250. */
  readonly refuse?: (n: number) => number | undefined;
  readonly refuseRecipient?: string;
}

export async function mailServer(options: MailOptions = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const logins: string[] = [];
  let messages = 0;
  const server = new SMTPServer({
    cert: certificate,
    key: privateKey,
    hideSTARTTLS: options.startTls === 'not offered',
    authOptional: options.login === undefined,
    disabledCommands: options.login === undefined ? ['AUTH'] : [],
    onAuth: ({ username, password }, _session, done) => {
      logins.push(`${username}`);
      const good = username === options.login?.[0] && password === options.login?.[1];
      done(good ? null : new Error('Invalid login'), good ? { user: username } : undefined);
    },
    onRcptTo: ({ address }, _session, done) => done(address === options.refuseRecipient ? refusal(550) : null),
    onData: (stream, session, done) => {
      text(stream).then((source) => {
        messages += 1;
        const code = options.refuse?.(messages);
        if (code !== undefined) return done(refusal(code));
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, secure: session.secure, user: session.user, source: source.replaceAll('\r\n', '\n') });
        done();
      }, done);
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  closeAfterTest(() => new Promise((resolve) => server.close(() => resolve())));
  const address = server.server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, mails, logins };
}

function refusal(code: number): Error {
  return Object.assign(new Error(`refused with ${code}`), { responseCode: code });
}

/** A header of a mail, unfolded; undefined where it has none. */
export function headerOf(mail: Mail | undefined, name: string): string | undefined {
  const head = mail?.source.split('\n\n')[0]?.replaceAll(/\n[ \t]+/g, ' ') ?? '';
  const line = head.split('\n').find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}: `));
  return line?.slice(name.length + 2);
}

/** Undoes RFC 2047, which carries what is not ASCII in a header. */
export function decodedHeader(value: string): string {
  const joined = value.replaceAll(/\?=\s+=\?/g, '?==?');
  return joined.replaceAll(/=\?utf-8\?([QB])\?(.*?)\?=/gi, (_, kind: string, coded: string) =>
    kind.toUpperCase() === 'B' ? Buffer.from(coded, 'base64').toString('utf8') : quoted(coded.replaceAll('_', ' ')),
  );
}

function quoted(coded: string): string {
  const bytes = coded.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
