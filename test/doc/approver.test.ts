/** What whoever approves a change reads in its document: an extended window, what undoes a step, the words of messages. */
import { expect, jest, test } from '@jest/globals';
import { adapter as email } from '../../adapters/email/index.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = `
name: motd
change: { id: CHG7, windowEnds: 2999-11-22T05:00:00Z }
phases:
  notify:
    - id: tell
      uses: email
      with:
        from: backout@example.com
        to: desk@example.com
        subject: The backout has begun
        text: |
          Users are kept out from now on.
          Call +41 44 000 00 00 with questions.
  restore: [{ id: copy, timeout: 1m, run: cp old motd }]
`;
const change = `
kind: Change
id: CHG7
system: motd
steps:
  - { id: one, run: cp new motd, backout: [{ run: cp old motd }, { id: tidy, run: 'rm -f motd.new' }] }
  - { id: two, run: ./two, backout: [{ manual: "Ask the vendor\\nand wait" }, { uses: command, with: { argv: [a] } }] }
  - { id: three, run: ./three, backout: [{ script: ./${'long'.repeat(30)}.mjs }] }
`;
const doc = async (site: Site, ...more: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await site.call(['doc', 'playbook.yaml', ...more]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};

test('a window that was extended: both ends, who and why; without it, the planned end alone', async () => {
  const site = new Site(playbook);
  expect(await doc(site)).not.toContain('xtended');
  const extend = ['--decide', 'extend', '--until', '2999-11-22T06:30:00Z', '--reason', 'CAB agreed', '--by', 'Ruth'];
  expect(await site.call(['deadline', 'playbook.yaml', ...extend])).toMatchObject({ code: 0 });
  const text = await doc(site);
  expect(text).toMatch(/Change window ends \| 2999-11-22 06:30 UTC: extended/);
  expect(text).toMatch(/As planned it ended 2999-11-22 05:00 UTC. Extended by .*Ruth\) on .* UTC. Reason: CAB agreed/);
  expect(text).toContain('The window as extended ends 2999-11-22 06:30 UTC');
  expect(JSON.parse(await doc(site, '--json'))).toMatchObject({
    change: { windowEnds: '2999-11-22T05:00:00Z' },
    extension: { planned: '2999-11-22T05:00:00.000Z', until: '2999-11-22T06:30:00.000Z', reason: 'CAB agreed' },
  });
});

test('undo steps without a name are told by their id, else by what they do', async () => {
  const site = new Site(playbook);
  site.write('change.yaml', change);
  site.write(`${'long'.repeat(30)}.mjs`, '');
  const { implementation } = JSON.parse(await doc(site, '--json'));
  expect(implementation.steps.map(({ back }: { readonly back: string }) => back)).toEqual([
    'Undone by: cp old motd; tidy',
    'Undone by: Ask the vendor …; command',
    `Undone by: ./${'long'.repeat(19)}lo …`,
  ]);
});

test('the text of an e-mail stands in the document and in the plan', async () => {
  const site = new Site(playbook);
  const words = [
    'subject: The backout has begun',
    'text: Users are kept out from now on.',
    'Call +41 44 000 00 00 with questions.',
  ];
  for (const shown of [await doc(site), (await site.call(['plan', 'playbook.yaml'])).stdout]) {
    for (const each of words) expect(shown).toContain(each);
  }
});

test.each([
  ['', []],
  ['one\ntwo\n', ['text: one', '  two']],
  [Array.from({ length: 23 }, (_, n) => n).join('\n'), [...Array(20).fill(expect.any(String)), '  … (3 more lines)']],
  ['x'.repeat(2_000), [expect.stringMatching(/^text: x{960} … \(1040 characters cut\)$/)]],
])('a text of an e-mail is shown within bounds: %j', (text, shown) => {
  const asked = { host: 'localhost', tls: 'auto', from: 'a@b.c', to: ['d@e.f'], subject: 's', text } as const;
  expect(email.describe({ ...asked, to: [...asked.to] }).slice(3)).toEqual(shown);
});
