/** `backout plan` shows where each host's name leads, as it was frozen: that is what a reviewer has to see. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

test('the plan shows address, port, user and key where the inventory gave them', async () => {
  const site = new Site(`
name: fleet
phases:
  restore:
    - { id: deploy, hosts: { file: fleet.ini }, run: 'true' }
`);
  site.write(
    'fleet.ini',
    `web01 ansible_host=10.0.0.1 ansible_port=2222 ansible_user=deploy
web02 ansible_user=root
web03 ansible_host=fd00::3 ansible_port=22
web04 ansible_ssh_private_key_file=/keys/four
web05
`,
  );
  const { code, stdout } = await site.call(['plan', 'playbook.yaml']);
  expect([code, stdout.replaceAll(/\s+/g, ' ')]).toEqual([
    0,
    expect.stringContaining(
      'web01 is deploy@10.0.0.1:2222, web02 is root@web02, web03 is [fd00::3]:22, web04 is web04 (key /keys/four) ',
    ),
  ]);
});
