/** How the Service Desk and the duty manager are told, at the begin, at intervals, at the end, and when it fails. */
import type { TellKind } from './answers.ts';
import type { Piece } from './piece.ts';

export interface Telling extends Piece {
  readonly begin: string;
  readonly end: string;
  readonly failed: string;
  /** Channel of the regular updates; undefined: none can be sent. */
  readonly updates: string | undefined;
}

const contact = "@{roles['change-manager'].name}, @{roles['change-manager'].contact}";
const byPhone = (id: string, whom: string) => `
contingency:
  - id: ${id}
    name: Tell ${whom} by phone
    owner: change-manager
    manual: The message did not get out. Phone ${whom}, and read out what backout status says.`;

const step = (id: string, name: string, body: string): string => `
- id: ${id}
  name: ${name}
  owner: change-manager
${body
  .trim()
  .split('\n')
  .map((line) => (line === '' ? '' : `  ${line}`))
  .join('\n')}`;

const begun = (body: string) => step('tell-service-desk', 'Tell the Service Desk that the backout has begun', body);
const ended = (body: string) => step('tell-service-desk-end', 'Tell the Service Desk how it ended', body);
const failed = (body: string) =>
  step('call-duty-manager', 'Tell the duty manager and the Service Desk that the backout has not succeeded', body);

const mail = (to: string, subject: string, text: string) => `
uses: email
with:
  host: @{params.smtpHost}
  port: @{params.smtpPort}
  from: @{params.mailFrom}
  to: ${to}
  subject: '${subject}'
  text: |
${text
  .trim()
  .split('\n')
  .map((line) => (line === '' ? '' : `    ${line}`))
  .join('\n')}
timeout: 1m
retry: { attempts: 3, delay: 5s }`;

const email: Telling = {
  parameters: [
    { name: 'smtpHost', description: 'The mail server', default: '127.0.0.1' },
    { name: 'smtpPort', description: 'Its port', type: 'integer', default: 25 },
    { name: 'mailFrom', description: 'Whom the mails come from', default: 'backout@CHANGEME.example.com' },
    { name: 'serviceDesk', description: 'Where the Service Desk hears', rehearsal: 'rehearsals@CHANGEME.example.com' },
    {
      name: 'dutyManager',
      description: 'Who is told when the backout itself fails',
      rehearsal: 'rehearsals-escalation@CHANGEME.example.com',
    },
  ],
  begin: begun(
    mail(
      '@{params.serviceDesk}',
      'Backout of @{change.id} has begun: access is being closed',
      `The change @{change.id} has failed and is being backed out. Users are kept out until what is put back
has been checked. You hear at intervals how it stands, and when it has ended.

Backout run: @{run.id}
Change manager: ${contact}`,
    ),
  ),
  end: ended(
    mail(
      '@{params.serviceDesk}',
      'Backout of @{change.id} is done: access is open',
      `What the change did has been taken back and was checked; users are let in again.

Backout run: @{run.id}
Journal head: @{run.head}
Change manager: ${contact}`,
    ) + byPhone('phone-service-desk', 'the Service Desk'),
  ),
  failed: failed(
    mail(
      "['@{params.dutyManager}', '@{params.serviceDesk}']",
      'Backout of @{change.id} HAS NOT SUCCEEDED: people are needed',
      `The backout of @{change.id} has ended as @{run.end}. Do not open access by hand.
Cause: @{run.failure}
Access is @{run.access}, data @{run.data}, health @{run.health}.
What to do next is said by: backout status @{run.id}

Change manager: ${contact}`,
    ) + byPhone('phone-duty-manager', 'the duty manager and the Service Desk'),
  ),
  updates: `{ uses: email, with: { host: '@{params.smtpHost}', port: '@{params.smtpPort}', from: '@{params.mailFrom}', to: '@{params.serviceDesk}' } }`,
};

const post = (stage: string, text: string) => `
uses: slack
with:
  url: @{secrets.slackUrl}
  stage: ${stage}
  system: @{run.system}
  change: @{change.id}
  access: @{run.access}
  data: @{run.data}
  health: @{run.health}
  text: ${text}
  owner: "${contact}"
timeout: 1m
retry: { attempts: 3, delay: 5s }`;

const slack: Telling = {
  parameters: [],
  secrets: { slackUrl: 'SLACK_WEBHOOK' },
  begin: begun(post('begun', 'Users are kept out until what is put back has been checked.')),
  end: ended(
    post('ended', 'What the change did has been taken back and was checked; users are let in again.') +
      byPhone('phone-service-desk', 'the Service Desk'),
  ),
  failed: failed(
    post('failed', "'Do not open access by hand. Cause: @{run.failure}. Look: backout status @{run.id}'") +
      byPhone('phone-duty-manager', 'the duty manager and the Service Desk'),
  ),
  updates: `{ uses: slack, with: { url: '@{secrets.slackUrl}' } }`,
};

const phone: Telling = {
  parameters: [],
  begin: begun('manual: Phone the Service Desk and say that the backout has begun, and when they hear again.'),
  end: ended('manual: Phone the Service Desk and say how the backout has ended.'),
  failed: failed(
    'manual: Phone the duty manager and the Service Desk; the backout has not succeeded, and access must stay as it is.',
  ),
  updates: undefined,
};

export const telling: Readonly<Record<TellKind, Telling>> = { email, slack, phone };
