/** What an attempt of a step really does: here, or on its hosts. */
import type { Context } from '../../engine/state.ts';
import type { Result } from '../../kernel/result.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { isOnHosts, resolveOnHosts } from '../hosts/resolve.ts';
import { type Resolved, resolveAction } from './resolve.ts';
import { attemptKey, type RunSetting } from './setting.ts';
import type { Values } from './values.ts';

export interface OfStep {
  readonly step: PlannedStep;
  readonly attempt: number;
}

export function resolveStep(
  setting: RunSetting,
  { step, attempt }: OfStep,
  values: Values,
  context: Context,
): Result<Resolved, string> {
  if (isOnHosts(step)) return resolveOnHosts(setting, { step, attempt, kind: 'run' }, values, context);
  return resolveAction(setting, step.action, values, attemptKey(setting.run, step.id, attempt));
}
