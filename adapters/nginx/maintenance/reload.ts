/** Reloads nginx and proves that it took the new configuration: new workers, its answers, and the old workers' end. */
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext } from '../../../src/ports/adapter.ts';
import { type Trouble, trouble, unproven } from '../../support/access.ts';
import { call, wordsOf } from '../../support/call.ts';
import { codeOf } from '../../support/reason.ts';
import { waitFor } from '../../support/wait.ts';
import { builtPidFile, type Config, complaint } from './config.ts';
import { type Input, isHere, reloadArgv } from './input.ts';
import { proveByAnswer } from './prove.ts';
import { lingering, renewed, type Workers, workersOf } from './workers.ts';

const reloadLimitMs = 60_000;
const everyMs = 30;

interface Before {
  readonly pidFile: string;
  readonly workers: Workers;
}
type Seen = Result<Before | undefined, Trouble>;

/** Read-only: is there something to reload, and may we? Undefined: `check` has to prove it alone. */
export async function mayReload(asked: Input, context: AdapterContext, config: Config): Promise<Seen> {
  const seen = await seenWorkers(asked, context, config);
  // `sudo` and `systemctl` have rights of their own.
  if (!seen.ok || seen.value === undefined || asked.reload !== undefined || asked.nginx.length > 1) return seen;
  const { master } = seen.value.workers;
  try {
    process.kill(master, 0);
  } catch (error) {
    if (codeOf(error) === 'EPERM')
      return trouble(
        `nginx (process ${master}) may not be reloaded by this user`,
        'Give `reload`, e.g. [sudo, -n, systemctl, reload, nginx], or nginx: [sudo, -n, nginx].',
      );
  }
  return seen;
}

async function seenWorkers(asked: Input, context: AdapterContext, config: Config): Promise<Seen> {
  const pidFile = isHere(asked.nginx) ? (config.pidFile ?? (await builtPidFile(asked, context))) : undefined;
  const workers = pidFile === undefined ? undefined : workersOf(pidFile);
  if (pidFile !== undefined && workers?.ok === true) return ok({ pidFile, workers: workers.value });
  if (asked.check !== undefined) return ok(undefined);
  const why = workers?.ok === false ? workers.error : 'its pid file is not known';
  return trouble(
    `nginx does not run, or cannot be seen: ${why}`,
    'Start nginx, or correct `config`; or give `check`, which then proves it alone.',
  );
}

export async function reload(asked: Input, context: AdapterContext, config: Config): Promise<Result<string, Trouble>> {
  const seen = await seenWorkers(asked, context, config);
  if (!seen.ok) return seen;
  const argv = reloadArgv(asked, context.folder);
  const called = await call(argv, { ...context, limitMs: reloadLimitMs });
  if (!called.ok) return trouble(`\`${argv.join(' ')}\`: ${called.error}`, again);
  if (called.value.exitCode !== 0) {
    const words = wordsOf(called.value);
    const how = called.value.exitCode ?? 'a signal';
    return trouble(`\`${argv.join(' ')}\` ended with ${how}: ${complaint(words)}`, again, words);
  }
  const taken = seen.value === undefined ? ok('') : await newWorkers(asked, context, seen.value);
  if (!taken.ok) return taken;
  const proven = await proveByAnswer(asked, context);
  if (!proven.ok) return proven;
  const left = seen.value === undefined ? ok('') : await oldWorkers(asked, context, seen.value);
  if (!left.ok) return left;
  return ok([taken.value, proven.value ?? '', left.value].filter((part) => part !== '').join('; '));
}

const again = 'The file is in place, nginx may not have read it; the marker is kept. Remove the cause, then try again.';

async function newWorkers(asked: Input, { signal }: AdapterContext, before: Before): Promise<Result<string, Trouble>> {
  const look = async () => {
    const now = workersOf(before.pidFile);
    return now.ok && renewed(before.workers, now.value) ? now.value : undefined;
  };
  const now = await waitFor(look, { withinMs: asked.within, everyMs, signal });
  if (now !== undefined) return ok(`nginx has new workers (${now.serving.join(', ')})`);
  if (signal.aborted) return trouble('nginx: cancelled before it had new workers', again);
  return unproven(
    `nginx was told to reload and still has its old workers (${before.workers.serving.join(', ')}) after ${formatDuration(asked.within)}`,
    'Its error_log says why; then try again: the marker is kept.',
  );
}

/** Closed is closed when requests of before have ended too: they may still write. */
async function oldWorkers(asked: Input, { signal }: AdapterContext, before: Before): Promise<Result<string, Trouble>> {
  if (asked.access === 'open') return ok('');
  let left: readonly number[] = [];
  const look = async () => {
    const now = workersOf(before.pidFile);
    left = now.ok ? lingering(before.workers, now.value) : [];
    return left.length === 0 ? true : undefined;
  };
  if ((await waitFor(look, { withinMs: asked.drainTimeout, everyMs, signal })) === true)
    return ok('the old ones have ended');
  return unproven(
    `nginx refuses new requests, but its old workers (${left.join(', ')}) still answer some that were begun before, after ${formatDuration(asked.drainTimeout)}`,
    'Wait, then try again; or raise `drainTimeout`; or end them: kill -TERM those processes (`worker_shutdown_timeout` in nginx does it by itself).',
  );
}
