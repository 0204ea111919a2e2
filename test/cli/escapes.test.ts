/** No name or text of a file, an argument or a program moves the cursor of whoever reads about it. */
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';
import { onTerminal } from '../rig/terminal.ts';

jest.setTimeout(120_000);

const hostile = '\x1b[31mX\x1b]0;t\x07';
const control = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const fault = String.raw`
name: e
phases:
  restore:
    - { id: "a b\e[31mX", run: "true" }
    - { id: b, uses: "no\e[31mX", "key\e[31mX": 1 }
`;
const sound = String.raw`
name: e
system: "shop\e[31mX"
phases: { restore: [{ id: one, name: "n\e[31mX", run: "printf 'a\\033[31mb\\033]0;t\\007c'" }] }
`;
const change = String.raw`
kind: Change
id: CHG1
system: shop
steps:
  - { id: one, name: "n\e[31mX", run: "true", backout: [{ run: "true" }] }
  - { id: two, run: "true", irreversible: "be\e[31mcause\rphases: x" }
`;

function siteOf(): Site {
  const site = new Site(sound);
  site.write('fault.yaml', fault);
  site.write('change.yaml', change);
  site.write('frame.yaml', change.replace('id: CHG1', String.raw`id: "C\e[31m"${'\n'}frame: "./no\e[31mX.yaml"`));
  return site;
}

describe('off a terminal too', () => {
  test.each([
    [['lint', 'fault.yaml'], 2, 'id of step a b\\x1b[31mX'],
    [['lint', '--explain', 'fault.yaml'], 2, 'id of step a b\\x1b[31mX'],
    [['lint', '--format', 'github', 'fault.yaml'], 2, 'id of step a b\\x1b[31mX'],
    [['plan', 'fault.yaml'], 2, 'no adapter "no\\x1b[31mX"'],
    [['whatif', 'fault.yaml'], 2, 'no adapter "no\\x1b[31mX"'],
    [['lint', 'frame.yaml'], 2, 'no\\x1b[31mX.yaml'],
    [['derive', 'change.yaml', '--irreversible', 'ask'], 0, 'be\\x1b[31mcause'],
    [[hostile], 2, '"\\x1b[31mX\\x1b]0;t\\x07"'],
    [['run', `--${hostile}`], 2, '--\\x1b[31mX'],
    [['status', hostile], 2, '\\x1b[31mX'],
    [['lint', `${hostile}.yaml`], 2, '\\x1b[31mX'],
    [['adapters', hostile], 2, '\\x1b[31mX'],
    [['schema', hostile], 2, '\\x1b[31mX'],
    [['plan', 'playbook.yaml', '--param', `${hostile}=1`], 2, '\\x1b[31mX'],
    [['derive', 'change.yaml', '--irreversible', 'ask', '-o', `${hostile}.yaml`], 0, '\\x1b[31mX'],
    [['change', 'record', 'CHG1', hostile, 'done'], 2, '\\x1b[31mX'],
  ])('%j', async (call, expected, words) => {
    const { code, stdout, stderr } = await siteOf().call(call);
    expect([code, stdout + stderr]).toEqual([expected, expect.stringContaining(words)]);
    expect(stdout + stderr).not.toMatch(control);
  });

  test('no message gives a terminal more than colours, also where a command shows a name as it is', async () => {
    const { code, stderr } = await siteOf().call(['doc', 'playbook.yaml', '-o', `${hostile}.md`]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('\\x1b]0;t\\x07')]);
  });

  test('the list of runs shows the name of a system', async () => {
    const site = siteOf();
    await site.call(['run', 'playbook.yaml', '--yes']);
    expect((await site.call(['runs'])).stdout).toContain('shop\\x1b[31mX  succeeded');
  });

  test('a comment of a derived playbook ends where its line ends', async () => {
    const { stdout } = await siteOf().call(['derive', 'change.yaml', '--irreversible', 'ask']);
    expect(stdout).toMatch(/^ *# .*be\\x1b\[31mcause phases: x/m);
  });
});

test('the mark under a line stands where the fault is, whatever stands before it', async () => {
  const site = new Site('name: e\nphases:\n  restore:\n    - { name: "\u202e", id: "A", run: "true" }\n');
  const { stdout } = await site.call(['lint', 'playbook.yaml']);
  const [line = '', mark = ''] = stdout.split('\n').slice(1);
  expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('"A"');
});

describe('logs', () => {
  test('on a terminal colours are kept and closed, and all else is shown', async () => {
    const site = siteOf();
    await site.call(['run', 'playbook.yaml', '--yes']);
    const terminal = onTerminal(site, ['logs', site.runs[0] ?? '']);
    await terminal.shows('a\x1b[31mb\\x1b]0;t\\x07c\x1b[0m');
    expect(await terminal.ended).toBe(0);
  });

  test('off a terminal they are the bytes that were printed', async () => {
    const site = siteOf();
    await site.call(['run', 'playbook.yaml', '--yes']);
    expect((await site.call(['logs', site.runs[0] ?? ''])).stdout).toBe('a\x1b[31mb\x1b]0;t\x07c');
  });
});
