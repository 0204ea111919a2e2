/** URLs in one form: two that a server would take for the same address are equal. */
import type { AdapterPlace } from '../../src/ports/adapter.ts';
import { atHost, elsewhere } from './kinds.ts';

export interface WebAddress {
  readonly host: string;
  readonly port: string;
  /** Without a slash at its end, so empty for the server itself. */
  readonly path: string;
  /** With its `?`, its parts in order; empty where it says nothing. */
  readonly query: string;
}

/** Undefined: it is no URL. Who logs in and what stands behind a `#` do not say where it goes. */
export function webAddress(text: string): WebAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const parts = url.search.slice(1).split('&');
  const query = parts
    .filter((part) => part !== '')
    .map(decoded)
    .sort()
    .join('&');
  return {
    host: url.hostname,
    port: url.port === '' ? (url.protocol === 'http:' ? '80' : '443') : url.port,
    path: decoded(url.pathname)
      .replaceAll(/\/{2,}/g, '/')
      .replace(/\/$/, ''),
    query: query === '' ? '' : `?${query}`,
  };
}

/** Each escape by itself: one that is no text does not keep another from being read. */
const decoded = (text: string): string =>
  text.replaceAll(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes.toUpperCase();
    }
  });

/** The server of a URL: two pages of one server are one place. */
export const webServer = (url: string): AdapterPlace => atUrl('web server', url, () => '');

/** A receiver is known by its whole address: two hooks at one server are two places. */
export const receiver = (kind: string, url: string): AdapterPlace =>
  atUrl(kind, url, ({ path, query }) => `${path}${query}`);

export function atUrl(kind: string, text: string, beside: (address: WebAddress) => string): AdapterPlace {
  const address = webAddress(text);
  if (address === undefined) return elsewhere(kind, text);
  return atHost(kind, address.host, address.port, beside(address));
}
