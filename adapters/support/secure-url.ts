/** Addresses that a secret is sent to: encrypted, or on this machine. And how they are shown: by their host alone. */
import { isIP } from 'node:net';
import * as z from 'zod/mini';

/** A slash at the end of a path is dropped, so that paths can be added. */
export const secretUrl = (description: string) =>
  z
    .pipe(
      z
        .string()
        .check(
          z.refine(isUrl, 'write a whole URL that begins with https://'),
          z.refine(isSafe, 'a secret is not sent unencrypted to another machine: write https://'),
        ),
      z.transform((value) => (value.includes('?') ? value : value.replace(/\/+$/, ''))),
    )
    .check(z.describe(description));

function isUrl(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value);
}

function isSafe(value: string): boolean {
  return !isUrl(value) || value.startsWith('https:') || isLoopback(new URL(value).hostname);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** The host and port: an address may itself be a secret, or carry one. */
export const hostOf = (url: string): string => new URL(url).host;
