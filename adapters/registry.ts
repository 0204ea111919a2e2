/** Every adapter by the name that a playbook's `uses:` gives it. Loaded one by one: a plan pays for what it uses. */
import type { Result } from '../src/kernel/result.ts';
import type { Adapter } from '../src/ports/adapter.ts';
import type { Unloadable } from './external/load.ts';

type Loader = () => Promise<{ readonly adapter: Adapter }>;

const adapters: ReadonlyMap<string, Loader> = new Map<string, Loader>([
  ['command', () => import('./command/index.ts')],
  ['dns/update', () => import('./dns/update/index.ts')],
  ['docker/compose', () => import('./docker/compose/index.ts')],
  ['email', () => import('./email/index.ts')],
  ['files/restore', () => import('./files/restore/index.ts')],
  ['files/rsync', () => import('./files/rsync/index.ts')],
  ['git/checkout', () => import('./git/checkout/index.ts')],
  ['haproxy/server', () => import('./haproxy/server/index.ts')],
  ['helm/rollback', () => import('./helm/rollback/index.ts')],
  ['http', () => import('./http/index.ts')],
  ['http/request', () => import('./http/request/index.ts')],
  ['jira', () => import('./jira/index.ts')],
  ['kubernetes/rollout-undo', () => import('./kubernetes/rollout-undo/index.ts')],
  ['kubernetes/scale', () => import('./kubernetes/scale/index.ts')],
  ['mariadb/access', () => import('./mariadb/access/index.ts')],
  ['mariadb/query', () => import('./mariadb/query/index.ts')],
  ['mariadb/restore', () => import('./mariadb/restore/index.ts')],
  ['nginx/maintenance', () => import('./nginx/maintenance/index.ts')],
  ['pagerduty', () => import('./pagerduty/index.ts')],
  ['postgres/access', () => import('./postgres/access/index.ts')],
  ['postgres/query', () => import('./postgres/query/index.ts')],
  ['postgres/restore', () => import('./postgres/restore/index.ts')],
  ['prometheus/query', () => import('./prometheus/query/index.ts')],
  ['redis/ping', () => import('./redis/ping/index.ts')],
  ['redis/restore', () => import('./redis/restore/index.ts')],
  ['release/symlink', () => import('./release/symlink/index.ts')],
  ['restic/restore', () => import('./restic/restore/index.ts')],
  ['servicenow', () => import('./servicenow/index.ts')],
  ['slack', () => import('./slack/index.ts')],
  ['sqlite/restore', () => import('./sqlite/restore/index.ts')],
  ['statuspage', () => import('./statuspage/index.ts')],
  ['systemd/active', () => import('./systemd/active/index.ts')],
  ['systemd/unit', () => import('./systemd/unit/index.ts')],
  ['tcp', () => import('./tcp/index.ts')],
  ['teams', () => import('./teams/index.ts')],
  ['tls', () => import('./tls/index.ts')],
  ['webhook', () => import('./webhook/index.ts')],
]);

export const adapterNames: readonly string[] = [...adapters.keys()];

/** Undefined: there is none of that name. */
export async function loadAdapter(name: string): Promise<Adapter | undefined> {
  return (await adapters.get(name)?.())?.adapter;
}

export type { Unloadable } from './external/load.ts';

/** A user's own adapter by its path, relative to the playbook's `folder`: a module, or any executable. */
export async function loadExternalAdapter(path: string, folder: string): Promise<Result<Adapter, Unloadable>> {
  const external = await import('./external/load.ts');
  return external.loadExternalAdapter(path, folder);
}
