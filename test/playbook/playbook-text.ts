/** Playbooks in tests: text in, document, diagnostics or plan out. */
import * as z from 'zod/mini';
import { type Diagnostic, formatDiagnostic } from '../../src/kernel/diagnostic.ts';
import type { AdapterFacts, AdapterTable } from '../../src/playbook/adapter-facts.ts';
import { type Checked, checkPlaybook } from '../../src/playbook/check.ts';
import type { PlaybookDocument } from '../../src/playbook/document.ts';
import type { Playbook } from '../../src/playbook/examined.ts';
import { readPlaybook } from '../../src/playbook/read.ts';

const facts = {
  secretFields: [],
  repeatable: false,
  readOnly: false,
  defaultTimeoutMs: null,
  hasProbe: false,
} satisfies Partial<AdapterFacts>;

/** Adapters that are only known here. */
export const testAdapters: AdapterTable = new Map<string, AdapterFacts>([
  [
    'http',
    {
      ...facts,
      name: 'http',
      repeatable: true,
      readOnly: true,
      defaultTimeoutMs: 30_000,
      secretFields: ['headers'],
      input: z.strictObject({
        url: z.string().check(z.url()),
        port: z.optional(z.int().check(z.minimum(1), z.maximum(65_535))),
        headers: z.optional(z.record(z.string(), z.string())),
        expect: z.optional(z.strictObject({ status: z.optional(z.int()) })),
      }),
    },
  ],
  ['email', { ...facts, name: 'email', input: z.strictObject({ to: z.string(), subject: z.string() }) }],
  [
    'postgres/restore',
    { ...facts, name: 'postgres/restore', hasProbe: true, input: z.record(z.string(), z.unknown()) },
  ],
]);

export async function documentOf(text: string): Promise<PlaybookDocument> {
  const read = await readPlaybook('playbook.yaml', new TextEncoder().encode(text));
  if (!read.ok) throw new Error(shownAll(read.error));
  return read.value;
}

export async function check(text: string, adapters = testAdapters): Promise<Checked> {
  return checkPlaybook(await documentOf(text), adapters);
}

export async function playbookOf(text: string, adapters = testAdapters): Promise<Playbook> {
  const { playbook, diagnostics } = await check(text, adapters);
  if (playbook === undefined) throw new Error(shownAll(diagnostics));
  return playbook;
}

export function shownAll(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(formatDiagnostic).join('\n');
}

/** `line:column rule: message`, one a line. */
export function brief(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ range, rule, message }) => `${range?.line ?? 0}:${range?.column ?? 0} ${rule}: ${message}`);
}

/** The playbook of the design, word for word but for what it leaves out. */
export const shopRelease = `apiVersion: backout/v1
kind: Playbook
name: shop-release
system: shop
summary: Take the shop back to the release before \${{ change.id }}
scope: The shop and its database
goals: [every order is back]
change: { id: CHG0042, risk: high, windowEnds: 2026-11-22T04:00:00Z }
timeBudget: 30m
roles:
  change-manager: { name: Ada, contact: '+41 1', deputy: Bob }
  dba: { name: Eve, contact: '+41 2' }
  web: { name: Dan, contact: '+41 3' }
parameters:
  release: { type: string, pattern: '^[0-9.]+$', required: true, description: the release to go back to }
secrets:
  dbPassword: { env: SHOP_DB_PASSWORD }
phases:
  notify:
    - id: tell-service-desk
      name: Tell the Service Desk that the backout has begun
      owner: change-manager
      uses: email
      with: { to: servicedesk@example.com, subject: 'Backout of \${{ change.id }} begun' }
  disable-access:
    - id: maintenance-on
      owner: web
      run: ./maintenance on
      timeout: 30s
  restore:
    - id: restore-db
      owner: dba
      uses: postgres/restore
      with: { database: shop, archive: '/backups/shop-\${{ params.release }}.dump' }
      env: { PGPASSWORD: '\${{ secrets.dbPassword }}' }
      timeout: 20m
      grace: 15s
      retry: { attempts: 3, delay: 5s, factor: 2, maxDelay: 1m, jitter: true, onExitCodes: [1] }
      onUnknown: probe
      verify: { run: 'psql -d shop -Atc "select count(*) from orders"', expect: { stdout: { matches: '^[1-9]' } } }
      onFailure: ask
      contingency:
        - { id: restore-db-previous, owner: dba, uses: postgres/restore, with: { database: shop } }
    - id: restore-files
      owner: web
      needs: []
      script: ./scripts/restore-files.mjs
  health-checks:
    - { id: home-page, owner: web, uses: http, with: { url: 'https://shop.example.com/', expect: { status: 200 } }, until: { successes: 3, every: 2s, within: 2m } }
  enable-access:
    - { id: maintenance-off, owner: web, run: ./maintenance off, timeout: 30s }
  announce:
    - { id: call-service-desk, owner: change-manager, manual: 'Call the Service Desk and say that the shop is back.' }
escalate:
  - { id: page-duty-manager, owner: change-manager, uses: email, with: { to: duty@example.com, subject: '\${{ run.failure }}' } }
`;
