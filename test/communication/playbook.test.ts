/** `communication:` that is wrong is said in its place, with the remedy; what is left out is filled in. */
import { expect, test } from '@jest/globals';
import { adapter as email } from '../../adapters/email/index.ts';
import { adapter as slack } from '../../adapters/slack/index.ts';
import { adapter as statuspage } from '../../adapters/statuspage/index.ts';
import { adapter as webhook } from '../../adapters/webhook/index.ts';
import { formatDiagnostic } from '../../src/kernel/diagnostic.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { AdapterFacts } from '../../src/playbook/adapter-facts.ts';
import { checkPlaybook } from '../../src/playbook/check.ts';
import { readPlaybook } from '../../src/playbook/read.ts';

const adapters = new Map(
  [slack, email, statuspage, webhook].map((each): [string, AdapterFacts] => [each.name, { ...each, hasProbe: false }]),
);

const head = `name: shop
change: { id: CHG0042, risk: high }
roles: { change-manager: { name: Ruth Keller, contact: ext. 4711 } }
secrets: { chat: { env: CHAT } }
phases: { restore: [{ id: restore-db, run: 'true' }] }
`;
const chat = `{ uses: slack, with: { url: '\${{ secrets.chat }}' } }`;

async function check(text: string) {
  const read = await readPlaybook('playbook.yaml', Buffer.from(head + text));
  if (!read.ok) throw new Error(read.error.map(formatDiagnostic).join('\n'));
  return checkPlaybook(read.value, adapters);
}

async function planned(text: string) {
  const { playbook, diagnostics } = await check(text);
  if (playbook === undefined) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  const occasion = {
    folder: '/p',
    playbookFile: '/p/playbook.yaml',
    playbookDigest: '0',
    scripts: new Map(),
    adapters,
  };
  const plan = await makePlan(playbook, { ...occasion, params: {}, paramsFile: {} });
  if (!plan.ok) throw new Error(plan.error.map(formatDiagnostic).join('\n'));
  return plan.value;
}

const inputOf = (step: Awaited<ReturnType<typeof planned>>['phases']['restore']['steps'][number] | undefined) =>
  step?.action.kind === 'adapter' ? step.action.input : undefined;

test.each([
  ['no audience', 'communication: { speaker: change-manager }\n', /names no audience/],
  [
    'a speaker who is no role',
    `communication: { speaker: chnge-manager, audiences: { users: { channel: ${chat} } } }\n`,
    /there is no role "chnge-manager"[\s\S]*change-manager/,
  ],
  ['no channel', 'communication: { audiences: { users: { every: 15m } } }\n', /"channel" is missing/],
  [
    'an unknown adapter',
    'communication: { audiences: { users: { channel: { uses: slak } } } }\n',
    /there is no adapter "slak"[\s\S]*slack/,
  ],
  ['an unknown key', `communication: { audiences: { users: { chanel: ${chat} } } }\n`, /chanel[\s\S]*channel/],
  [
    'a field that the adapter lacks',
    `communication: { audiences: { users: { channel: { uses: slack, with: { url: '\${{ secrets.chat }}', txt: hello } } } } }\n`,
    /txt[\s\S]*text/,
  ],
  [
    'a secret in a text',
    `communication: { audiences: { users: { channel: { uses: slack, with: { url: '\${{ secrets.chat }}', text: '\${{ secrets.chat }}' } } } } }\n`,
    /a secret may not stand in with\.text/,
  ],
  [
    'outputs of a step',
    `communication: { audiences: { users: { channel: { uses: slack, with: { url: '\${{ secrets.chat }}', text: '\${{ steps["restore-db"].outputs.x }}' } } } } }\n`,
    /an update may be sent before step restore-db is over[\s\S]*run\.done/,
  ],
  [
    'an interval without a unit',
    `communication: { audiences: { users: { channel: ${chat}, every: 15 } } }\n`,
    /must be a duration/,
  ],
  [
    'an interval of nothing',
    `communication: { audiences: { users: { channel: ${chat}, every: 0s } } }\n`,
    /every is 0s: updates come at least 1s apart/,
  ],
  [
    'a cadence of nothing',
    `communication: { cadence: { high: 10ms }, audiences: { users: { channel: ${chat} } } }\n`,
    /high is 10ms/,
  ],
  [
    'a step with the name of an update',
    `escalate: [{ id: update-users, run: 'true' }]\ncommunication: { audiences: { users: { channel: ${chat} } } }\n`,
    /update-users is the name of a regular update/,
  ],
  [
    'an audience with the name of a fallback',
    `communication: { audiences: { a: { channel: ${chat} }, a-fallback: { channel: ${chat} } } }\n`,
    /has the name of another audience's fallback/,
  ],
])('%s', async (_, text, words) => {
  const { playbook, diagnostics } = await check(text);
  expect(playbook).toBeUndefined();
  expect(diagnostics.map(formatDiagnostic).join('\n')).toMatch(words);
  expect(diagnostics.every(({ range }) => range !== undefined)).toBe(true);
});

test('how often: what the audience says, else the cadence for the impact, which is the risk unless it is said', async () => {
  const every = async (more: string, own = '') => {
    const { updates } = await planned(`communication: { ${more}audiences: { users: { channel: ${chat}${own} } } }\n`);
    return updates?.steps[0]?.audience?.everyMs;
  };
  expect(await every('')).toBe(900_000);
  expect(await every('impact: low, ')).toBe(3_600_000);
  expect(await every('impact: medium, ')).toBe(1_800_000);
  expect(await every('cadence: { high: 10m }, ')).toBe(600_000);
  expect(await every('cadence: { high: 10m }, ', ', every: 2m')).toBe(120_000);
});

test('a channel has half a minute and two tries, holds nothing up, and says what an update says', async () => {
  const { updates } = await planned(
    `communication: { speaker: change-manager, audiences: { users: { name: The users, channel: ${chat} } } }\n`,
  );
  const [step] = updates?.steps ?? [];
  expect(step).toMatchObject({
    id: 'update-users',
    place: 'updates',
    timeoutMs: 30_000,
    retry: { attempts: 2 },
    onFailure: 'continue',
  });
  expect(inputOf(step)).toMatchObject({
    stage: 'update',
    change: 'CHG0042',
    access: '${{ run.access }}',
    text: 'Now: ${{ run.doing }}\nDone: ${{ run.done }}',
    next: '${{ run.next }}',
    nextUpdate: '${{ run.nextUpdate }}',
    owner: 'Ruth Keller, ext. 4711',
  });
});

test('what the playbook writes stays as it is written', async () => {
  const written = `{ uses: slack, with: { url: '\${{ secrets.chat }}', text: Please wait., owner: The duty manager } }`;
  const { updates } = await planned(`communication: { audiences: { users: { channel: ${written} } } }\n`);
  expect(inputOf(updates?.steps[0])).toMatchObject({
    text: 'Please wait.',
    owner: 'The duty manager',
    next: '${{ run.next }}',
  });
});

test('e-mail and webhook get whole messages; a public page no step names and no telephone numbers', async () => {
  const { updates } = await planned(`communication:
  speaker: change-manager
  alert: { uses: email, with: { from: a@example.com, to: b@example.com } }
  audiences:
    desk: { channel: { uses: email, with: { from: a@example.com, to: b@example.com } }, fallback: { uses: webhook, with: { url: 'http://127.0.0.1/', secret: '\${{ secrets.chat }}' } } }
    public: { channel: { uses: statuspage, with: { page: p, token: '\${{ secrets.chat }}', incident: i } } }
`);
  const [desk, page, alert] = updates?.steps ?? [];
  expect(inputOf(desk)).toMatchObject({
    subject: 'Backout of CHG0042 (shop): how it stands',
    text: expect.stringMatching(/^Now: [\s\S]*Next update: /),
  });
  expect(inputOf(desk?.contingency[0])).toMatchObject({ json: { run: '${{ run.id }}', doing: '${{ run.doing }}' } });
  expect(JSON.stringify(inputOf(page))).not.toMatch(/doing|done|run\.next }|Ruth|4711/);
  expect(inputOf(alert)).toMatchObject({
    subject: 'Backout of CHG0042 (shop): an update was not delivered',
    text: expect.stringMatching(/^Not delivered: \$\{\{ run\.missed \}\}/),
  });
});

test('who hears is none of what a rehearsal proves: the definition stays', async () => {
  const one = await planned(`communication: { audiences: { users: { channel: ${chat} } } }\n`);
  const other = await planned(`communication: { audiences: { users: { channel: ${chat}, every: 2m } } }\n`);
  expect(one.definition).toBe(other.definition);
});
