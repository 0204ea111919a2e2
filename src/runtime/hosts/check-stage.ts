/** The preflight of a step on hosts: can each of them be reached, with a key that is known and a login that works? */
import type { Context } from '../../engine/state.ts';
import type { Preflight } from '../../ports/adapter.ts';
import { attemptEnv, type Stage } from '../attempt/process-stage.ts';
import { runProcess } from '../attempt/run-process.ts';
import { attemptFolder } from '../attempt/setting.ts';
import { Values } from '../attempt/values.ts';
import { named } from './judge.ts';
import { RecordReader } from './records.ts';
import { isOnHosts, resolveOnHosts } from './resolve.ts';

export async function checkHosts(stage: Stage, context: Context): Promise<Preflight> {
  const { setting, step, attempt, key, limit, intentBoot } = stage;
  if (!isOnHosts(step)) return { ok: true, checked: [], uncovered: null };
  const folder = attemptFolder(setting, step.id, attempt, 'check');
  const resolved = resolveOnHosts(
    setting,
    { step, attempt, kind: 'check', folder },
    new Values(setting, context),
    context,
  );
  if (!resolved.ok) return { ok: false, reason: resolved.error, remedy: 'Correct the playbook.' };
  await runProcess({
    processes: setting.processes,
    folder,
    key,
    limit,
    intentBoot,
    maxOutputBytes: step.maxOutputBytes,
    redact: setting.forms,
    resolve: () => ({ ...resolved.value, env: { ...resolved.value.env, ...attemptEnv(stage, folder) } }),
  });
  return verdict(folder, step.hosts.list.length);
}

function verdict(folder: string, total: number): Preflight {
  const reader = new RecordReader(folder);
  const ends = reader.next();
  const bad = ends.filter(({ outcome }) => outcome !== 'succeeded');
  if (bad.length > 0)
    return {
      ok: false,
      reason: `not ready: ${named(bad, total)}`,
      remedy: 'Put that right before the hosts are needed.',
    };
  if (!reader.done)
    return { ok: false, reason: `only ${ends.length} of ${total} hosts were heard of`, remedy: 'See: backout logs' };
  return {
    ok: true,
    checked: [`${total} hosts can be reached`],
    uncovered: `what it does on the ${total} hosts cannot be checked without running it`,
  };
}
