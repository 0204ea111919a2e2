/** A compose project is known by its engine and its name; the file that names the images is written here besides. */
import { basename, join } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { PlaceContext } from '../../src/ports/adapter.ts';
import { placesOf } from '../docker/compose/input.ts';
import { atEngine } from './docker-engine.ts';
import { allSaid, type PlacesOf, path, said } from './kinds.ts';
import { filled, textAt } from './readable.ts';

export const compose: PlacesOf = (input, context) => {
  const { directory, files, override } = foundFiles(input, context);
  const name = said(input, 'project') ?? nameOf(directory, files, context);
  return [
    atEngine('compose project', said(input, 'context'), context, ` project ${name.toLowerCase()}`),
    path(override, directory),
  ];
};

function foundFiles(input: JsonObject, { folder, env }: PlaceContext): ReturnType<typeof placesOf> {
  const [directory, override] = ['directory', 'override'].map((field) => said(input, field));
  const files = allSaid(input, 'files');
  const given = { directory, override, files: files.length === 0 ? undefined : [...files], within: 0 };
  return placesOf(given, folder, env.COMPOSE_FILE);
}

/** As docker compose finds it where nobody says it. */
function nameOf(directory: string, files: readonly string[], { env }: PlaceContext): string {
  const beside = parseEnv(textAt(join(directory, '.env')) ?? '');
  const values = (variable: string) => env[variable] ?? beside[variable];
  const written = files.map(nameIn).findLast((name) => name !== undefined);
  const filledIn = written === undefined ? undefined : interpolated(written, values);
  return filled(values('COMPOSE_PROJECT_NAME')) ?? filled(filledIn) ?? plain(basename(directory));
}

const plain = (folder: string): string =>
  folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');

const named = z.looseObject({ name: z.optional(z.string()) });

function nameIn(file: string): string | undefined {
  try {
    return z.safeParse(named, parse(textAt(file) ?? '')).data?.name;
  } catch {
    return undefined;
  }
}

/** `$ENV`, `${ENV}`, `${ENV-live}` and `${ENV:-live}`. */
function interpolated(text: string, valueIn: (variable: string) => string | undefined): string {
  return text.replaceAll(
    /\$(?:(\w+)|\{(\w+)(?:(:?)-([^}]*))?\})/g,
    (_whole, bare?: string, braced?: string, colon?: string, otherwise = '') => {
      const value = valueIn(bare ?? braced ?? '');
      return (colon === ':' ? filled(value) : value) ?? otherwise;
    },
  );
}
