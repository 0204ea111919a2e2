/** The templates of docs/messages.md, as they stand there, in the real program against receivers on this machine. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { jira, tokens } from '../adapters/rig/jira.ts';
import { pagerduty, routingKey } from '../adapters/rig/pagerduty.ts';
import { closedPort } from '../adapters/rig/servers.ts';
import { login, serviceNow } from '../adapters/rig/servicenow.ts';
import { slack } from '../adapters/rig/slack.ts';
import { apiKey, statuspage } from '../adapters/rig/statuspage.ts';
import { root } from '../rig/built.ts';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(60_000);

interface Step {
  readonly id: string;
  readonly uses?: string;
  readonly with?: object;
}
type Phases = Readonly<Record<'notify' | 'restore' | 'announce' | 'escalate', readonly Step[]>>;

const blocks: readonly Record<string, unknown>[] = [
  ...readFileSync(join(root, 'docs/messages.md'), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm),
].map(([, text = '']) => parse(text) as Record<string, unknown>);
const [shared = {}] = blocks;

const stepsOf = (phase: keyof Phases): readonly Step[] => blocks.flatMap((block) => (block[phase] as Step[]) ?? []);

/** A playbook of all templates; only the addresses are of this machine. */
function playbook(addresses: Readonly<Record<string, object>>, restore: string): string {
  const there = (phase: keyof Phases) =>
    stepsOf(phase).map((step) => ({ ...step, with: { ...step.with, ...addresses[step.uses ?? ''] } }));
  const secrets = { ...(shared.secrets as object), jira: { env: 'SHOP_JIRA_TOKEN' } };
  const phases = {
    notify: { maxParallel: 4, steps: there('notify').map((step) => ({ required: true, ...step })) },
    'disable-access': [{ id: 'close', run: 'true' }],
    restore: [{ id: 'database', run: restore }, ...there('restore')],
    'health-checks': [{ id: 'check', run: 'true' }],
    'enable-access': [{ id: 'open', run: 'true' }],
    announce: there('announce'),
  };
  return JSON.stringify({ name: 'shop', ...shared, secrets, phases, escalate: there('escalate') });
}

async function world() {
  const there = {
    desk: await serviceNow(),
    chat: await slack(),
    page: await statuspage(),
    pager: await pagerduty(),
    site: await jira(),
  };
  const addresses: Record<string, object> = {
    servicenow: { baseUrl: there.desk.instance },
    statuspage: { baseUrl: there.page.api },
    pagerduty: { url: there.pager.enqueue },
    jira: { baseUrl: there.site.site },
  };
  const env: Record<string, string> = {
    SHOP_SLACK_WEBHOOK: there.chat.webhook,
    SHOP_PAGERDUTY_KEY: routingKey,
    SHOP_SERVICENOW_PASSWORD: login.password,
    SHOP_STATUSPAGE_KEY: apiKey,
    SHOP_JIRA_TOKEN: tokens.cloud.token,
  };
  return { ...there, addresses, env };
}

const run = ['run', 'playbook.yaml', '--yes', '--json', '--reason', 'it fails'];

/** P9: in no file of the home, nor in what was printed; raw, or as the login that it was sent in. */
function leaks(site: Site, env: Readonly<Record<string, string>>, printed: string): readonly string[] {
  const files = readdirSync(site.home, { recursive: true, encoding: 'utf8' }).map((name) => join(site.home, name));
  const texts = [
    printed,
    ...files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1')),
  ];
  const secrets = [...Object.values(env), Buffer.from(`${login.user}:${login.password}`).toString('base64')];
  return secrets.filter((secret) => texts.some((text) => text.includes(secret)));
}

describe('the templates', () => {
  test('a backout that ends well: everybody hears begin, update and end', async () => {
    const { desk, chat, page, pager, site: tickets, addresses, env } = await world();
    const site = new Site(playbook(addresses, 'true'));
    site.env = env;
    const { code, stdout, stderr } = await site.call(run);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(desk.records[1]?.columns).toMatchObject({ state: '3', close_code: 'unsuccessful' });
    const [ended, begun] = desk.records[1]?.notes.work_notes ?? [];
    expect(begun).toMatch(
      /^The backout of CHG0000042 \(shop\) has begun\n[\s\S]*\nData: untouched, [\s\S]*\nReason: it fails\n/,
    );
    expect(ended).toMatch(
      /\nAccess: open\nData: restored\nHealth: proven, every check has passed\nEnd: succeeded\nJournal head: \w{8}/,
    );
    expect(page.incidents).toMatchObject([
      { name: 'The shop is closed', status: 'resolved', components: [{ status: 'operational' }] },
    ]);
    expect(chat.messages).toMatchObject([
      {
        texts: [
          '*Access*\nclosed, users cannot get in',
          '*Data*\nbeing restored, not to be relied on',
          expect.anything(),
        ],
      },
    ]);
    expect(tickets.comments).toMatchObject([{ kind: 'internal' }]);
    expect(pager.events).toEqual([]);
    expect(leaks(site, env, stdout + stderr)).toEqual([]);
  });

  test('a backout that fails: the pager goes off, and the chat knows what is true', async () => {
    const { chat, pager, page, addresses, env } = await world();
    const site = new Site(playbook(addresses, 'echo the dump is broken >&2; exit 3'));
    site.env = env;
    const { code, stdout, stderr } = await site.call(run);
    expect(code).toBe(1);
    expect(pager.events).toMatchObject([
      {
        event_action: 'trigger',
        payload: {
          severity: 'critical',
          custom_details: { Text: expect.stringContaining('exit code 3'), Access: expect.stringMatching(/^closed/) },
        },
      },
    ]);
    expect(chat.messages).toMatchObject([
      { title: 'The backout of CHG0000042 (shop) has not succeeded: people must take over' },
    ]);
    expect(page.incidents).toMatchObject([{ status: 'identified', components: [{ status: 'major_outage' }] }]);
    expect(leaks(site, env, stdout + stderr)).toEqual([]);
  });

  test('P2: with every receiver gone the backout ends well, the fallbacks are named, and the exit code is 6', async () => {
    const { addresses, env } = await world();
    const nowhere = `http://127.0.0.1:${await closedPort()}`;
    const gone = Object.fromEntries(
      Object.keys(addresses).map((name) => [name, name === 'pagerduty' ? { url: nowhere } : { baseUrl: nowhere }]),
    );
    const site = new Site(playbook(gone, 'true').replaceAll('"required":true,', ''));
    site.env = { ...env, SHOP_SLACK_WEBHOOK: `${nowhere}/services/T0/B0/secretpath` };
    const { code, stdout, stderr } = await site.call(run);
    expect({ code, stderr: code === 6 ? '' : stderr }).toEqual({ code: 6, stderr: '' });
    const { truth } = JSON.parse(stdout) as { truth: object };
    expect(truth).toMatchObject({ access: 'open', data: 'restored', health: 'proven' });
    expect(stderr).toContain('desk-begun-by-hand');
    expect(stdout + stderr).not.toContain('secretpath');
  });

  test('P4: an engine killed between sending and hearing sends again after it is resumed; who knows keys has it once', async () => {
    let holding = true;
    const held = ({ method }: { readonly method: string }) =>
      holding && method !== 'GET' ? ('then silence' as const) : undefined;
    const [desk, chat] = [await serviceNow({ before: held }), await slack({ before: held })];
    const addresses = { servicenow: { baseUrl: desk.instance }, statuspage: { baseUrl: 'http://127.0.0.1:9' } };
    const begun = stepsOf('notify').filter(({ id }) => id === 'desk-begun');
    const told = stepsOf('restore').map((step) => ({ ...step, needs: [] }));
    const notify = [...begun, ...told].map((step) => ({
      ...step,
      required: true,
      with: { ...step.with, ...addresses[step.uses as keyof typeof addresses] },
    }));
    const site = new Site(JSON.stringify({ name: 'shop', ...shared, phases: { notify, restore: [{ run: 'true' }] } }));
    site.env = {
      SHOP_SLACK_WEBHOOK: chat.webhook,
      SHOP_SERVICENOW_PASSWORD: login.password,
      SHOP_PAGERDUTY_KEY: routingKey,
      SHOP_STATUSPAGE_KEY: apiKey,
    };
    const engine = site.start(run);
    await until('both messages', () => desk.records[1]?.notes.work_notes.length === 1 && chat.messages.length === 1);
    engine.signal('SIGKILL');
    await engine.ended;
    holding = false;
    const { code, stderr } = await site.call(['resume', '--json']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(desk.records[1]?.notes.work_notes).toHaveLength(1);
    expect(new Set(chat.messages.map(({ reference }) => reference)).size).toBe(1);
    expect(chat.messages).toHaveLength(2);
  });

  test('a dry run sends nothing, and says what is missing before it is needed', async () => {
    const { desk, chat, addresses, env } = await world();
    const site = new Site(playbook(addresses, 'true'));
    site.env = { ...env, SHOP_SERVICENOW_PASSWORD: 'wrong-password' };
    const { code, stderr, stdout } = await site.call(['run', 'playbook.yaml', '--dry-run', '--yes']);
    expect(code).not.toBe(0);
    expect(stderr + stdout).toContain('Correct `user` and `password`');
    expect(desk.heard.every(({ method }) => method === 'GET')).toBe(true);
    expect(chat.heard.map(({ method }) => method)).toEqual(['HEAD']);
  });
});
