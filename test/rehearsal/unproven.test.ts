/** A rehearsal that leaves every health check out opens nothing there either (P1), and says what to do. */
import { expect, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

const playbook = (leaveOut: string) => `
name: shop
withoutClosing: nobody uses it
parameters: { dir: { type: string, default: production } }
phases:
  restore: [{ id: put-back, run: 'echo "\${{ params.dir }}" > data' }]
  health-checks: [{ id: rows, run: 'true' }]
  enable-access: [{ id: open, run: 'echo open > "\${{ params.dir }}"' }]
rehearsal:
  environment: staging
  parameters: { dir: staging }
  leaveOut: [{ step: rows, reason: no rows there }${leaveOut}]
`;

test('is refused at leaveOut', async () => {
  const site = new Site(playbook(''));
  const { code, stderr } = await site.call(['rehearse', '.', '--yes']);
  expect([code, site.runs, stderr]).toEqual([
    2,
    [],
    expect.stringMatching(
      /playbook\.yaml:12:3: error: every health check is left out of the rehearsal, and access would be opened there \(gate\)[\s\S]*\n {2}Rehearse one of them, or leave the steps of enable-access out too\.\n/,
    ),
  ]);
});

test('is begun where opening is left out too', async () => {
  const site = new Site(playbook(', { step: open, reason: nobody is there }'));
  const { code } = await site.call(['rehearse', '.', '--yes']);
  expect([code, site.read('data')]).toEqual([0, 'staging\n']);
});
