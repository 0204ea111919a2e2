/**
 * P4 when the machine itself went down: what was not synced is gone, and the boot is another one. What ran may then
 * be unknown; it is never silently done again.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { RunEvent } from '../../src/engine/protocol.ts';
import { origin, sealAll } from '../../src/journal/chain.ts';
import { kill } from '../rig/leftovers.ts';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(60_000);

const playbook = (more = '') => `
name: shop
phases:
  restore:
    - { id: before, run: 'echo done >> before' }
    - { id: doubtful, run: 'echo done >> doubtful; until [ -e go ]; do sleep 0.01; done'${more} }
    - { id: after, run: 'echo done >> after' }
`;

/** A run whose machine lost its power while the step was under way: the engine and the step are gone. */
async function crashed(more = ''): Promise<Site> {
  const site = new Site(playbook(more));
  const engine = site.start(['run', 'playbook.yaml', '--yes']);
  await until('the effect', () => site.read('doubtful') !== '');
  engine.signal('SIGKILL');
  await engine.ended;
  for (const line of site.alive) kill(line);
  await until('all are gone', () => site.alive.length === 0);
  site.write('go', '');
  return site;
}

/** The journal as another boot wrote it; it was synced, so none of it is lost. */
function underAnotherBoot(site: Site): void {
  const events = site.entries.map(({ event }) =>
    'boot' in event ? { ...event, boot: '00000000-0000-4000-8000-000000000000' } : event,
  );
  const lines = sealAll(events as readonly RunEvent[], origin, undefined).map(({ line }) => line);
  writeFileSync(site.runPath('journal.ndjson'), lines.join(''));
}

function lose(site: Site, ...names: readonly string[]): void {
  const folder = site.runPath('attempts', 'doubtful', '1');
  for (const name of readdirSync(folder)) if (names.includes(name)) rmSync(join(folder, name));
}

const doubt = { exitCode: null, status: 'waiting' };

describe.each([
  ['with its claim', [], false],
  ['with its claim, under another boot', [], true],
  ['without claim and output, under another boot', ['claim', 'status', 'stdout', 'stderr'], true],
] as const)('a step that began and left no status, %s', (_, lost, otherBoot) => {
  let site: Site;
  const crash = async (more: string): Promise<void> => {
    site = await crashed(more);
    lose(site, ...lost);
    if (otherBoot) underAnotherBoot(site);
  };

  test('is asked about, and goes on as people say', async () => {
    await crash('');
    expect((await site.call(['resume'])).code).toBe(3);
    expect(await site.status()).toMatchObject(doubt);
    expect([site.read('doubtful'), site.read('after')]).toEqual(['done\n', '']);
    expect((await site.call(['confirm', site.runs[0] ?? '', 'doubtful'])).code).toBe(0);
    expect([site.read('doubtful'), site.read('after')]).toEqual(['done\n', 'done\n']);
  });

  test('is done again where its playbook says so', async () => {
    await crash(', onUnknown: rerun');
    expect((await site.call(['resume'])).code).toBe(0);
    expect(site.events('step.unknown')).toHaveLength(1);
    expect([site.read('before'), site.read('doubtful')]).toEqual(['done\n', 'done\ndone\n']);
  });

  test.each([
    ['in place: it is not done again', 'test -e doubtful', 'done\n'],
    ['not in place: it is done again', 'test $(wc -l < doubtful) -ge 2', 'done\ndone\n'],
  ])('is probed, and the effect is %s', async (_name, verify, effect) => {
    await crash(`, onUnknown: probe, verify: { run: '${verify}' }`);
    expect((await site.call(['resume'])).code).toBe(0);
    expect(site.events('step.probed')).toHaveLength(1);
    expect(site.read('doubtful')).toBe(effect);
  });
});

describe('within one boot', () => {
  let site: Site;
  beforeEach(async () => {
    site = await crashed();
  });

  test('a step that nobody claimed never began: it is done', async () => {
    rmSync(site.runPath('attempts', 'doubtful', '1'), { recursive: true });
    rmSync(site.path('doubtful'));
    expect((await site.call(['resume'])).code).toBe(0);
    expect(site.read('doubtful')).toBe('done\n');
    expect(site.events('step.started').filter(({ step }) => step === 'doubtful')).toHaveLength(1);
  });

  test('a torn last line is dropped, and said', async () => {
    rmSync(site.runPath('attempts', 'doubtful', '1'), { recursive: true });
    writeFileSync(site.runPath('journal.ndjson'), '{"v":1,"seq":', { flag: 'a' });
    expect((await site.call(['resume'])).code).toBe(0);
    expect(site.events('engine.attached')[0]?.notes.join()).toMatch(/last line short: 13 bytes/);
    expect(await site.call(['audit', 'verify', site.runs[0] ?? ''])).toMatchObject({ code: 0 });
  });
});

test('a command whose supervisor died is followed to its end, which nobody knows: people are asked', async () => {
  const site = new Site(playbook());
  const engine = site.start(['run', 'playbook.yaml', '--yes']);
  await until('the effect', () => site.read('doubtful') !== '');
  engine.signal('SIGKILL');
  await engine.ended;
  for (const line of site.alive) if (line.includes('backout-step')) kill(line);
  const resumed = site.start(['resume']);
  await site.recorded('engine.attached');
  expect(site.events('step.unknown')).toEqual([]);
  site.write('go', '');
  expect((await resumed.ended).code).toBe(3);
  expect(await site.status()).toMatchObject({ status: 'waiting' });
  expect(site.read('doubtful')).toBe('done\n');
});
