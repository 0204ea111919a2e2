/** The work that runs in processes of its own, loaded by name; and the one place where its failures are caught. */
import { safeParse } from 'zod/mini';
import { untouchedExitCode } from '../src/ports/adapter.ts';
import { reasonOf } from './support/reason.ts';
import { type Report, type Work, WorkFailed, workOrder } from './support/work.ts';

const workers: ReadonlyMap<string, () => Promise<Work>> = new Map([
  ['dns/update', async () => (await import('./dns/update/work.ts')).work],
  ['files/rsync', async () => (await import('./files/rsync/work.ts')).work],
  ['docker/compose', async () => (await import('./docker/compose/work.ts')).work],
  ['files/restore', async () => (await import('./files/restore/work.ts')).work],
  ['helm/rollback', async () => (await import('./helm/rollback/work.ts')).work],
  ['kubernetes/rollout-undo', async () => (await import('./kubernetes/rollout-undo/work.ts')).work],
  ['mariadb/restore', async () => (await import('./mariadb/restore/work.ts')).work],
  ['git/checkout', async () => (await import('./git/checkout/work.ts')).work],
  ['restic/restore', async () => (await import('./restic/restore/work.ts')).work],
  ['postgres/restore', async () => (await import('./postgres/restore/work.ts')).work],
  ['redis/restore', async () => (await import('./redis/restore/work.ts')).work],
  ['sqlite/restore', async () => (await import('./sqlite/restore/work.ts')).work],
  ['sqlite/check', async () => (await import('./sqlite/restore/work.ts')).check],
  ['sqlite/compare', async () => (await import('./sqlite/restore/work.ts')).compare],
]);

export interface WorkerEnds {
  readonly report: Report;
  /** Where trouble is said: what, where, what to do. */
  readonly trouble: (text: string) => void;
}

/** Does the work of adapter `name` as ordered in `order` (JSON); resolves with the process's exit code. */
export async function runWorker(name: string, order: string, ends: WorkerEnds): Promise<number> {
  const load = workers.get(name);
  if (load === undefined) {
    ends.trouble(`There is no worker named ${JSON.stringify(name)}; known are ${[...workers.keys()].join(', ')}.`);
    return 2;
  }
  try {
    const parsed = safeParse(workOrder, JSON.parse(order));
    if (!parsed.success)
      throw new WorkFailed(`The order for ${name} is malformed.`, 'This process is started by backout itself.', {
        untouched: true,
      });
    const work = await load();
    return await work(parsed.data, ends.report);
  } catch (error) {
    const failed = error instanceof WorkFailed ? error : null;
    ends.trouble(failed === null ? `${name}: ${reasonOf(error)}.` : `${failed.message}\n${failed.remedy}`);
    return failed?.untouched === true ? untouchedExitCode : 1;
  }
}
