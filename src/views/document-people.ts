/** Who an owner is, for the document. */
import type { Plan } from '../plan/plan.ts';

export interface Known {
  readonly name: string | null;
  readonly contact: string | null;
  readonly deputy: string | null;
}

/** An owner that is no role of the playbook has no name and no contact. */
export function personOfRole({ roles }: Plan, role: string): Known {
  const known = Object.hasOwn(roles, role) ? roles[role] : undefined;
  return { name: known?.name ?? null, contact: known?.contact ?? null, deputy: known?.deputy ?? null };
}

/** `dba: Ana Duarte, ana@example.com; deputy Jon Berg`. */
export function ownerWords(plan: Plan, owner: string | null): string {
  if (owner === null) return 'nobody is named';
  const { name, contact, deputy } = personOfRole(plan, owner);
  const person = [name, contact].filter((each) => each !== null).join(', ');
  return `${owner}${person === '' ? '' : `: ${person}`}${deputy === null ? '' : `; deputy ${deputy}`}`;
}
