/**
 * How long an adapter waits for an answer by itself, which may be less than its step's timeout. Of those that then try
 * again by themselves (what sends messages) nothing is said: the step's timeout ends them, or nearly so.
 */
import type { AdapterAction, PlannedStep } from '../plan/plan.ts';
import { schemaAt } from '../playbook/schema-walk.ts';
import { hasExpression } from '../playbook/template.ts';
import type { Adapter } from '../ports/adapter.ts';
import type { OwnLimit } from '../whatif/attempt-fate.ts';
import type { Adapters } from './load-adapters.ts';

/** What no answer in time counts as, by the adapter's name. */
export const withoutAnswer: { readonly [adapter: string]: OwnLimit['class'] } = {
  http: 'error',
  'http/request': 'error',
  'mariadb/query': 'error',
  'postgres/query': 'error',
  'prometheus/query': 'error',
  'redis/ping': 'error',
  tcp: 'check',
  tls: 'error',
};

/** Null where the adapter has no limit of its own, or where it is not known before the run. */
export function ownLimits(adapters: Adapters): (step: PlannedStep) => OwnLimit | null {
  return ({ action, until }) => {
    if (action.kind !== 'adapter' || !Object.hasOwn(withoutAnswer, action.adapter)) return null;
    const adapter = adapters.get(action.adapter);
    const onceMs = adapter === undefined ? null : patienceOf(adapter, action);
    const counts = withoutAnswer[action.adapter];
    if (onceMs === null || counts === undefined) return null;
    return { ms: until === null ? onceMs : seriesMs(until, onceMs, counts), class: counts };
  };
}

function patienceOf({ input }: Adapter, { input: given }: AdapterAction): number | null {
  const { timeout } = given;
  if (typeof timeout === 'string' && hasExpression(timeout)) return null;
  const parsed = schemaAt(input, ['timeout'])?.['~standard'].validate(timeout);
  if (parsed === undefined || parsed instanceof Promise || parsed.issues !== undefined) return null;
  return typeof parsed.value === 'number' ? parsed.value : null;
}

/** So long until a limit of its bad answers is reached, or none fits into its time any more. */
function seriesMs(
  { everyMs, withinMs, failures, errors }: NonNullable<PlannedStep['until']>,
  onceMs: number,
  counts: OwnLimit['class'],
): number {
  const most = (counts === 'check' ? failures : errors) ?? Number.POSITIVE_INFINITY;
  const times = Math.min(most, Math.floor(withinMs / (onceMs + everyMs)) + 1);
  return times * onceMs + (times - 1) * everyMs;
}
