/** `docker/compose`: brings services back to the images that they had; the work itself is in `work.ts`. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReadyBy, type Trouble, trouble } from '../../support/access.ts';
import { probed, ready } from '../../support/answers.ts';
import { shown } from '../../support/program.ts';
import { reasonOf } from '../../support/reason.ts';
import { orderFor } from '../../support/work.ts';
import type { Docker } from './docker.ts';
import type { Images } from './images.ts';
import { type Input, input, placesOf, upArgs } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'docker/compose',
  summary:
    'Brings services of a Docker Compose project back to the images that they had, by digest, and waits until they run.',
  tested:
    'Tested on a double of docker 28 and its compose plugin that keeps images and containers, not on an engine. Options and messages are those of the documentation and, where it needs no engine, of the real client.',
  input,
  secretFields: [],
  outputs: {
    containers: 'How many containers run from these images.',
    override: 'The compose file that names the images.',
  },
  needs: ['docker'],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: 900_000,
  describe: (asked) => [
    'pull the images that are not here',
    ...Object.entries(asked.images ?? {}).map(
      ([service, image]) => `write to ${asked.override ?? 'compose.backout.yaml'}: ${service} from ${image}`,
    ),
    ...(asked.digests === undefined
      ? []
      : [`write to ${asked.override ?? 'compose.backout.yaml'} the images that ${asked.digests} names`]),
    shown(['docker', 'compose', '--file=…', ...upArgs(Object.keys(asked.images ?? { SERVICES: '' }))]),
    'prove by the ids of their images what the containers run from',
  ],
  preflight,
  probe,
  command: (asked, context) => ({ argv: workerArgv('docker/compose'), stdin: orderFor(asked, context) }),
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { composeFor, dockerFor, versions } = await import('./docker.ts');
  const { imagesOf } = await import('./images.ts');
  const { knows } = await import('./work.ts');
  const { folder, env, signal } = context;
  const images = await imagesOf(asked, folder);
  if (!images.ok) return notReadyBy(images.error);
  const places = placesOf(asked, folder, env.COMPOSE_FILE);
  const docker = dockerFor(asked, { folder, env, signal });
  const version = await versions(docker);
  if (!version.ok) return notReadyBy(version.error);
  const known = await knows([...images.value.keys()], composeFor(asked, places, docker));
  if (!known.ok) return notReadyBy(known.error);
  const writable = await mayWrite(dirname(places.override));
  if (!writable.ok) return notReadyBy(writable.error);
  const there = await canBeHad(docker, images.value);
  return there.ok
    ? ready([version.value, `services ${[...images.value.keys()].join(', ')} are in the project`, ...there.value])
    : notReadyBy(there.error);
}

async function mayWrite(folder: string): Promise<Result<null, Trouble>> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return ok(null);
  } catch (error) {
    return trouble(
      `${folder}, where the override file is written: ${reasonOf(error)}`,
      'Give rights, or name another file in `override`.',
    );
  }
}

async function canBeHad(docker: Docker, images: Images): Promise<Result<readonly string[], Trouble>> {
  const { imageId } = await import('./docker.ts');
  const checked: string[] = [];
  for (const image of new Set(images.values())) {
    const here = await imageId(docker, image);
    if (!here.ok) return here;
    if (here.value !== undefined) {
      checked.push(`image ${image} is here`);
      continue;
    }
    const offered = await docker(['manifest', 'inspect', image], `Image ${image}`);
    if (!offered.ok)
      return trouble(
        `Image ${image} is neither here nor to be had from its registry`,
        `See that it can be pulled: docker pull ${image}`,
        offered.error.words,
      );
    checked.push(`image ${image} can be pulled`);
  }
  return ok(checked);
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const { dockerFor, imageId } = await import('./docker.ts');
  const { imagesOf } = await import('./images.ts');
  const { faultsOf, running } = await import('./state.ts');
  const { folder, env, signal } = context;
  const images = await imagesOf(asked, folder);
  if (!images.ok) return probed('unknown', images.error.reason);
  const docker = dockerFor(asked, { folder, env, signal });
  const containers = await running(asked, placesOf(asked, folder, env.COMPOSE_FILE), docker, [...images.value.keys()]);
  if (!containers.ok) return probed('unknown', containers.error.reason);
  const wanted = new Map<string, string>();
  for (const [service, image] of images.value) {
    const id = await imageId(docker, image);
    if (!id.ok) return probed('unknown', id.error.reason);
    wanted.set(service, id.value ?? 'not here');
  }
  const faults = faultsOf(wanted, containers.value);
  return faults.length === 0 ? probed('yes', 'all services run from these images') : probed('no', faults.join('; '));
}
