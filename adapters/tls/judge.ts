/** What is wrong with what a server has shown. */
import type { Shown } from './handshake.ts';

export interface TlsWish {
  readonly daysLeft: number;
  readonly protocol: string;
}

const dayMs = 86_400_000;

/** Whole days; negative when it is over. */
export const daysUntil = (at: number, now: number): number => Math.floor((at - now) / dayMs);

/** One line each; empty when all is good. */
export function faultsOf(shown: Shown, wish: TlsWish, name: string, now: number): readonly string[] {
  const faults: string[] = [];
  if (shown.distrust !== null) faults.push(distrustWords(shown));
  if (shown.misnamed !== null) faults.push(`the certificate is not for ${name}: ${shown.misnamed}`);
  const days = daysUntil(shown.validTo, now);
  if (days < wish.daysLeft && shown.distrust !== 'CERT_HAS_EXPIRED')
    faults.push(`the certificate of ${shown.expiring} is valid for ${days} days more, ${wish.daysLeft} are wanted`);
  // The names sort by age: TLSv1, TLSv1.1, TLSv1.2, TLSv1.3.
  if (shown.protocol < wish.protocol) faults.push(`it speaks ${shown.protocol}, older than ${wish.protocol}`);
  return faults;
}

const words: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed: give its authority as `ca`',
  SELF_SIGNED_CERT_IN_CHAIN: 'a certificate in the chain is self-signed: give its authority as `ca`',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the chain is not complete: the server shows no intermediate certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not trusted: give it as `ca`',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet: are the clocks right?',
  CERT_REVOKED: 'the certificate was revoked',
};

function distrustWords({ distrust, validTo, expiring }: Shown): string {
  if (distrust === 'CERT_HAS_EXPIRED')
    return `the certificate of ${expiring} has expired on ${new Date(validTo).toISOString().slice(0, 10)}`;
  const known = distrust === null ? undefined : words[distrust];
  return known === undefined ? `the chain is not trusted (${distrust})` : `${known} (${distrust})`;
}
