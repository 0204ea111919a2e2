import { expect, test } from '@jest/globals';
import { lintPlaybook } from '../../src/playbook/lint.ts';
import { brief, playbookOf, shopRelease } from './playbook-text.ts';

const lint = async (text: string): Promise<readonly string[]> => brief(lintPlaybook(await playbookOf(text)));

test('the playbook of the design lacks only a timeout', async () => {
  expect(await lint(shopRelease)).toEqual([
    '44:7 no-timeout: step restore-files of restore has no timeout and may hang for ever',
  ]);
});

test('the smallest playbook is valid, and is told all that it lacks', async () => {
  expect(await lint('name: x\nphases: { restore: [{ run: x }] }\n')).toEqual([
    '1:1 no-escalation: nobody is told when the backout itself fails',
    '2:9 no-health-check: no health check proves that the backout worked',
    '2:9 service-desk: the Service Desk is not told: notify and announce are empty',
    '2:21 no-owner: step restore-1 has no owner',
    '2:21 no-timeout: step restore-1 of restore has no timeout and may hang for ever',
  ]);
});

const told = `name: x
escalate: [{ owner: o, manual: x }]
phases:
  notify: [{ owner: o, manual: x }]
  announce: [{ owner: o, manual: x }]
  health-checks: [{ owner: o, run: x, timeout: 1m }]
`;

test.each([
  [`${told}  restore: [{ owner: o, run: x, timeout: 1m }]\n`, []],
  [`${told}roles: { o: { name: O } }\n`, ['7:13 no-contact: role o has no contact']],
  [
    `${told}  restore: [{ owner: oo, run: x, timeout: 1m }]\nroles: { o: { name: O, contact: x } }\n`,
    ['7:22 unknown-owner: the owner "oo" of step restore-1 is none of the roles'],
  ],
  [
    `${told}parameters: { p: { pattern: 'a' } }\n`,
    ['7:29 loose-pattern: the pattern of parameter p may match a part of the value: a'],
  ],
  [
    `${told}  restore: [{ owner: o, run: x, timeout: 1m, until: { within: 2m } }]\n`,
    ['7:42 timeout-first: step restore-1 may try for 2m, but its timeout ends it after 1m'],
  ],
])('%s', async (text, expected) => {
  expect(await lint(text)).toEqual(expected);
});

test.each(['eval', 'sh -c', 'bash -e -c', 'sudo sh -c', 'ssh', 'x=$(ssh', 'true; eval'])(
  'a value given to %s',
  async (program) => {
    const found = await lint(`${told}  restore:
    - owner: o
      timeout: 1m
      run: |
        echo \${{ change.id }}
        ${program} host "\${{ change.id }}"${program.includes('(') ? ')' : ''}
`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^12:\d+ read-twice: step restore-1: .* reads its text once more/);
  },
);
