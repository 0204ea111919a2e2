/** How users are kept out while data are put back, and let in again. */
import type { CloseKind } from './answers.ts';
import { type Parameter, type Piece, pathParameter } from './piece.ts';
import { kubernetesParameters, postgresLogin, postgresParameters } from './servers.ts';

export interface Closing extends Piece {
  readonly close: string;
  readonly open: string;
}

const step = (access: 'closed' | 'open', body: string): string => `
- id: ${access === 'closed' ? 'close-access' : 'open-access'}
  name: ${access === 'closed' ? 'Keep users out' : 'Let users in'}
  owner: operations
${body
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
  timeout: 5m`;

/** An adapter that does both, and knows what it has found. */
const both = (
  parameters: readonly Parameter[],
  body: (access: string) => string,
  more: Partial<Closing> = {},
): Closing => ({
  parameters,
  close: step('closed', body('closed')),
  open: step('open', body('open')),
  ...more,
});

const nginx = both(
  [
    {
      name: 'publicUrl',
      description: 'Where users reach the service',
      pattern: '^https?://[^/]+$',
      rehearsal: 'https://CHANGEME.example.com',
    },
    pathParameter('maintenanceFlag', 'The file whose presence makes nginx answer 503'),
  ],
  (access) => `
uses: nginx/maintenance
with: { access: ${access}, flag: '@{params.maintenanceFlag}', check: '@{params.publicUrl}/' }`,
);

const systemd = both(
  [{ name: 'unit', description: 'The unit that serves users, e.g. shop.service', rehearsal: 'CHANGEME.service' }],
  (access) => `
uses: systemd/unit
with: { access: ${access}, unit: '@{params.unit}' }`,
);

const postgres = both(
  postgresParameters,
  (access) => `
uses: postgres/access
with: { access: ${access}, database: '@{params.database}', ${postgresLogin} }`,
  { secrets: { dbPassword: 'DB_PASSWORD' } },
);

const kubernetes = both(
  [
    ...kubernetesParameters,
    {
      name: 'entrance',
      description: 'The Deployment through which users come, e.g. the web front',
      rehearsal: 'CHANGEME',
    },
  ],
  (access) => `
uses: kubernetes/scale
with: { access: ${access}, name: '@{params.entrance}', namespace: '@{params.namespace}' }`,
);

const command: Closing = {
  parameters: [],
  close: step(
    'closed',
    `run: "echo 'FILL IN: the command that keeps users out' >&2; exit 1"\nverify: { run: "echo 'FILL IN: a command that proves it' >&2; exit 1" }`,
  ),
  open: step(
    'open',
    `run: "echo 'FILL IN: the command that lets users in' >&2; exit 1"\nverify: { run: "echo 'FILL IN: a command that proves it' >&2; exit 1" }`,
  ),
};

const byHand = (id: string, name: string, instruction: string) => `
- id: ${id}
  name: ${name}
  owner: operations
  manual: ${instruction}
  answerWithin: 15m`;

const hand: Closing = {
  parameters: [],
  close: byHand(
    'close-access',
    'Keep users out',
    'Close user access (FILL IN how), see that nobody gets in, then confirm.',
  ),
  open: byHand('open-access', 'Let users in', 'Open user access (FILL IN how), see that a user gets in, then confirm.'),
};

export const closing: Readonly<Record<CloseKind, Closing>> = { nginx, systemd, postgres, kubernetes, command, hand };
