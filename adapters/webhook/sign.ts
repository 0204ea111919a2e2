/** Signatures as in Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, in base64. Pure. */
import { createHmac } from 'node:crypto';

const prefix = 'whsec_';

/** `whsec_` and base64 of 24 to 64 bytes; undefined where the text is something else. */
export function signingKey(secret: string): Buffer | undefined {
  if (!secret.startsWith(prefix)) return undefined;
  const encoded = secret.slice(prefix.length);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const key = Buffer.from(encoded, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : undefined;
}

export interface Message {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/** The value of `webhook-signature`: one signature a key, so that a secret can be rotated. */
export function signature({ id, timestamp, body }: Message, keys: readonly Buffer[]): string {
  const signed = `${id}.${timestamp}.${body}`;
  return keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`).join(' ');
}
