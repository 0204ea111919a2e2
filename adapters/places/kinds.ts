/** Places in one form each, so that two ways to write the same place are equal. */
import { posix, resolve } from 'node:path';
import { domainToASCII } from 'node:url';
import type { Json, JsonObject } from '../../src/kernel/json.ts';
import type { AdapterPlace, PlaceContext } from '../../src/ports/adapter.ts';

export type PlacesOf = (input: JsonObject, context: PlaceContext) => readonly AdapterPlace[];

/** A field as text; undefined where it is not given. */
export function said(input: JsonObject, field: string): string | undefined {
  const value = input[field];
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

/** A field that is one text or a list of them. */
export function allSaid(input: JsonObject, field: string): readonly string[] {
  const value: Json | undefined = input[field];
  if (Array.isArray(value)) return value.map(String);
  const one = said(input, field);
  return one === undefined ? [] : [one];
}

const loopback =
  /^(?:localhost|localhost\.localdomain|ip6-localhost|127(?:\.\d{1,3}){3}|::1|0:0:0:0:0:0:0:1|0\.0\.0\.0|::)$/;

/** Lower case and ASCII, without a last dot or brackets; every name of this machine's loopback is `localhost`. */
export function hostName(host: string): string {
  const bare = inAscii(host.trim().toLowerCase())
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  const mapped = bare.replace(/^::ffff:(?=\d+\.)/, '');
  return loopback.test(mapped) ? 'localhost' : mapped;
}

const inAscii = (host: string): string => (/^\p{ASCII}*$/u.test(host) ? host : domainToASCII(host) || host);

export function path(value: string, folder: string, kind = 'path'): AdapterPlace {
  const at = resolve(folder, value);
  return { kind, at, isHere: true, file: { path: at } };
}

/** `beside`: what tells two places at the same host and port apart. */
export function atHost(kind: string, host: string, port: string | undefined, beside = ''): AdapterPlace {
  const name = hostName(host);
  const number = port?.trim().replace(/^0+(?=\d)/, '');
  const at = `${name}${number === undefined ? '' : `:${number}`}${beside}`;
  return { kind, at, isHere: name === 'localhost', server: { host: name, port: number, beside } };
}

/** A server behind a socket of this machine: which port it has besides is not known, so any here may be its. */
export function atSocket(kind: string, socket: string, beside: string): AdapterPlace {
  return { ...atHost(kind, 'localhost', undefined, beside), at: `${socket}${beside}`, file: { path: socket, beside } };
}

/** A path on another machine; one that is not absolute starts in the home of whoever logs in there. */
export function remoteFile(host: string, file: string): AdapterPlace {
  const there = posix.normalize(file.replace(/^~(?:\/+|$)/, '')).replace(/(?<=.)\/$/, '');
  const place = atHost('path', host, undefined, `:${there}`);
  return { ...place, server: { host: hostName(host), port: undefined, beside: '', path: there } };
}

export function elsewhere(kind: string, at: string): AdapterPlace {
  return { kind, at, isHere: false };
}
