/** `backout init` as its user calls it: on a terminal it asks, off it it takes a template. */
import { existsSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { processesOf } from '../rig/leftovers.ts';
import { Site } from '../rig/site.ts';
import { onTerminal } from '../rig/terminal.ts';

jest.setTimeout(120_000);

/** Question and answer in turn. */
const dialogue: readonly (readonly [string, string])[] = [
  ['Name of the playbook [my-service]: ', 'shop'],
  ['System that is backed out [shop]: ', ''],
  ['Number of the change [FILL IN]: ', 'CHG0042'],
  ['Risk of the change (low, medium, high) [high]: ', 'medium'],
  ['What is put back (files, release, postgres, kubernetes, command) [files]: ', 'postgres'],
  ['How users are kept out (nginx, systemd, postgres, kubernetes, command, hand) [nginx]: ', 'systemd'],
  ['Where the Service Desk hears (email, slack, phone) [email]: ', ''],
  ['Mail address of the Service Desk [given for each run]: ', 'desk@example.com'],
  ['Mail address of the duty manager, who hears when the backout itself fails [given for each run]: ', ''],
  ['Change manager (who speaks and decides): name [FILL IN]: ', 'Ruth Keller'],
  ['Change manager: how to reach them at night [FILL IN: telephone]: ', '+41 44 000 00 00'],
  ['Change manager: deputy [', 'Marc Weiss'],
  ['Operations (who carries the steps out): name [FILL IN]: ', 'Ana Duarte'],
  ['Operations: how to reach them at night [FILL IN: telephone]: ', '+41 44 000 00 01'],
  ['Operations: deputy [', 'Jon Berg'],
];

test('on a terminal it asks, and what was answered stands in the playbook', async () => {
  const site = new Site();
  const terminal = onTerminal(site, ['init']);
  for (const [question, answer] of dialogue) {
    await terminal.shows(question);
    terminal.type(`${answer}\r`);
  }
  expect(await terminal.ended).toBe(0);
  const text = site.read('playbook.yaml');
  expect(text).toContain('name: shop\nsystem: shop\n');
  expect(text).toContain('change: { id: CHG0042, risk: medium }');
  expect(text).toContain('serviceDesk: { type: string, default: "desk@example.com"');
  expect(text).toContain('dutyManager: { type: string, required: true');
  expect(text).toContain('uses: systemd/unit');
  expect(text).toContain('uses: postgres/restore');
  expect(text).not.toContain('FILL IN"');
  expect(await site.call(['lint', 'playbook.yaml'])).toMatchObject({ code: 0 });
});

test('an answer that will not do is asked again', async () => {
  const terminal = onTerminal(new Site(), ['init']);
  await terminal.shows('Name of the playbook');
  terminal.type('${{ secrets.x }}\r');
  await terminal.shows('Plain text, please');
  for (const answer of ['shop', '', '']) terminal.type(`${answer}\r`);
  await terminal.shows('Risk of the change');
  terminal.type('huge\r');
  await terminal.shows('One of: low, medium, high');
  terminal.type('\x03');
  expect(await terminal.ended).toBe(4);
});

test.each([
  ['Ctrl-C', '\x03'],
  ['Ctrl-D', '\x04'],
])('%s writes nothing', async (_, key) => {
  const site = new Site();
  const terminal = onTerminal(site, ['init', 'plan.yaml']);
  await terminal.shows('Name of the playbook');
  terminal.type('shop\r');
  await terminal.shows('System that is backed out');
  terminal.type(key);
  await terminal.shows('Nothing was written.');
  expect(await terminal.ended).toBe(4);
  expect(existsSync(site.path('plan.yaml'))).toBe(false);
});

test('a file that is there is not asked about, and not overwritten', async () => {
  const site = new Site('name: mine');
  const terminal = onTerminal(site, ['init']);
  await terminal.shows('playbook.yaml is there already');
  expect(await terminal.ended).toBe(2);
  expect(site.read('playbook.yaml')).toBe('name: mine');
  expect(await site.call(['init', '--force'])).toMatchObject({ code: 0 });
  expect(site.read('playbook.yaml')).toContain('name: my-service');
});

test('with --template or --yes nothing is asked', async () => {
  const site = new Site();
  for (const args of [
    ['a.yaml', '--template', 'kubernetes'],
    ['b.yaml', '--yes'],
  ]) {
    const terminal = onTerminal(site, ['init', ...args]);
    expect(await terminal.ended).toBe(0);
  }
  expect(site.read('a.yaml')).toContain('uses: kubernetes/rollout-undo');
  expect(site.read('b.yaml')).toContain('uses: files/restore');
});

test('commands to paste have the name quoted as a shell wants it', async () => {
  const site = new Site();
  const name = "sp ace'$(x).yaml";
  const { stderr } = await site.call(['init', name, '--yes']);
  const quoted = `'sp ace'\\''$(x).yaml'`;
  expect(stderr).toContain(`backout lint ${quoted}\n`);
  expect(site.read(name)).toContain(`#   backout plan ${quoted}  `);
  expect(await site.call(['init', 'a\nb.yaml', '--yes'])).toMatchObject({ code: 2 });
});

test('a template that is not known is refused before anything is written', async () => {
  const site = new Site();
  const { code, stderr } = await site.call(['init', '--template', 'mainframe']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('It is one of: itil, release, database, kubernetes')]);
  expect(site.read('playbook.yaml')).toBe('');
});

test.each([
  ['', 'the name of the file is empty'],
  ['.', '. is a folder'],
  ['plans/', 'plans/ is a folder'],
  ['nowhere/plan.yaml', 'nowhere/plan.yaml cannot be written: nowhere is no folder'],
  ['playbook.yaml/plan.yaml', 'playbook.yaml/plan.yaml cannot be written: playbook.yaml is no folder'],
])('the name %p is refused, with --force too', async (name, why) => {
  const site = new Site('name: mine');
  site.write('plans/one.yaml', '');
  for (const more of [[], ['--force']]) {
    const { code, stderr } = await site.call(['init', name, '--yes', ...more]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`backout: ${why}\n`)]);
    expect(stderr).not.toContain('--force');
  }
  expect(site.read('playbook.yaml')).toBe('name: mine');
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s leaves it, and nothing is written', async (signal) => {
  const site = new Site();
  const terminal = onTerminal(site, ['init', 'plan.yaml']);
  await terminal.shows('Name of the playbook');
  const [asking] = processesOf([site.folder]).filter((line) => line.endsWith(' init plan.yaml'));
  process.kill(Number(asking?.split(' ')[0]), signal);
  await terminal.shows('Nothing was written.');
  expect(await terminal.ended).toBe(4);
  expect(existsSync(site.path('plan.yaml'))).toBe(false);
});
