/** What an imagined run is told of the world: times, what is done inside the engine, the expression language. */
import type { Estimates } from '../views/estimate.ts';
import type { WhatIfOptions } from '../whatif/what-if.ts';
import type { AssumedPlan } from './assume-parameters.ts';
import { ownLimits } from './own-limits.ts';

type Surroundings = Pick<WhatIfOptions, 'estimate' | 'insideEngine' | 'ownLimitOf' | 'expressions' | 'standIns'>;

export async function surroundings(
  { plan, adapters, assumed }: Pick<AssumedPlan, 'plan' | 'adapters' | 'assumed'>,
  estimates: Estimates,
): Promise<Surroundings> {
  return {
    estimate: ({ id }) => estimates.get(id)?.medianMs ?? null,
    insideEngine: ({ action }) => action.kind === 'adapter' && adapters.get(action.adapter)?.perform !== undefined,
    ownLimitOf: ownLimits(adapters),
    expressions: await expressionsFor(plan),
    standIns: new Set(Object.keys(assumed)),
  };
}

const asked = /"condition":"|\bsteps\s*[.[]/;

/** The language costs more than the start of the program; what is filled in otherwise decides nothing here. */
async function expressionsFor({ phases, escalate }: AssumedPlan['plan']): Promise<WhatIfOptions['expressions']> {
  if (!asked.test(JSON.stringify([phases, escalate]))) return null;
  const { loadExpressions } = await import('../playbook/expression.ts');
  return loadExpressions();
}
