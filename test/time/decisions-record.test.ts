/** The record of the decisions about a window: what was cut off it is damage, what a crash left of it is not. */
import { appendFileSync, cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = `
name: shop
change: { id: CHG1, windowEnds: 2999-11-22T04:00:00Z }
phases:
  restore:
    - { id: db, run: 'true', timeout: 10m }
`;
const file = (site: Site): string => join(site.home, 'changes', 'CHG1', 'decisions.ndjson');
const head = (site: Site): string => join(site.home, 'changes', 'CHG1', 'decisions-head');
const deadline = (site: Site, ...more: readonly string[]) => site.call(['deadline', 'playbook.yaml', ...more]);
const decide = (site: Site, reason: string) => deadline(site, '--decide', 'go-on', '--reason', reason);

async function decidedTwice(): Promise<Site> {
  const site = new Site(playbook);
  await decide(site, 'first');
  await decide(site, 'second');
  return site;
}

async function reasons(site: Site): Promise<readonly string[]> {
  const { stdout } = await deadline(site, '--json');
  return JSON.parse(stdout).decisions.map(({ reason }: { readonly reason: string }) => reason);
}

test.each([1, 40, 'line'] as const)('cut by %p it is damage, to whoever looks or decides', async (cut) => {
  const site = await decidedTwice();
  const text = readFileSync(file(site), 'utf8');
  truncateSync(file(site), cut === 'line' ? text.indexOf('\n') + 1 : text.length - cut);
  const why = 'are damaged in line 2: its end was cut off: 2 entries were written, 1 is left';
  for (const call of [() => deadline(site), () => decide(site, 'third'), () => site.call(['doc', 'playbook.yaml'])]) {
    expect(await call()).toMatchObject({ code: 7, stderr: expect.stringContaining(why) });
  }
  const run = await site.call(['run', 'playbook.yaml', '--yes']);
  expect([run.code, run.stderr.replaceAll(/\s+/g, ' ')]).toEqual([0, expect.stringContaining('its end was cut off')]);
  expect(site.events('run.began')[0]?.notes?.join()).toContain('its end was cut off');
});

test('removed while its head is there it is damage, and so is a head that is none', async () => {
  const site = await decidedTwice();
  const text = readFileSync(file(site), 'utf8');
  rmSync(file(site));
  expect(await deadline(site)).toMatchObject({ code: 7, stderr: expect.stringContaining('nothing is left') });
  writeFileSync(file(site), text);
  writeFileSync(head(site), 'no head\n');
  expect(await deadline(site)).toMatchObject({ code: 7, stderr: expect.stringContaining('the head of the decisions') });
});

test('half a line behind the head is dropped, and said', async () => {
  const site = await decidedTwice();
  appendFileSync(file(site), '{"event":{"at":17');
  expect(await deadline(site)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('A crash cut the last decision about the window short'),
  });
  expect(await reasons(site)).toEqual(['first', 'second']);
  expect(await decide(site, 'third')).toMatchObject({ code: 0, stderr: expect.stringContaining('A crash cut') });
  expect(await reasons(site)).toEqual(['first', 'second', 'third']);
  expect((await deadline(site)).stderr).toBe('');
});

test('of a release before it had a head it is read, and gets one with the next decision', async () => {
  const site = await decidedTwice();
  rmSync(head(site));
  expect(await reasons(site)).toEqual(['first', 'second']);
  await decide(site, 'third');
  truncateSync(file(site), readFileSync(file(site), 'utf8').length - 1);
  expect((await deadline(site)).code).toBe(7);
});

test('a decision written by a call that died before the head was counts', async () => {
  const site = await decidedTwice();
  const before = readFileSync(head(site), 'utf8');
  await decide(site, 'third');
  writeFileSync(head(site), before);
  expect(await reasons(site)).toEqual(['first', 'second', 'third']);
});

test('that values stand in is said where the time that is told may rest on them, and only there', async () => {
  const site = new Site(`${playbook}parameters: { release: { required: true } }\n`);
  const said = 'Not given, so values that suit stand in: release.';
  expect((await deadline(site)).stderr).toContain(said);
  expect((await decide(site, 'it works')).stderr).toBe('');
  expect((await deadline(site, '--margin', 'soon')).stderr).not.toContain(said);
  expect((await deadline(site, '--window-ends', 'soon')).stderr).not.toContain(said);
});

test('those of another change, copied here, are damage', async () => {
  const site = await decidedTwice();
  cpSync(join(site.home, 'changes', 'CHG1'), join(site.home, 'changes', 'CHG2'), { recursive: true });
  site.write('playbook.yaml', playbook.replace('CHG1', 'CHG2'));
  const why = 'are damaged in line 1: it is a decision about CHG1';
  expect(await deadline(site)).toMatchObject({ code: 7, stderr: expect.stringContaining(why) });
});
