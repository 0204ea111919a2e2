/** Regular updates from the real program to receivers on this machine, in every kind of trouble that a night can bring. */
import { expect, jest, test } from '@jest/globals';
import { headerOf, mailServer } from '../adapters/rig/mail-server.ts';
import { webServer } from '../adapters/rig/servers.ts';
import { slack } from '../adapters/rig/slack.ts';
import { teams } from '../adapters/rig/teams.ts';
import { goneMs } from '../rig/patience.ts';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(120_000);

const run = ['run', 'playbook.yaml', '--yes'];
const wait = 'until [ -e go ]; do sleep 0.02; done';

interface Shop {
  readonly communication: string;
  readonly restore?: string;
}

const shop = ({
  communication,
  restore = `{ id: restore-db, name: Restore the database, owner: dba, run: '${wait}' }`,
}: Shop) => `
name: shop-release
system: shop
change: { id: CHG0042, risk: high }
roles:
  change-manager: { name: Ruth Keller, contact: ext. 4711 }
  dba: { name: Ana Duarte, contact: ext. 4712 }
secrets:
  chat: { env: CHAT }
  silent: { env: SILENT }
communication:
  speaker: change-manager
${communication}
phases:
  disable-access:
    - { id: close, run: 'true' }
  restore:
    - ${restore}
  announce:
    - { id: tell, run: 'echo told >> told' }
escalate:
  - { id: page, run: 'echo paged >> paged' }
`;

const users = (every = '1s', more = '') => `
  audiences:
    users:
      name: The users
      channel: { uses: slack, with: { url: '\${{ secrets.chat }}' }${more} }
      every: ${every}`;

test('an audience hears every second while a step hangs: what is true, done, next, and when it hears again', async () => {
  const chat = await slack();
  const site = new Site(shop({ communication: users() }));
  site.env = { CHAT: chat.webhook, SILENT: 'not-used-here' };
  const engine = site.start(run);
  await until('three updates', () => chat.messages.length >= 3);
  const status = await site.status();
  expect(status.updates).toMatchObject([{ id: 'update-users', name: 'The users', everyMs: 1_000, missed: 0 }]);
  expect(status.updates?.[0]?.nextDueAt).not.toBeNull();
  site.write('go', '');
  const { code, stderr } = await engine.ended;
  expect(code).toBe(0);
  const [first] = chat.messages;
  expect(first?.title).toBe('The backout of CHG0042 (shop) goes on');
  expect(first?.texts.join('\n')).toMatch(
    /Now: restore-db \(Restore the database\) has been running since \d\d:\d\d UTC, for [\d.]+ m?s/,
  );
  expect(first?.texts).toEqual(
    expect.arrayContaining([
      expect.stringContaining('Done: closing access 1 of 1'),
      '*Access*\nclosed, users cannot get in',
      '*Data*\nbeing restored, not to be relied on',
      '*Next*\ntelling how it ended',
      expect.stringMatching(/^\*Next update\*\n\d\d:\d\d UTC, if it still lasts then$/),
      '*Owner*\nRuth Keller, ext. 4711',
    ]),
  );
  expect(stderr).toContain('The users told by slack');
  const ids = chat.messages.map(({ reference }) => reference);
  expect(ids).toEqual(ids.map((_, n) => expect.stringMatching(new RegExp(`\\.update-users\\.${n + 1}$`))));
  expect(JSON.stringify(site.entries) + stderr).not.toContain('secretpath');
});

test('a channel that hangs for ever is left for the fallback, and holds nothing up', async () => {
  const silent = await webServer(() => 'silence');
  const mail = await mailServer();
  const channel = `{ uses: teams, with: { url: '\${{ secrets.silent }}' }, timeout: 500ms, retry: { attempts: 1 } }`;
  const fallback = `{ uses: email, with: { port: ${mail.port}, from: backout@example.com, to: users@example.com } }`;
  const communication = `  audiences:\n    users: { channel: ${channel}, fallback: ${fallback}, every: 1s }`;
  const site = new Site(shop({ communication }));
  site.env = { CHAT: 'not-used-here', SILENT: `${silent.url}/hook` };
  const engine = site.start(run);
  await until('two mails', () => mail.mails.length >= 2);
  await until(
    'an update that hangs',
    () => site.events('step.started').filter(({ step }) => step === 'update-users').length >= 3,
  );
  site.write('go', '');
  const { code, stderr } = await engine.ended;
  expect(code).toBe(6);
  expect(stderr).toMatch(/update-users: \d of \d updates went by the fallback/);
  const [first] = mail.mails;
  expect(headerOf(first, 'Subject')).toBe('Backout of CHG0042 (shop): how it stands');
  expect(first?.source).toMatch(
    /Done: closing access 1 of 1\nNext: telling how it ended\nNext update: \d\d:\d\d UTC, if it still lasts then\nSystem: shop\n/,
  );
  expect(site.read('told')).toBe('told\n');
});

test('a missed update is shown at once, told to the speaker, and stands in the end', async () => {
  const chat = await slack({ before: () => ({ status: 403, body: 'no_service' }) });
  const cards = await teams();
  const communication = `  alert: { uses: teams, with: { url: '\${{ secrets.silent }}' } }${users('1s', ', retry: { attempts: 1 }')}\n      contact: ext. 100`;
  const site = new Site(shop({ communication }));
  site.env = { CHAT: chat.webhook, SILENT: cards.webhook };
  const engine = site.start(run);
  await until('the second missed update', () => site.events('step.failed').length >= 2);
  const { stdout } = await site.call(['status']);
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /The users \(slack, every 1\.0 s\): none sent yet;.* NOT REACHED, \d missed \(reach them: ext\. 100\), the last at .*status 403: no_service/,
  );
  site.write('go', '');
  const { code, stderr } = await engine.ended;
  expect(code).toBe(6);
  expect(stderr).toContain('The users not told by slack');
  expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(/update-users: \d+ of \d+ updates not delivered, the last at/);
  expect(cards.cards.length).toBe(1);
  expect(cards.cards[0]?.join('\n')).toMatch(
    /an update was not delivered[\s\S]*The users: not reached at \d\d:\d\d UTC/,
  );
});

test('an audience whose channel hangs for longer than its interval is missed, at once and in the end', async () => {
  const silent = await webServer(() => 'silence');
  const cards = await teams();
  const communication = `  alert: { uses: teams, with: { url: '\${{ secrets.chat }}' } }${users().replace('secrets.chat', 'secrets.silent')}`;
  const site = new Site(shop({ communication }));
  site.env = { CHAT: cards.webhook, SILENT: `${silent.url}/hook` };
  const engine = site.start(run);
  await until('the speaker hears', () => cards.cards.length >= 1);
  expect(site.events('step.failed')).toEqual([]);
  expect((await site.status()).updates?.[0]).toMatchObject({ sent: 0, sending: true });
  site.write('go', '');
  const { code, stderr } = await engine.ended;
  expect(code).toBe(6);
  expect(stderr).toContain('the update to The users is missed: the one before is still on its way by slack');
  expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(/update-users: (\d+) of \1 updates not delivered/);
  expect(cards.cards).toHaveLength(1);
});

test('fifty audiences every second, a third of them deaf, do not slow the backout down', async () => {
  const chat = await slack();
  const silent = await webServer(() => 'silence');
  const rest = `timeout: 60s, retry: { attempts: 1 } }, every: 1s }`;
  const audiences = Array.from({ length: 50 }, (_, n) => {
    return `    a${n}: { channel: { uses: slack, with: { url: '\${{ secrets.${n % 3 === 0 ? 'silent' : 'chat'} }}' }, ${rest}`;
  });
  const restore = `{ id: one, run: sleep 1 }\n    - { id: two, run: sleep 1 }\n    - { id: three, run: sleep 1 }`;
  const site = new Site(shop({ communication: `  audiences:\n${audiences.join('\n')}`, restore }));
  site.env = { CHAT: chat.webhook, SILENT: `${silent.url}/hook` };
  await site.call(run);
  const at = (type: 'step.started' | 'step.succeeded', step: string) =>
    site.events(type).find((event) => event.step === step)?.at ?? Number.NaN;
  // Three seconds of sleep; one that waited for a deaf channel would take a minute.
  expect(at('step.succeeded', 'three') - at('step.started', 'one')).toBeLessThan(30_000);
  expect(new Set(chat.messages.map(({ reference }) => reference.split('.').at(-2))).size).toBe(33);
  expect(site.read('told')).toBe('told\n');
});

test('who waits for a person with --wait sends updates; who leaves says that none are sent', async () => {
  const chat = await slack();
  const restore = `{ id: look, owner: dba, manual: Look at the lamp. }`;
  const site = new Site(shop({ communication: users(), restore }));
  site.env = { CHAT: chat.webhook, SILENT: 'not-used-here' };
  const left = await site.call(run);
  const id = site.runs[0] ?? '';
  expect([left.code, left.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
    3,
    expect.stringContaining(`No updates are sent while no engine runs: backout resume ${id} --wait`),
  ]);
  await until('the first update is overdue', () => Date.now() > (site.entries[0]?.event.at ?? 0) + 1_500);
  expect(chat.messages).toEqual([]);
  const engine = site.start(['resume', '--wait']);
  await until('an overdue update and the next', () => chat.messages.length >= 2);
  expect(chat.messages[0]?.texts.join('\n')).toMatch(
    /Now: waiting for dba \(Ana Duarte, ext\. 4712\) since .* UTC: look is for a person to do/,
  );
  expect(chat.messages[0]?.texts).toContain('*Next*\nwhen that is answered: telling how it ended');
  await site.call(['confirm', id, 'look']);
  expect((await engine.ended).code).toBe(0);
});

test('after kill -9 the next engine goes on telling, at the same instants, under numbers of their own', async () => {
  const chat = await slack();
  const site = new Site(shop({ communication: users('2s') }));
  site.env = { CHAT: chat.webhook, SILENT: 'not-used-here' };
  const engine = site.start(run);
  await site.recorded('step.succeeded', 'update-users');
  engine.signal('SIGKILL');
  await engine.ended;
  const next = site.start(['resume']);
  await until('two more', () => chat.messages.length >= 3);
  site.write('go', '');
  expect((await next.ended).code).toBe(0);
  const began = site.entries[0]?.event.at ?? 0;
  const fired = site.events('timer.fired').filter(({ timer }) => timer === 'update:update-users');
  // A timer may go off a millisecond early; a busy machine lets it be late.
  for (const { at } of fired) expect((at - began + 100) % 2_000).toBeLessThan(1_500);
  const numbers = chat.messages.map(({ reference }) => reference.split('.').at(-1));
  expect(numbers).toEqual(numbers.map((_, n) => String(n + 1)));
});

test('SIGTERM: gone in seconds with a channel that hangs; nothing more is sent, the escalation is', async () => {
  const silent = await webServer(() => 'silence');
  const communication = users().replace('secrets.chat', 'secrets.silent');
  const site = new Site(shop({ communication }));
  site.env = { CHAT: 'not-used-here', SILENT: `${silent.url}/hook` };
  const engine = site.start(run);
  await until('an update that hangs', () => silent.heard.length >= 1);
  engine.signal('SIGTERM');
  const told = performance.now();
  expect((await engine.ended).code).toBe(4);
  expect(performance.now() - told).toBeLessThan(goneMs);
  expect(site.read('paged')).toBe('paged\n');
});

test('a dry run sends nothing, and says which channel cannot be reached', async () => {
  const chat = await slack();
  const good = new Site(shop({ communication: users() }));
  good.env = { CHAT: chat.webhook, SILENT: 'not-used-here' };
  const { code, stderr } = await good.call(['run', 'playbook.yaml', '--dry-run']);
  expect([code, chat.messages]).toEqual([0, []]);
  expect(stderr).toMatch(/updates\n +update-users/);
  const bad = new Site(shop({ communication: users() }));
  bad.env = { CHAT: 'http://127.0.0.1:9/services/x', SILENT: 'not-used-here' };
  const dry = await bad.call(['run', 'playbook.yaml', '--dry-run']);
  expect([dry.code, dry.stderr]).toEqual([1, expect.stringMatching(/Missing:\n +- update-users/)]);
});

test('the plan shows who hears, how often, and how else; the report every update that was sent', async () => {
  const chat = await slack();
  const site = new Site(shop({ communication: users() }));
  site.env = { CHAT: chat.webhook, SILENT: 'not-used-here' };
  const { stdout: plan } = await site.call(['plan', 'playbook.yaml']);
  expect(plan).toContain('Impact high; change-manager speaks (Ruth Keller, ext. 4711).');
  expect(plan).toContain('The users: every 1.0 s by slack, no fallback; first after that time');
  const engine = site.start(run);
  await until('an update', () => chat.messages.length >= 1);
  site.write('go', '');
  await engine.ended;
  const { stdout: report } = await site.call(['report', '--format', 'md']);
  expect(report).toMatch(/## Regular updates[\s\S]*\| The users \| slack \| succeeded \|/);
});
