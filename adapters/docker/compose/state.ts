/** What runs: the containers of the services, by the ids of their images. Tags and exit codes are not believed. */
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { Trouble } from '../../support/access.ts';
import { type Container, composeFor, type Docker, readContainers, serviceOf } from './docker.ts';
import type { Input, Places } from './input.ts';

/** Image id by service. */
export type Wanted = ReadonlyMap<string, string>;

export async function running(
  asked: Input,
  places: Places,
  docker: Docker,
  services: readonly string[],
): Promise<Result<readonly Container[], Trouble>> {
  const listed = await composeFor(asked, places, docker)(['ps', '--quiet', ...services]);
  if (!listed.ok) return listed;
  const found = await readContainers(
    docker,
    listed.value.split('\n').filter((id) => id !== ''),
  );
  return found.ok ? ok(found.value) : found;
}

/** What is not as it should be, a line each; none: every service runs from its image and is well. */
export function faultsOf(wanted: Wanted, containers: readonly Container[]): readonly string[] {
  return [...wanted].flatMap(([service, id]) => {
    const own = containers.filter((container) => serviceOf(container) === service);
    if (own.length === 0) return [`${service}: no container runs`];
    return own.flatMap((container) => faultOf(service, id, container) ?? []);
  });
}

function faultOf(service: string, id: string, { Name, Image, Config, State }: Container): string | undefined {
  const about = `${service}: container ${Name.replace(/^\//, '')}`;
  if (Image !== id) return `${about} runs ${Config.Image} (${Image.slice(0, 19)}), not the image ${id.slice(0, 19)}`;
  if (!State.Running || State.Restarting) return `${about} is ${State.Status}`;
  const health = State.Health?.Status;
  return health === undefined || health === 'healthy' || health === 'none' ? undefined : `${about} is ${health}`;
}
