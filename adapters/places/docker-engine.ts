/** The engine that docker would go to: the context given, DOCKER_HOST, the context of the environment or the current one. */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import type { AdapterPlace, PlaceContext } from '../../src/ports/adapter.ts';
import { atHost, atSocket, elsewhere } from './kinds.ts';
import { filled, homeOf, textAt } from './readable.ts';

const settings = z.looseObject({ currentContext: z.optional(z.string()) });
const stored = z.looseObject({ Endpoints: z.looseObject({ docker: z.looseObject({ Host: z.string() }) }) });
const usualSocket = '/var/run/docker.sock';

/** `beside`: what of that engine is meant. */
export function atEngine(kind: string, asked: string | undefined, context: PlaceContext, beside: string): AdapterPlace {
  const { env } = context;
  const host = filled(env.DOCKER_HOST);
  const chosen = host === undefined ? (filled(env.DOCKER_CONTEXT) ?? current(context)) : 'default';
  const name = asked ?? chosen;
  const endpoint = name === 'default' ? (host ?? `unix://${usualSocket}`) : endpointOf(name, context);
  return endpoint === undefined ? elsewhere(kind, `context ${name}${beside}`) : atEndpoint(kind, endpoint, beside);
}

function atEndpoint(kind: string, endpoint: string, beside: string): AdapterPlace {
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/.exec(endpoint) ?? [];
  if (scheme === 'unix') return atSocket(kind, filled(rest) ?? usualSocket, beside);
  const url = `http://${rest}`;
  if (!/^(?:tcp|https?|ssh)$/.test(scheme) || !URL.canParse(url)) return elsewhere(kind, `${endpoint}${beside}`);
  const { hostname, port } = new URL(url);
  // The port of ssh is not one of the engine.
  return atHost(kind, hostname, scheme === 'ssh' ? undefined : filled(port), beside);
}

function endpointOf(name: string, context: PlaceContext): string | undefined {
  const folder = createHash('sha256').update(name).digest('hex');
  const found = readJson(join(settingsFolder(context), 'contexts/meta', folder, 'meta.json'));
  return z.safeParse(stored, found).data?.Endpoints.docker.Host;
}

function current(context: PlaceContext): string {
  const { data } = z.safeParse(settings, readJson(join(settingsFolder(context), 'config.json')));
  return filled(data?.currentContext) ?? 'default';
}

const settingsFolder = (context: PlaceContext): string =>
  resolve(context.folder, filled(context.env.DOCKER_CONFIG) ?? join(homeOf(context), '.docker'));

function readJson(file: string): unknown {
  try {
    return JSON.parse(textAt(file) ?? 'null');
  } catch {
    return undefined;
  }
}
