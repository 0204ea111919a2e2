/** The name of a plan: what its journal, its reports and its evidence are bound to. */
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Plan } from './plan.ts';

/** The plan as it is stored: canonical JSON. Its SHA-256 is the plan's digest. */
export function planDocument(plan: Plan): string {
  return canonicalJson(plan);
}

/** SHA-256 of the plan's canonical JSON. The same plan gives the same digest on any machine. */
export function planDigest(plan: Plan): string {
  return sha256(planDocument(plan));
}
