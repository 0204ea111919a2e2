/** What somebody else does to a run under way: its command killed, its journal taken away. */
import { rmSync, truncateSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(60_000);

const run = ['run', 'playbook.yaml', '--yes'];

test('a command that is killed leaves no child behind that works on beside the retry (P4)', async () => {
  const site = new Site(`
name: shop
phases:
  restore:
    - id: load
      run: |
        if [ -e again ]; then cat child > seen; exit 0; fi
        : > again
        echo $$ > top
        sh -c 'echo $$ > child; sleep 30; echo late >> late'
        echo never
      retry: { attempts: 2, delay: 10ms }
      verify: { run: 'if kill -0 "$(cat child)" 2>/dev/null; then exit 1; fi' }
`);
  const engine = site.start(run);
  const child = await until('the child', () => /^\d+\n/.test(site.read('child')));
  expect(child).toBe(true);
  process.kill(Number(site.read('top')), 'SIGKILL');
  expect((await engine.ended).code).toBe(0);
  expect([site.read('seen'), site.read('late')]).toEqual([site.read('child'), '']);
  expect(site.events('step.failed')[0]?.class).toBe('signal');
});

test.each([
  ['removed', (journal: string) => rmSync(journal), 'was removed while the run was under way'],
  ['cut', (journal: string) => truncateSync(journal, 100), 'somebody else has changed it'],
])('a journal that is %s in the middle is not gone on with (P3, P8)', async (_, undermine, says) => {
  const site = new Site(`
name: shop
phases:
  restore:
    - { id: first, run: ': > begun; until [ -e go ]; do sleep 0.01; done' }
    - { id: second, run: 'echo done >> second' }
`);
  const engine = site.start(run);
  await site.appeared('begun');
  undermine(site.runPath('journal.ndjson'));
  site.write('go', '');
  const { code, stderr } = await engine.ended;
  expect([code, stderr]).toEqual([70, expect.stringContaining(says)]);
  expect(site.read('second')).toBe('');
});
