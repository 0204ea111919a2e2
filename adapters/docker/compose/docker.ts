/** docker and its compose plugin, as this adapter calls them, and what their refusals mean. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { type Refusal, runProgram, type Setting } from '../../support/program.ts';
import { composeArgs, dockerArgv, type Input, type Places } from './input.ts';

export type Docker = (args: readonly string[], about: string) => Promise<Result<string, Trouble>>;

export function dockerFor(asked: Input, setting: Setting): Docker {
  return async (args, about) => {
    const ran = await runProgram(dockerArgv(asked, args), setting);
    return ran.ok ? ran : err(meaning(ran.error, about));
  };
}

/** `docker compose …` on the files of the project, and on `override` where it is given. */
export function composeFor(
  asked: Input,
  places: Places,
  docker: Docker,
): (args: readonly string[], override?: string) => ReturnType<Docker> {
  return (args, override) => {
    const files = override === undefined ? places.files : [...places.files, override];
    return docker(composeArgs(asked, places, files, args), `Project in ${places.directory}`);
  };
}

function meaning({ words, missing, cancelled, code }: Refusal, about: string): Trouble {
  if (missing) return { reason: 'The program docker is missing', remedy: 'Install Docker with its compose plugin.' };
  if (cancelled) return { reason: `${about}: cancelled`, remedy: 'Try again.' };
  for (const [pattern, reason, remedy] of refusals)
    if (pattern.test(words)) return { reason: `${about}: ${reason}`, remedy, words };
  const ended = code === null ? 'docker was ended' : `docker ended with ${code}`;
  return { reason: `${about}: ${ended}`, remedy: 'See what docker said.', words };
}

const refusals: readonly (readonly [RegExp, string, string])[] = [
  [
    /'compose' is not a docker command|unknown command: docker compose/,
    'docker has no compose plugin',
    'Install it: apt-get install docker-compose-plugin',
  ],
  [
    /permission denied.*socket|dial unix.*permission denied/,
    'this user may not use docker',
    'Run as a user of the group docker.',
  ],
  [
    /Cannot connect to the Docker daemon|error during connect/,
    'the docker engine does not answer',
    'See: systemctl status docker; or correct `context`.',
  ],
  [/context .*not found/, 'docker has no such context', 'Correct `context`: docker context ls'],
  [/no space left on device/, 'the disk is full', 'Make room: docker system df'],
  [/no configuration file provided|no such file/, 'there is no compose file', 'Correct `directory` or `files`.'],
  [/no such service/, 'it has no such service', 'Correct the names in `images`.'],
];

/** The engine answers, and the compose plugin is of version 2 or newer. */
export async function versions(docker: Docker): Promise<Result<string, Trouble>> {
  const engine = await docker(['version', '--format={{.Server.Version}}'], 'Docker');
  if (!engine.ok) return engine;
  const plugin = await docker(['compose', 'version', '--short'], 'Docker');
  if (!plugin.ok) return plugin;
  const major = Number(/^v?(\d+)\./.exec(plugin.value)?.[1] ?? 0);
  if (major < 2) return trouble(`docker compose is too old: ${plugin.value.trim()}`, 'Install version 2 or newer.');
  return ok(`docker ${engine.value.trim()}, compose ${plugin.value.trim()}`);
}

/** Undefined: the engine does not have it. */
export async function imageId(docker: Docker, image: string): Promise<Result<string | undefined, Trouble>> {
  const found = await docker(['image', 'inspect', '--format={{.Id}}', image], `Image ${image}`);
  if (found.ok) return ok(found.value.trim());
  return /no such image/i.test(found.error.words ?? '') ? ok(undefined) : found;
}

const containers = z.array(
  z.looseObject({
    Id: z.string(),
    Name: z.string(),
    Image: z.string(),
    State: z.looseObject({
      Running: z.boolean(),
      Restarting: z._default(z.boolean(), false),
      Status: z.string(),
      Health: z.optional(z.nullable(z.looseObject({ Status: z.string() }))),
    }),
    Config: z.looseObject({ Image: z.string(), Labels: z._default(z.record(z.string(), z.string()), {}) }),
  }),
);
export type Container = z.infer<typeof containers>[number];

export const serviceOf = ({ Config }: Container): string => Config.Labels['com.docker.compose.service'] ?? '';

/** By their ids. */
export async function readContainers(
  docker: Docker,
  ids: readonly string[],
): Promise<Result<readonly Container[], Trouble>> {
  if (ids.length === 0) return ok([]);
  const answer = await docker(['inspect', '--type=container', ...ids], 'Containers of the project');
  if (!answer.ok) return answer;
  const parsed = z.safeParse(containers, JSON.parse(answer.value));
  return parsed.success
    ? ok(parsed.data)
    : trouble('docker inspect answered with what is not understood', 'See: docker version');
}
