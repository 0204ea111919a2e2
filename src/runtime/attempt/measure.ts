/**
 * What only looks, done for real in a dry run: once, without its `until`. A bad answer is told and fails nothing; what
 * could not be measured because of the call itself (a file, a login, a query) is a failure.
 */
import { formatDuration } from '../../kernel/duration.ts';
import type { Performed } from '../../ports/adapter.ts';
import { endOfProcess } from './attempt-end.ts';
import { Limit } from './limit.ts';
import { performOnce } from './perform-stage.ts';
import { actionProcess, type Stage } from './process-stage.ts';
import type { ResolvedPerformance, ResolvedProcess } from './resolve.ts';
import { attemptFolder } from './setting.ts';

export type Measurement =
  | { readonly kind: 'measured'; readonly good: boolean; readonly detail: string }
  | { readonly kind: 'unmeasured'; readonly reason: string; readonly lastWords: string | null };

/** A little more than most checks give themselves, so that they say in their own words what was late. */
const patienceMs = 12_000;

export async function measure(stage: Stage, resolved: ResolvedPerformance | ResolvedProcess): Promise<Measurement> {
  const { limit: whole, wall, step } = stage;
  const limit = new Limit(wall.now() + patienceMs, step.graceMs, wall);
  const follow = () => limit.cancel(whole.graceMs);
  if (whole.signal.aborted) follow();
  whole.signal.addEventListener('abort', follow, { once: true });
  const began = wall.now();
  try {
    const hurried = { ...stage, limit };
    const found =
      resolved.kind === 'perform'
        ? measurementOf(await performOnce(hurried, resolved))
        : await processMeasurement(hurried, resolved);
    if (limit.reached === null || (found.kind === 'measured' && found.good)) return found;
    return bad(`no answer within ${formatDuration(wall.now() - began)}; a dry run asks once and waits no longer`);
  } finally {
    limit.lift();
    whole.signal.removeEventListener('abort', follow);
  }
}

const bad = (detail: string): Measurement => ({ kind: 'measured', good: false, detail });

function measurementOf(performed: Performed | 'deaf'): Measurement {
  if (performed === 'deaf') return bad('it did not end in time');
  if (performed.ok) return { kind: 'measured', good: true, detail: performed.detail };
  const { reason, lastWords = null } = performed;
  if (performed.class === 'inconclusive') return bad(`inconclusive: ${reason}`);
  return performed.class === 'check' || performed.unanswered === true
    ? bad(reason)
    : { kind: 'unmeasured', reason, lastWords };
}

/** An exit code is an answer; what could not be started has none. */
async function processMeasurement(stage: Stage, resolved: ResolvedProcess): Promise<Measurement> {
  const { end, late } = await actionProcess(stage, () => resolved, 'look');
  if (end.kind !== 'ended') return { kind: 'unmeasured', reason: end.reason, lastWords: null };
  const folder = attemptFolder(stage.setting, stage.step.id, stage.attempt, 'look');
  const { reason, lastWords } = endOfProcess(folder, end, late);
  if (reason === null) return { kind: 'measured', good: true, detail: 'exit code 0' };
  return bad(lastWords === null ? reason : `${reason}: ${lastWords.split('\n').at(-1)}`);
}
