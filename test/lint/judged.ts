/** Playbooks that are judged in tests, and what comes of it as short text. */
import * as z from 'zod/mini';
import type { AdapterFacts } from '../../src/playbook/adapter-facts.ts';
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

const adapter = (name: string, more: Partial<AdapterFacts>): [string, AdapterFacts] => [
  name,
  {
    name,
    input: z.record(z.string(), z.unknown()),
    secretFields: ['password'],
    repeatable: true,
    readOnly: true,
    defaultTimeoutMs: 60_000,
    hasProbe: false,
    ...more,
  },
];
/** Adapters of each kind that rules tell apart. */
export const adapters = new Map([
  ...testAdapters,
  adapter('http', {}),
  adapter('tcp', {}),
  adapter('redis/ping', {}),
  adapter('postgres/query', {}),
  adapter('tls', {}),
  adapter('systemd/active', {}),
  adapter('email', { readOnly: false }),
  adapter('teams', { readOnly: false }),
  adapter('sign-in', { secretFields: ['user.password'] }),
  adapter('copy', { readOnly: false, hasProbe: true }),
  adapter('look', { hasProbe: true }),
  adapter('postgres/restore', { readOnly: false, repeatable: false, defaultTimeoutMs: null, hasProbe: true }),
]);
