import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { duration, optionalText, texts } from '../../support/fields.ts';

/** `registry:5000/team/shop@sha256:…`; a tag before the digest is only decoration. */
export const pinned = z
  .string()
  .check(
    z.regex(
      /^[a-z0-9][\w./:-]*@sha256:[0-9a-f]{64}$/,
      'write the image with its digest, name@sha256:…: a tag may name another image by now',
    ),
  );
export const serviceName = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'not the name of a service'));

const fields = {
  images: z.optional(
    z
      .record(serviceName, pinned)
      .check(
        z.describe(
          'The image of each service that is taken back, with its digest: web: registry/shop@sha256:… . Either this or `digests`.',
        ),
      ),
  ),
  digests: optionalText(
    'A file with the images, written before the change: `docker compose config --lock-image-digests > FILE`, or YAML or JSON of the form of `images`.',
  ),
  directory: optionalText('The folder of the project. Default: the folder of the playbook.'),
  files: z.optional(texts('The compose files. Default: as docker compose finds them in `directory`.')),
  project: z.optional(
    z
      .string()
      .check(
        z.regex(/^[a-z0-9][a-z0-9_-]*$/, 'small letters, digits, - and _'),
        z.describe('The name of the project. Default: as docker compose finds it.'),
      ),
  ),
  override: optionalText(
    'Where the compose file that names the images is written. Default: compose.backout.yaml in `directory`.',
  ),
  context: optionalText('The docker context. Default: the current one.'),
};
const within =
  'How long the services may take until they run, and are healthy where they have a health check. Default: 5m.';

export const input = z
  .strictObject({ ...fields, within: z._default(duration(within), 300_000) })
  .check(
    z.refine(
      (asked) => (asked.images === undefined) !== (asked.digests === undefined),
      'give `images` or `digests`, and not both',
    ),
  );
export type Input = z.infer<typeof input>;

/** As it comes to the work: lists are lists and durations are ms already. */
export const order = z.strictObject({ ...fields, within: z.int() });

const baseNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const overrideNames = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

export interface Places {
  readonly directory: string;
  readonly override: string;
  /** As docker compose would find them itself, were it not told about the override file. */
  readonly files: readonly string[];
}

/** Absolute. */
export function placesOf(asked: Input, folder: string, composeFile: string | undefined): Places {
  const directory = resolve(folder, asked.directory ?? '.');
  const override = resolve(folder, asked.override ?? join(directory, 'compose.backout.yaml'));
  const given = asked.files ?? (composeFile === undefined || composeFile === '' ? undefined : composeFile.split(':'));
  const found = [baseNames, overrideNames].map((names) => names.find((name) => existsSync(join(directory, name))));
  const files = (given ?? found.filter((name) => name !== undefined)).map((name) => resolve(directory, name));
  return { directory, override, files };
}

export function dockerArgv({ context }: Input, args: readonly string[]): readonly [string, ...string[]] {
  return ['docker', ...(context === undefined ? [] : [`--context=${context}`]), ...args];
}

export function composeArgs({ project }: Input, places: Places, files: readonly string[], args: readonly string[]) {
  return [
    'compose',
    `--project-directory=${places.directory}`,
    ...(project === undefined ? [] : [`--project-name=${project}`]),
    ...files.map((file) => `--file=${file}`),
    ...args,
  ];
}

/** Only the services that are named: not built, and without those that they depend on. */
export const upArgs = (services: readonly string[]) => ['up', '--detach', '--no-build', '--no-deps', ...services];
