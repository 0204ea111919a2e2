/** `backout deadline` as a change manager and as a pipeline call it. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';
import { onTerminal } from '../rig/terminal.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(60_000);

const minute = 60_000;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const playbook = (windowEnds: string | null, step = "{ id: db, run: 'true', timeout: 10m }") => `
name: shop
change: { id: CHG/0042${windowEnds === null ? '' : `, windowEnds: ${windowEnds}`} }
parameters: { release: { type: string, required: true } }
phases:
  restore:
    - ${step}
`;
const decided = (site: Site): string => join(site.home, 'changes', 'CHG%2F0042', 'decisions.ndjson');
const word = ['--reason', 'the CAB agreed', '--by', 'Ruth Keller'];

describe('deadline', () => {
  test('exits 0 before the moment and 1 after it; what was never measured counts with its timeout', async () => {
    const site = new Site(playbook(inMs(60 * minute)));
    const before = await site.call(['deadline', 'playbook.yaml']);
    expect(before.code).toBe(0);
    expect(before.stdout).toMatch(/^Begin the backout of shop within 44 min/);
    expect(before.stdout).toContain('10 min 00 s: by all timeouts, as nothing was ever measured');
    const after = await site.call(['deadline', 'playbook.yaml', '--margin', '50m', '--json']);
    expect(after.code).toBe(1);
    expect(JSON.parse(after.stdout)).toMatchObject({
      passed: true,
      marginMs: 50 * minute,
      needs: { basis: 'timeouts' },
    });
    expect((await site.call(['deadline', 'playbook.yaml', '--margin', '50m'])).stdout).toContain('TOO LATE');
  });

  test('rests on what runs took, and so comes later', async () => {
    const site = new Site(playbook(inMs(60 * minute)));
    for (let n = 0; n < 3; n += 1) await site.call(['run', 'playbook.yaml', '--yes', '--param', 'release=1']);
    const { stdout } = await site.call(['deadline', 'playbook.yaml', '--json']);
    const { needs, leftMs } = JSON.parse(stdout);
    expect(needs).toMatchObject({ basis: 'measured', samples: 3, path: ['db'] });
    expect(leftMs).toBeGreaterThan(54 * minute);
  });

  test.each([
    ['no end of the window', playbook(null), [], 'does not say when the change window ends'],
    [
      'a step that nobody can say the time of',
      playbook(inMs(minute), "{ id: db, run: 'true' }"),
      [],
      'db was never measured and has no timeout',
    ],
    ['a time without its zone', playbook(null), ['--window-ends', '2026-11-22T04:00:00'], 'is no time with a zone'],
    ['a day that there is not', playbook(null), ['--window-ends', '2026-02-30T04:00:00Z'], '2026-02 has only 28 days'],
    ['a margin that is none', playbook(inMs(minute)), ['--margin', 'soon'], '--margin soon is no duration'],
    [
      'a decision that is none',
      playbook(inMs(minute)),
      ['--decide', 'wait', ...word],
      'is none of back-out, go-on, extend',
    ],
    ['a decision without a reason', playbook(inMs(minute)), ['--decide', 'go-on'], '--decide needs --reason'],
    [
      'an extension into the past',
      playbook(inMs(minute)),
      ['--decide', 'extend', '--until', '2020-01-01T00:00:00Z', ...word],
      'has passed already',
    ],
    [
      'an extension to before the end',
      playbook(inMs(60 * minute)),
      ['--decide', 'extend', '--until', inMs(30 * minute), ...word],
      'extends nothing: the window ends at',
    ],
    ['an extension without its end', playbook(inMs(minute)), ['--decide', 'extend', ...word], 'needs --until'],
    [
      'an end without an extension',
      playbook(inMs(minute)),
      ['--until', inMs(minute)],
      '--until goes with --decide extend',
    ],
  ])('refuses %s', async (_, text, more, message) => {
    const site = new Site(text);
    const { code, stdout, stderr } = await site.call(['deadline', 'playbook.yaml', ...more]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('shows the reader his own zone beside UTC', async () => {
    const site = new Site(playbook('2035-07-01T04:00:00+05:30'));
    const { stdout } = await site.call(['deadline', 'playbook.yaml'], { env: { TZ: 'Europe/Zurich' } });
    expect(stdout).toContain('Window ends  2035-07-01 00:30:00 +02:00 Europe/Zurich, 2035-06-30 22:30:00 UTC');
  });
});

describe('a decision', () => {
  test('to extend moves the deadline, and stands with who and why', async () => {
    const site = new Site(playbook(inMs(-minute)));
    expect((await site.call(['deadline', 'playbook.yaml'])).code).toBe(1);
    const end = inMs(120 * minute);
    const said = await site.call(['deadline', 'playbook.yaml', '--decide', 'extend', '--until', end, ...word]);
    expect(said.code).toBe(0);
    const { code, stdout } = await site.call(['deadline', 'playbook.yaml']);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/\(extended\).*\(says: Ruth Keller\).*Reason: the CAB agreed/);
  });

  test('of several people at once is kept, all of them, in one chain', async () => {
    const site = new Site(playbook(inMs(60 * minute)));
    const calls = Array.from({ length: 6 }, (_, n) =>
      site.call(['deadline', 'playbook.yaml', '--decide', 'go-on', '--reason', `reason ${n}`]),
    );
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    const { stdout } = await site.call(['deadline', 'playbook.yaml', '--json']);
    const reasons = JSON.parse(stdout).decisions.map(({ reason }: { readonly reason: string }) => reason);
    expect(reasons.sort()).toEqual(Array.from({ length: 6 }, (_, n) => `reason ${n}`));
  });

  test('that was edited is damage, exit 7; half a line of a crash is not', async () => {
    const site = new Site(playbook(inMs(60 * minute)));
    await site.call(['deadline', 'playbook.yaml', '--decide', 'go-on', ...word]);
    appendFileSync(decided(site), '{"event":{"at"');
    expect((await site.call(['deadline', 'playbook.yaml', '--decide', 'go-on', ...word])).code).toBe(0);
    expect(JSON.parse((await site.call(['deadline', 'playbook.yaml', '--json'])).stdout).decisions).toHaveLength(2);
    writeFileSync(decided(site), readFileSync(decided(site), 'utf8').replace('the CAB agreed', 'nobody agreed'));
    const { code, stderr } = await site.call(['deadline', 'playbook.yaml']);
    expect(code).toBe(7);
    expect(stderr).toContain('are damaged in line 1');
  });
});

describe('--watch', () => {
  const watch = ['deadline', 'playbook.yaml', '--watch', '--margin', '0s'];

  test('off a terminal ends with the moment, exit 1', async () => {
    const site = new Site(playbook(inMs(10 * minute + 4_000)));
    const { code, stdout } = await site.call(watch);
    expect(code).toBe(1);
    expect(stdout).toContain('Too late to begin the backout of shop');
  });

  test('on a terminal rewrites its line', async () => {
    const site = new Site(playbook(inMs(10 * minute + 5_000)));
    const terminal = onTerminal(site, watch);
    await terminal.shows('left to begin the backout of shop.\r\x1b[K');
    expect(await terminal.ended).toBe(1);
  });

  test('ends at once where it was decided before it began', async () => {
    const site = new Site(playbook(inMs(60 * minute)));
    await site.call(['deadline', 'playbook.yaml', '--decide', 'back-out', ...word]);
    const { code, stdout } = await site.call(watch);
    expect(code).toBe(0);
    expect(stdout).toContain('It is decided already');
  });

  test('hears an extension, and ends when it is decided to go on', async () => {
    const site = new Site(playbook(inMs(30 * minute)));
    const watching = site.start(watch);
    await until('the first look', () => watching.stdout.includes('Margin'));
    const say = (...words: readonly string[]) =>
      site.call(['deadline', 'playbook.yaml', '--decide', ...words, ...word]);
    await say('extend', '--until', inMs(300 * minute));
    await say('go-on');
    const { code, stdout } = await watching.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('to go on without backing out');
  });
});
