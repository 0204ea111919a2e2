/** One reading of instants for all: a day that does not exist is told, and never runs over into the next month. */
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant } from '../../src/kernel/instant.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

describe('an instant', () => {
  test.each([
    ['2026-11-22T04:00:00Z', '2026-11-22T04:00:00.000Z'],
    ['2026-11-22t04:00:00z', '2026-11-22T04:00:00.000Z'],
    ['2026-11-22T05:00+01:00', '2026-11-22T04:00:00.000Z'],
    ['2024-02-29T00:00:00.123456789-00:00', '2024-02-29T00:00:00.123Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, meant) => {
    const parsed = parseInstant(text);
    expect(parsed.ok && new Date(parsed.value).toISOString()).toBe(meant);
  });

  test.each([
    ['2026-11-22T04:00:00', 'it is no time with a zone'],
    ['2026-11-22 04:00:00Z', 'it is no time with a zone'],
    ['2026-11-22T04:00:00Z\n', 'it is no time with a zone'],
    ['2026-11-31T05:00:00Z', '2026-11 has only 30 days'],
    ['2026-02-30T00:00:00Z', '2026-02 has only 28 days'],
    ['2100-02-29T00:00:00Z', '2100-02 has only 28 days'],
    ['2026-11-00T00:00:00Z', 'days are counted from 01'],
    ['2026-13-01T00:00:00Z', 'there is no month 13'],
    ['2026-11-22T24:00:00Z', 'a day goes from 00:00:00 to 23:59:59'],
    ['2026-11-22T04:00:00+25:00', 'no zone is that far from UTC'],
  ])('%s is none: %s', (text, reason) => {
    const parsed = parseInstant(text);
    expect(parsed.ok ? parsed.value : parsed.error.reason).toBe(reason);
  });

  test('of any day and time there is what it says', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }), (date) => {
        expect(parseInstant(date.toISOString())).toEqual({ ok: true, value: date.getTime() });
      }),
    );
  });
});

const playbook = (windowEnds: string): string => `
name: shop
change: { id: CHG1, windowEnds: '${windowEnds}' }
phases:
  restore:
    - { id: db, run: 'true', timeout: 1m }
`;

describe('the end of the window', () => {
  test.each([['lint'], ['plan'], ['run', '--yes'], ['doc'], ['deadline']])(
    'on a day that does not exist is told by %s, with its place and what to do',
    async (command, ...flags) => {
      const site = new Site(playbook('2026-11-31T05:00:00Z'));
      const { code, stdout, stderr } = await site.call([command, 'playbook.yaml', ...flags]);
      const said = `${stdout}${stderr}`;
      expect(said).toContain(
        'playbook.yaml:3:33: error: change.windowEnds is "2026-11-31T05:00:00Z": 2026-11 has only 30 days',
      );
      expect(said).toContain('Write the time that is meant.');
      expect(code).toBe(2);
    },
  );

  test('of a change.yaml is told in its place', async () => {
    const change =
      "kind: Change\nid: CHG1\nwindowEnds: 2026-02-30T00:00:00Z\nsteps:\n  - { id: a, run: 'true', backout: [] }\n";
    const site = new Site();
    site.write('change.yaml', change);
    const { code, stdout, stderr } = await site.call(['lint', 'change.yaml']);
    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain('change.yaml:3:13: error: change.windowEnds is "2026-02-30T00:00:00Z"');
  });

  test('may be written in small letters', async () => {
    const site = new Site(playbook('2999-11-30t05:00:00z'));
    expect(await site.call(['deadline', 'playbook.yaml', '--json'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"windowEnds": "2999-11-30T05:00:00.000Z"'),
    });
    expect(await site.call(['run', 'playbook.yaml', '--yes'])).toMatchObject({ code: 0 });
  });
});
