/** The regular updates of a rehearsal: sent to whom the rehearsal names, marked, and to nobody else. */
import { readFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { slack } from '../adapters/rig/slack.ts';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(60_000);

const playbook = (there: string) => `
name: shop
withoutHealthChecks: only a test
parameters: { dir: { type: string, default: production } }
roles: { manager: { name: Ruth Keller, contact: ext. 4711 } }
secrets: { chat: { env: CHAT }, trial: { env: TRIAL } }
communication:
  speaker: manager
  audiences:
    users: { name: The users, channel: { uses: slack, with: { url: '\${{ secrets.chat }}' } }, every: 1s }
  alert: { uses: slack, with: { url: '\${{ secrets.chat }}' } }
phases:
  restore: [{ id: put-back, run: 'until [ -e \${{ params.dir }}.go ]; do sleep 0.02; done' }]
rehearsal:
  environment: staging
  parameters: { dir: staging }
${there}`;

const toTrial = `  communication:
    audiences:
      testers: { name: The testers, channel: { uses: slack, with: { url: '\${{ secrets.trial }}' } }, every: 1s }
`;

const audiences = (channel: string): string => `audiences: { testers: { channel: { ${channel} } } }`;

const rehearse = ['rehearse', '.', '--yes'];

test('who is named for the rehearsal hears, marked; the real audience does not; the evidence counts what was sent', async () => {
  const [real, trial] = [await slack(), await slack()];
  const site = new Site(playbook(toTrial));
  site.env = { CHAT: real.webhook, TRIAL: trial.webhook };
  const engine = site.start(rehearse);
  await until('two updates', () => trial.messages.length >= 2);
  site.write('staging.go', '');
  const { code, stderr } = await engine.ended;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(real.messages).toEqual([]);
  for (const { title, texts } of trial.messages) {
    expect(title).toMatch(/^\[REHEARSAL in staging\] /);
    expect(texts.join('\n')).toContain('Ruth Keller');
  }
  const [run = ''] = site.runs;
  const { stdout } = await site.call(['status', run, '--json']);
  const sent = trial.messages.length;
  expect(JSON.parse(stdout).updates).toMatchObject([{ id: 'update-testers', sent }]);
  const evidence = /Evidence (\S+)/.exec(stderr)?.[1] ?? '';
  const { predicate } = JSON.parse(readFileSync(evidence, 'utf8'));
  expect(predicate.updates).toEqual([{ audience: 'The testers', sent, byFallback: 0, missed: 0 }]);
});

test('without audiences for the rehearsal nobody hears an update', async () => {
  const real = await slack();
  const site = new Site(playbook(''));
  site.env = { CHAT: real.webhook, TRIAL: 'not-used-here' };
  const engine = site.start(rehearse);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  site.write('staging.go', '');
  expect((await engine.ended).code).toBe(0);
  expect(real.messages).toEqual([]);
});

test('an audience of a rehearsal that is one of production is refused', async () => {
  const real = await slack();
  const site = new Site(playbook(toTrial.replace('secrets.trial', 'secrets.chat')));
  site.env = { CHAT: real.webhook, TRIAL: 'not-used-here' };
  const { code, stderr } = await site.call(rehearse);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('step update-testers would be rehearsed on the recipient'),
  ]);
  expect(stderr).toContain('Name the one of staging in rehearsal.communication.');
  expect(stderr).not.toContain(real.webhook);
  expect(site.runs).toEqual([]);
});

test.each([
  ['speaker: nobody', 'there is no role "nobody"', 18],
  ['audiences: {}', 'names no audience', 17],
  [audiences("uses: slack, with: { url: '${{ params.drr }}' }"), 'no parameter', 18],
  [audiences('uses: slak, with: {}'), 'slak', 18],
])('%s is refused where it stands, by lint too', async (written, said, line) => {
  const site = new Site(playbook(`  communication:\n    ${written}\n`));
  site.env = { CHAT: 'https://example.com', TRIAL: 'https://example.com' };
  for (const call of [rehearse, ['lint', '.']]) {
    const { code, stdout, stderr } = await site.call(call);
    expect([code, stdout + stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(stdout + stderr).toContain(`playbook.yaml:${line}:`);
  }
  expect(site.runs).toEqual([]);
});
