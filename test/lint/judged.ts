/** Playbooks that are judged in tests, and what comes of it as short text. */
import { type LintInput, type LintResult, lintPlaybook } from '../../src/playbook/lint/lint-playbook.ts';
import { playbookOf, testAdapters } from '../playbook/playbook-text.ts';

export async function judge(text: string, more: Partial<LintInput> = {}): Promise<LintResult> {
  const { adapters = testAdapters } = more;
  return lintPlaybook(await playbookOf(text, adapters), { adapters, ...more });
}

/** `line:column level rule: message`, one a line. */
export function told({ findings }: LintResult): readonly string[] {
  return findings.map(
    ({ range, severity, rule, message }) => `${range?.line ?? 0}:${range?.column ?? 0} ${severity} ${rule}: ${message}`,
  );
}

export const rulesIn = ({ findings }: LintResult): readonly string[] => findings.map(({ rule }) => rule);

/** High risk, and nothing is missing but what a test adds or takes away. */
export const sound = `name: shop
scope: the shop
goals: [every order is back]
change: { id: CHG1, risk: high }
timeBudget: 1h
roles:
  dba: { name: Ana, contact: '+41 44 123 45 67', deputy: Jon }
phases:
  notify: [{ owner: dba, manual: Call the Service Desk. }]
  disable-access: [{ owner: dba, run: close, timeout: 1m }]
  restore:
    - id: restore-db
      owner: dba
      run: restore
      timeout: 10m
      verify: { run: look }
      contingency: [{ id: restore-older, owner: dba, run: restore older, timeout: 10m, verify: { run: look } }]
  health-checks: [{ id: rows, owner: dba, run: count, timeout: 1m }]
  enable-access: [{ owner: dba, run: open, timeout: 1m }]
  announce: [{ owner: dba, manual: Call the Service Desk. }]
escalate: [{ owner: dba, manual: Call the duty manager. }]
communication: { audiences: { users: { channel: { uses: email, with: { to: u@b.c, subject: Still closed } } } } }
`;

export const rehearsed = { rehearsal: { lapsed: null }, times: undefined };
