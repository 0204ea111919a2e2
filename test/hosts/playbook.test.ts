/** `hosts:` as people write it: refused where it means nothing, frozen in the plan where it does. */
import { expect, test } from '@jest/globals';
import { ok } from '../../src/kernel/result.ts';
import { plainHost } from '../../src/plan/inventory/host.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { acceptsPlaybook } from '../../src/playbook/accepts.ts';
import { brief, check, playbookOf, testAdapters } from '../playbook/playbook-text.ts';

const step = (text: string): string => `name: x\nphases:\n  restore:\n    - { ${text} }\n`;

test.each([
  ['manual: x, hosts: [a]', /not-on-hosts/],
  ['uses: http, with: { url: "http://a/" }, hosts: [a]', /not-on-hosts/],
  ['script: ./x.mjs, hosts: [a]', /not-on-hosts/],
  ['run: x, until: {}, hosts: [a]', /not-on-hosts/],
  ['run: x, hosts: {}', /no-hosts/],
  ['run: x, hosts: { list: [a], file: b }', /two-sources/],
  ['run: x, hosts: { list: [a], groups: [b] }', /misplaced-key/],
  ['run: x, hosts: []', /invalid-value|wrong-type/],
  ['run: x, hosts: { list: [a], batch: [1, 0%, 101%] }', /invalid-value|wrong-type/],
  ["run: x, hosts: ['${{ secrets.s }}']", /secret|unknown-reference|not-planned/],
])('%s is refused', async (text, rule) => {
  const { diagnostics, playbook } = await check(step(text));
  expect(playbook).toBeUndefined();
  expect(brief(diagnostics).join('\n')).toMatch(rule);
});

const occasion = {
  folder: '/srv/shop',
  playbookFile: '/srv/shop/playbook.yaml',
  playbookDigest: 'd'.repeat(64),
  params: {},
  paramsFile: {},
  scripts: new Map(),
  adapters: testAdapters,
};

async function planned(hosts: string) {
  const text = `${step(`run: x, hosts: ${hosts}`)}parameters: { env: { default: live }, extra: { default: web09 } }\n`;
  const asked: unknown[] = [];
  const made = await makePlan(await playbookOf(text), {
    ...occasion,
    readInventory: (source) => {
      asked.push(source);
      return ok(Array.from({ length: 40 }, (_, n) => plainHost(`h${n}`)));
    },
  });
  if (!made.ok) return { faults: brief(made.error), asked };
  return { hosts: made.value.phases.restore.steps[0]?.hosts, asked };
}

test('a list is frozen with its ranges written out; parameters may stand in it', async () => {
  const { hosts } = await planned("['web[08:08]', '${{ params.extra }}', 'ops@db:2200']");
  expect(hosts).toMatchObject({ concurrency: 20, batches: [3], maxFailures: { count: 0 }, sshConfig: null });
  expect(hosts?.list.map(({ name, user, port }) => [name, user, port])).toEqual([
    ['web08', null, null],
    ['web09', null, null],
    ['db', 'ops', 2200],
  ]);
});

test('an inventory is read once the parameters are known; batches are numbers of hosts', async () => {
  const { hosts, asked } = await planned(
    "{ file: './${{ params.env }}.ini', groups: [web], batch: [1, 10%, 100%], maxFailures: 5%, sshConfig: ssh_config }",
  );
  expect(asked).toEqual([{ file: './live.ini', groups: ['web'] }]);
  expect(hosts).toMatchObject({ batches: [1, 4, 40], maxFailures: { percent: 5 }, sshConfig: '/srv/shop/ssh_config' });
});

test.each([
  ["[a, 'b c']", /bad-host/],
  ["[web09, '${{ params.extra }}']", /host-twice/],
])('%s is refused by the plan', async (hosts, rule) => {
  expect((await planned(hosts)).faults?.join('\n')).toMatch(rule);
});

test('the stored schema says the same', () => {
  const hosts = (value: unknown) => acceptsPlaybook({ name: 'x', phases: { restore: [{ run: 'x', hosts: value }] } });
  expect([['a'], { list: ['a'], batch: '10%' }, { file: 'x', batch: [1, '100%'], maxFailures: 0 }].map(hosts)).toEqual([
    true,
    true,
    true,
  ]);
  expect([[], 'a', { batch: 0, list: ['a'] }, { list: ['a'], maxFailures: '200%' }, { lists: [] }].map(hosts)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
