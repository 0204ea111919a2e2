/**
 * The work of `docker/compose`, in a process of its own: images first, then the override file, then `up`, then the
 * proof on what runs. All of it may be done again: `up` goes on with what is not yet as the files say.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { formatDuration } from '../../../src/kernel/duration.ts';
import type { Result } from '../../../src/kernel/result.ts';
import type { Trouble } from '../../support/access.ts';
import { stands, syncFolder } from '../../support/durable.ts';
import { reasonOf } from '../../support/reason.ts';
import { waitFor } from '../../support/wait.ts';
import { beforeAnyChange, failWork, type Report, type Work } from '../../support/work.ts';
import { composeFor, type Docker, dockerFor, imageId } from './docker.ts';
import { type Images, imagesOf } from './images.ts';
import { type Input, order, type Places, placesOf, upArgs } from './input.ts';
import { faultsOf, running, type Wanted } from './state.ts';

export const work: Work = async (given, report) => {
  const asked = z.parse(order, given.input);
  const places = placesOf(asked, given.folder, process.env.COMPOSE_FILE);
  const docker = dockerFor(asked, { folder: given.folder });
  const compose = composeFor(asked, places, docker);
  const { images, services, wanted, before } = await beforeAnyChange(async () => {
    const named = must(await imagesOf(asked, given.folder));
    const names = [...named.keys()];
    must(await knows(names, compose));
    const here = await fetched(docker, named, report);
    const found = must(await running(asked, places, docker, names));
    writeOverride(places.override, named);
    return { images: named, services: names, wanted: here, before: found };
  });
  if (faultsOf(wanted, before).length === 0) report.line('All services run from these images already.');
  else {
    for (const { Name, Config } of before) report.line(`Before: ${Name.replace(/^\//, '')} from ${Config.Image}.`);
    must(await compose(upArgs(services), places.override));
  }
  const count = await proven(asked, places, docker, wanted);
  report.output('containers', String(count));
  report.output('override', places.override);
  for (const [service, image] of images) report.line(`Service ${service} runs from ${image}.`);
  report.line(`From now on give docker compose this file too, or correct the images in the others: ${places.override}`);
  return 0;
};

function must<T>(result: Result<T, Trouble>): T {
  return result.ok ? result.value : failWork(result.error);
}

/** The files of the project are valid and have the services. */
export async function knows(
  services: readonly string[],
  compose: ReturnType<typeof composeFor>,
): Promise<Result<string, Trouble>> {
  const listed = await compose(['config', '--services']);
  if (!listed.ok) return listed;
  const known = listed.value.split('\n').filter((name) => name !== '');
  const unknown = services.filter((service) => !known.includes(service));
  if (unknown.length === 0) return listed;
  const reason = `The project has no service ${unknown.join(', ')}`;
  return { ok: false, error: { reason, remedy: `Correct the names of the images; it has ${known.join(', ')}.` } };
}

/** Before anything is changed all images are here. */
async function fetched(docker: Docker, images: Images, report: Report): Promise<Wanted> {
  const wanted = new Map<string, string>();
  for (const [service, image] of images) {
    let id = must(await imageId(docker, image));
    if (id === undefined) {
      report.line(`Pulling ${image}.`);
      must(await docker(['pull', '--quiet', image], `Image ${image}`));
      id = must(await imageId(docker, image));
    }
    if (id === undefined)
      return failWork({
        reason: `Image ${image} is still not here after it was pulled`,
        remedy: 'Nothing was changed. See: docker image ls --digests',
      });
    wanted.set(service, id);
  }
  return wanted;
}

/** Whole or not at all. JSON is YAML. */
function writeOverride(path: string, images: Images): void {
  const services = Object.fromEntries(
    [...images].map(([service, image]) => [service, { image, pull_policy: 'missing' }]),
  );
  const text = `${JSON.stringify({ services }, null, 2)}\n`;
  if (stands(path) && readFileSync(path, 'utf8') === text) return;
  const aside = `${path}.${process.pid}.part`;
  try {
    const handle = openSync(aside, 'w', 0o644);
    writeSync(handle, text);
    fsyncSync(handle);
    closeSync(handle);
    renameSync(aside, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(aside, { force: true });
    failWork({
      reason: `${path}: ${reasonOf(error)}`,
      remedy: 'Nothing was changed. Make room or give rights, or name another file in `override`.',
    });
  }
}

/** Well in two looks one after the other: what dies at its start is not taken for running. */
async function proven(asked: Input, places: Places, docker: Docker, wanted: Wanted): Promise<number> {
  let faults: readonly string[] = [];
  let well = 0;
  const found = await waitFor(
    async () => {
      const containers = must(await running(asked, places, docker, [...wanted.keys()]));
      faults = faultsOf(wanted, containers);
      well = faults.length === 0 ? well + 1 : 0;
      return well < 2 ? undefined : containers.length;
    },
    { withinMs: asked.within, everyMs: 500, signal: new AbortController().signal },
  );
  return (
    found ??
    failWork({
      reason: `The services do not run from these images after ${formatDuration(asked.within)}`,
      remedy: 'See: docker compose logs. A retry waits on, and goes on with what is missing.',
      words: faults.join('\n'),
    })
  );
}
