/**
 * `tls`: a check of the certificate that a server shows. The handshake accepts whatever it is shown, so that what is
 * wrong is measured and named (class `check`); nothing is sent over the connection. No handshake at all is `error`.
 */
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { formatDuration } from '../../src/kernel/duration.ts';
import { type AdapterContext, defineAdapter, type Performed, type Preflight } from '../../src/ports/adapter.ts';
import { done, failed, notReady, ready, unanswered } from '../support/answers.ts';
import { duration, optionalText, port, text, wholeNumber } from '../support/fields.ts';
import { resolves } from '../support/reach.ts';
import { isUnanswered, reasonOf } from '../support/reason.ts';
import { daysUntil, faultsOf } from './judge.ts';

const input = z.strictObject({
  host: text('Host name or address to connect to.'),
  port: z._default(port('Port number. Default: 443.'), 443),
  name: optionalText('The name that is asked for (SNI) and that the certificate must be for. Default: host.'),
  daysLeft: z._default(
    wholeNumber('How many days every certificate of the chain must still be valid. Default: 7.', 0, 36_500),
    7,
  ),
  protocol: z._default(
    z.enum(['TLSv1.2', 'TLSv1.3']).check(z.describe('The oldest protocol that is good. Default: TLSv1.2.')),
    'TLSv1.2',
  ),
  ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
  timeout: z._default(duration('How long the handshake may take. Default: 10s.'), 10_000),
});
type Input = z.infer<typeof input>;

export const adapter = defineAdapter<Input>({
  name: 'tls',
  summary: 'Looks at the certificate that a server shows: chain, name, days left, protocol; a health check.',
  tested:
    'Tested on loopback servers, with certificates that are good, expired, of other names and of unknown authorities.',
  input,
  secretFields: [],
  outputs: {
    daysLeft: 'Days until the first certificate of the chain expires.',
    validTo: 'When it expires (RFC 3339).',
    protocol: 'The protocol that was spoken, e.g. TLSv1.3.',
  },
  needs: [],
  repeatable: true,
  readOnly: true,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `TLS handshake with ${asked.host}:${asked.port}`,
    `good: trusted, for ${asked.name ?? asked.host}, valid for ${asked.daysLeft} days more, ${asked.protocol} or newer`,
  ],
  preflight,
  perform,
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const ca = await authority(asked, context);
  if (!ca.ok) return notReady(ca.reason, 'Correct `ca`.');
  const found = await resolves(asked.host);
  if (found.ok) return ready([`${asked.host} resolves`]);
  return notReady(`${asked.host}: ${found.error}`, 'Correct `host`, or see to the name server.');
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const where = `${asked.host}:${asked.port}`;
  const ca = await authority(asked, context);
  if (!ca.ok) return failed('error', `${where} was not asked: ${ca.reason}`);
  const { shake } = await import('./handshake.ts');
  const limit = AbortSignal.timeout(asked.timeout);
  const name = asked.name ?? asked.host;
  try {
    const { host, port: at } = asked;
    const shown = await shake({ host, port: at, name, ca: ca.pem, signal: AbortSignal.any([context.signal, limit]) });
    const faults = faultsOf(shown, asked, name, Date.now());
    if (faults.length > 0) return failed('check', `${where}: ${faults.join('; ')}`);
    const days = daysUntil(shown.validTo, Date.now());
    return done(`${where}: trusted, for ${name}, ${days} days left, ${shown.protocol}`, {
      daysLeft: String(days),
      validTo: new Date(shown.validTo).toISOString(),
      protocol: shown.protocol,
    });
  } catch (error) {
    if (context.signal.aborted) return failed('error', `${where}: cancelled`);
    const late = `no TLS handshake within ${formatDuration(asked.timeout)}`;
    const reason = `${where}: ${limit.aborted ? late : reasonOf(error)}`;
    return limit.aborted || isUnanswered(error) ? unanswered(reason) : failed('error', reason);
  }
}

type Authority =
  | { readonly ok: true; readonly pem: string | undefined }
  | { readonly ok: false; readonly reason: string };

async function authority({ ca }: Input, { folder }: AdapterContext): Promise<Authority> {
  if (ca === undefined) return { ok: true, pem: undefined };
  const { readFile } = await import('node:fs/promises');
  try {
    const pem = await readFile(resolve(folder, ca), 'utf8');
    return pem.includes('-----BEGIN CERTIFICATE-----')
      ? { ok: true, pem }
      : { ok: false, reason: `${ca} holds no certificate in PEM` };
  } catch (error) {
    return { ok: false, reason: `${ca}: ${reasonOf(error)}` };
  }
}
