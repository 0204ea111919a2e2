/** Regular updates for plans that tests build. */
import type { PlannedStep, PlannedUpdates } from '../../src/plan/plan.ts';
import { aStep } from './plan-builder.ts';

export interface AudienceSketch {
  readonly everyMs?: number;
  readonly fallback?: boolean;
  readonly more?: Partial<PlannedStep>;
}

const place = { place: 'updates', needs: [], onFailure: 'continue' } as const;

/** Steps `update-NAME`, with `update-NAME-fallback` where there is one, and `missed-update` where the speaker is told. */
export function updates(
  audiences: { readonly [name: string]: AudienceSketch },
  alert: 'with an alert' | 'without' = 'without',
): PlannedUpdates {
  const steps = Object.entries(audiences).map(([name, { everyMs = 60_000, fallback = false, more = {} }]) => {
    const id = `update-${name}`;
    const contingency = fallback ? [{ ...aStep('notify', { id: `${id}-fallback` }), ...place }] : [];
    return { ...aStep('notify', { id, ...more }), ...place, contingency, audience: { name, contact: null, everyMs } };
  });
  const alerts = alert === 'without' ? [] : [{ ...aStep('notify', { id: 'missed-update' }), ...place }];
  return { speaker: 'change-manager', impact: 'medium', maxParallel: 10, steps: [...steps, ...alerts] };
}
