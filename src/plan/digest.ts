/** The name of a plan: what its journal, its reports and its evidence are bound to. */
import { canonicalJson, sha256 } from '../kernel/canonical-json.ts';
import type { Plan } from './plan.ts';

/** SHA-256 of the plan's canonical JSON. The same plan gives the same digest on any machine. */
export function planDigest(plan: Plan): string {
  return sha256(canonicalJson(plan));
}
