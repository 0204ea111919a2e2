/** What is told of the data when a restore has failed: untouched only where that is sure. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const shop = (restore: string) => `
name: shop
phases:
  restore:
    - { id: restore-db, ${restore} }
  health-checks:
    - { id: check, run: 'true' }
escalate:
  - { id: tell, run: 'echo "$WHY / $DATA" > told', env: { WHY: '\${{ run.failure }}', DATA: '\${{ run.data }}' } }
`;

test.each([
  [
    'an adapter that found no backup',
    'uses: files/restore, with: { target: ./data, archive: ./gone.tar.gz }',
    'untouched',
    'it failed before it changed anything / untouched',
  ],
  ['a program that is not there', 'uses: command, with: { argv: [./none] }', 'spawn', '/ untouched'],
  ['a command with that exit code', 'run: exit 119', 'exit', '/ unknown'],
  ['a program with that exit code', 'uses: command, with: { argv: [sh, -c, exit 119] }', 'exit', '/ unknown'],
])('%s', async (_, restore, failure, words) => {
  const site = new Site(shop(restore));
  expect((await site.call(['run', 'playbook.yaml', '--yes'])).code).toBe(1);
  expect(site.events('step.failed')).toMatchObject([{ step: 'restore-db', class: failure }]);
  expect(site.read('told')).toMatch(/^restore-db: /);
  expect(site.read('told')).toContain(words);
});
