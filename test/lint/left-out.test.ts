/** Guards that the defaults of the parameters leave out: said before the night on which the run is refused. */
import { expect, test } from '@jest/globals';
import { leftOutByDefault } from '../../src/plan/left-out-by-default.ts';
import { playbookOf, testAdapters } from '../playbook/playbook-text.ts';
import { Site } from '../rig/site.ts';
import { judge, told } from './judged.ts';

const playbook = (closing: string, checks = '[{ id: look, run: x }]', more = '') => `name: x
parameters: { on: { type: boolean, default: false }, off: { type: boolean, required: true }, deep: { type: boolean, default: true } }
${more}phases:
  disable-access: ${closing}
  restore: [{ id: put-back, run: x }]
  health-checks: ${checks}
  enable-access: [{ id: open, run: x }]
`;

async function said(text: string): Promise<readonly string[]> {
  const facts = {
    rehearsal: undefined,
    times: undefined,
    leftOutByDefault: await leftOutByDefault(await playbookOf(text, testAdapters)),
  };
  return told(await judge(text, { facts })).filter((line) => line.includes('guard-left-out'));
}

test.each([
  ['[{ run: x, if: params.on }]', '[{ run: x, if: "params.on || !params.deep" }]', ['disable-access', 'health check']],
  ['[{ run: x, if: params.on }, { run: x, if: false }]', undefined, ['disable-access']],
  ['[{ run: x, if: params.on }, { run: x }]', undefined, []],
  ['[{ run: x, if: params.deep }]', undefined, []],
  ['[{ run: x, if: params.off }]', undefined, []],
  ['[{ run: x, if: "!params.on && !params.off" }]', undefined, []],
  ['[{ run: x, if: "change.id == \'C1\'" }]', undefined, []],
])('closing %s, checks %s', async (closing, checks, found) => {
  expect(await said(playbook(closing, checks))).toEqual(
    found.map((words) => expect.stringMatching(new RegExp(`warning guard-left-out-by-default: .*every .*${words}`))),
  );
});

test('not where a reason is given, nor where what it guards is left out too', async () => {
  const closing = '[{ run: x, if: params.on }]';
  expect(await said(playbook(closing, undefined, 'withoutClosing: nobody uses it\n'))).toEqual([]);
  expect(await said(playbook(closing).replace('put-back, run: x', 'put-back, run: x, if: params.on'))).toEqual([]);
});

test('of a playbook and of a change', async () => {
  const site = new Site(playbook('[{ id: close, run: x, if: params.on }]').replace(/ off: [^}]*},/, ''));
  site.write(
    'change.yaml',
    'kind: Change\nid: C1\nsystem: x\nframe: playbook.yaml\nsteps: [{ id: a, run: x, backout: [{ run: y }] }]\n',
  );
  for (const file of ['playbook.yaml', 'change.yaml']) {
    expect((await site.call(['lint', file])).stdout).toMatch(
      /playbook\.yaml:4:\d+: warning: where no parameter is given every step of disable-access/,
    );
  }
});
