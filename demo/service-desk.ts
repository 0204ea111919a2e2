/** The Service Desk: a real SMTP server on loopback, and the mail it has received. */
import { SMTPServer } from 'smtp-server';

export interface Mail {
  readonly to: readonly string[];
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

export interface ServiceDesk {
  readonly port: number;
  readonly mailbox: readonly Mail[];
  close(): Promise<void>;
}

export async function openServiceDesk(): Promise<ServiceDesk> {
  const mailbox: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mailbox.push({ to, ...readMail(Buffer.concat(chunks).toString('utf8')) });
        done();
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the mail server has no port');
  return {
    port: address.port,
    mailbox,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** As much of RFC 5322 as a plain text mail needs. */
export function readMail(source: string): Pick<Mail, 'headers' | 'text'> {
  const [head = '', ...body] = source.replaceAll('\r\n', '\n').split('\n\n');
  const headers = new Map<string, string>();
  for (const line of head.replaceAll(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const text = body.join('\n\n').trimEnd();
  const encoded = headers.get('content-transfer-encoding')?.toLowerCase() === 'quoted-printable';
  return { headers, text: encoded ? fromQuotedPrintable(text) : text };
}

function fromQuotedPrintable(text: string): string {
  const whole = text.replaceAll('=\n', '');
  const bytes = whole.replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
