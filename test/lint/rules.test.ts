/** Each rule: the smallest playbook in which it speaks, and what it says where. */
import { expect, test } from '@jest/globals';
import { levelAt } from '../../src/playbook/lint/rule.ts';
import { lintRules } from '../../src/playbook/lint/rules.ts';
import { adapters, judge, rehearsed, rulesIn, sound, told } from './judged.ts';

const facts = rehearsed;

test('nothing is said of a playbook that has everything', async () => {
  expect(told(await judge(sound, { facts }))).toEqual([]);
});

const shallow =
  '18:18 warning health-not-on-data: no health check looks at data: they see ports, processes and status codes';

/** In `sound`, the first text is replaced by the second; then exactly this is said. */
const cases: readonly (readonly [from: string | RegExp, to: string, ...said: readonly string[]])[] = [
  [/^scope.*\n/m, '', '1:7 warning no-scope: the playbook does not say its scope'],
  [/^goals.*\n/m, '', '1:7 warning no-goals: the playbook does not say its goals'],
  [/^goals.*\n/m, 'goals: []\n', '1:7 warning no-goals: the playbook does not say its goals'],
  ['id: CHG1, ', '', '4:9 warning no-change-id: the playbook names no change'],
  ['scope: the shop', 'scope: FILL IN', '2:8 warning fill-in: "FILL IN" stands where something must be filled in'],
  ['[every order is back]', '[TBD]', '3:9 warning fill-in: "TBD" stands where something must be filled in'],
  ['Call the duty manager.', 'CHANGEME', '21:34 warning fill-in: "CHANGEME" stands where something must be filled in'],
  ['{ id: rows, owner: dba,', '{ id: rows,', '18:19 warning no-owner: step rows has no owner'],
  [
    '{ id: rows, owner: dba,',
    '{ id: rows, owner: dbo,',
    '18:38 warning unknown-owner: the owner "dbo" of step rows is none of the roles',
  ],
  [/^roles:\n.*\n/m, '', '7:21 warning owner-without-role: the owner "dba" has no contact: the playbook has no roles'],
  [", contact: '+41 44 123 45 67'", '', '7:8 warning no-contact: role dba has no contact'],
  ['name: Ana, ', '', '7:8 warning no-contact: role dba has no name'],
  ["name: Ana, contact: '+41 44 123 45 67', ", '', '7:8 warning no-contact: role dba has no name and no contact'],
  [', deputy: Jon', '', '7:8 warning no-deputy: role dba has no deputy'],
  ['deputy: Jon', 'deputy: Ana', '7:58 warning no-deputy: the deputy of role dba is the same person: Ana'],
  [/^ {2}notify.*\n/m, '', '9:3 warning no-notify: nobody is told that the backout begins: notify is empty'],
  [/^ {2}announce.*\n/m, '', '9:3 warning no-announce: nobody is told how the backout ended: announce is empty'],
  [/^communication.*\n/m, '', '9:3 warning no-regular-updates: nobody hears how it stands while it lasts'],
  [/^escalate.*\n/m, '', '1:1 warning no-escalation: nobody is told when the backout itself fails'],
  [
    'manual: Call the duty manager.',
    "id: mail, uses: email, with: { to: duty@example.com, subject: 'The backout has failed' }",
    '21:55 warning message-without-contact: the message of step mail does not say whom to call',
  ],
  [
    'manual: Call the duty manager.',
    "id: post, uses: teams, with: { url: 'https://example.com/', text: 'The backout has failed' }",
    '21:55 warning message-without-contact: the message of step post does not say whom to call',
  ],
  [
    /^ {2}disable-access.*\n/m,
    '',
    '11:5 warning access-left-open: users stay in while it is restored: disable-access is empty',
  ],
  [
    /^ {2}enable-access.*\n/m,
    '',
    '10:19 warning access-left-closed: access is closed by disable-access, and nothing opens it: enable-access is empty',
  ],
  ['run: count, timeout: 1m', 'uses: tcp, with: { host: db }', shallow],
  ['run: count, timeout: 1m', "uses: http, with: { url: 'http://localhost/', expect: { status: 200 } }", shallow],
  ['run: count, timeout: 1m', 'uses: redis/ping, with: { expect: { role: master } }', shallow],
  ...['tls', 'systemd/active'].map((name) => ['run: count, timeout: 1m', `uses: ${name}`, shallow] as const),
  [
    'run: count, timeout: 1m',
    'uses: postgres/restore, timeout: 1m',
    '18:49 warning check-that-acts: health check rows does not only look: postgres/restore',
  ],
  [
    '      verify: { run: look }\n',
    '',
    '12:7 warning no-verify: nothing proves that restore step restore-db did its work',
  ],
  [
    /^ {6}contingency.*\n/m,
    '',
    '12:7 warning no-contingency: restore step restore-db has no contingency for the case that it fails',
  ],
  [
    'run: restore\n      timeout: 10m\n      verify: { run: look }',
    'uses: postgres/restore\n      timeout: 10m',
    '12:7 note probe-unused: step restore-db would ask a person whether it took effect; postgres/restore can look itself',
  ],
  [
    'run: restore\n      timeout: 10m\n      verify: { run: look }',
    'uses: postgres/restore\n      timeout: 10m\n      onUnknown: ask',
    '16:18 note probe-unused: step restore-db would ask a person whether it took effect; postgres/restore can look itself',
  ],
  [
    'run: restore\n      timeout: 10m\n      verify: { run: look }',
    'uses: postgres/restore\n      onUnknown: probe',
    '12:7 warning no-timeout: step restore-db of restore has no timeout and may hang for ever',
  ],
  [
    'run: count, timeout: 1m',
    'run: count',
    '18:19 warning no-timeout: step rows of health-checks has no timeout and may hang for ever',
  ],
  [
    'run: count, timeout: 1m',
    'run: count, timeout: 1m, until: { within: 2m }',
    '18:64 warning timeout-first: step rows may try for 2m, but its timeout ends it after 1m',
  ],
  [
    'run: count, timeout: 1m',
    'run: count, timeout: 59s, until: {}',
    '18:64 warning timeout-first: step rows may try for 1m, but its timeout ends it after 59s',
  ],
  [/^timeBudget.*\n/m, '', '1:7 warning no-time-budget: the playbook does not say how long the backout may take'],
  [
    'timeBudget: 1h',
    'timeBudget: 12m',
    '5:13 warning budget-below-timeouts: timeBudget is 12m, but the timeouts on the longest path (by restore-db) make 13 min 00 s',
  ],
  [
    'phases:',
    "# params.p\nparameters: { p: { pattern: 'a' } }\nphases:",
    '9:29 warning loose-pattern: the pattern of parameter p may match a part of the value: a',
  ],
  [
    'phases:',
    "# params.p\nparameters: { p: { pattern: '^a' } }\nphases:",
    '9:29 warning loose-pattern: the pattern of parameter p may match a part of the value: ^a',
  ],
  // Whoever looks by name may mean any.
  ['phases:', "parameters: { p: {} } # 'p' in params\nphases:"],
  [
    'phases:',
    'parameters: { a: {}, b-c: {}, ab: {} }\nsecrets: { s: { env: S } }\n# ${{ params.ab }}\nphases:',
    '8:18 note unused-value: parameters.a is used nowhere',
    '8:27 note unused-value: parameters.b-c is used nowhere',
    '9:15 note unused-value: secrets.s is used nowhere',
  ],
  [
    '      verify: { run: look }\n',
    '      verify: { run: look }\n      onFailure: continue\n',
    '17:18 warning failure-ignored: the backout goes on when restore step restore-db has failed',
  ],
  [
    'phases:',
    '# params.dbPassword\nparameters: { dbPassword: { required: true } }\nphases:',
    '9:27 warning secret-as-parameter: parameter dbPassword seems to be a secret, but is stored and shown',
  ],
  [
    'run: count,',
    'run: count, env: { PGPASSWORD: tiger },',
    '18:74 warning secret-in-playbook: PGPASSWORD of step rows is written out',
  ],
  [
    'run: count, timeout: 1m',
    'uses: postgres/query, with: { password: tiger }',
    '18:83 warning secret-in-playbook: password of step rows is written out',
  ],
  [
    'run: count, timeout: 1m',
    'uses: sign-in, with: { user: { password: tiger } }',
    '18:84 warning secret-in-playbook: user.password of step rows is written out',
  ],
];

test.each(cases)('%s → %s', async (from, to, ...said) => {
  const text = sound.replace(from, to);
  expect(text).not.toBe(sound);
  expect(told(await judge(text, { adapters, facts }))).toEqual(said);
});

/** What looks alike and is right. */
test.each<readonly [string | RegExp, string]>([
  ['run: count, timeout: 1m', "uses: http, with: { url: 'http://x/', expect: { json: { status: ok } } }"],
  ['run: count, timeout: 1m', "uses: http, with: { url: 'http://x/', expect: { body: { contains: ok } } }"],
  ['run: count, timeout: 1m', 'uses: redis/ping, with: { expect: { keys: [a] } }'],
  ['run: count, timeout: 1m', 'uses: tcp, with: { host: db }, verify: { run: look }'],
  ['run: count, timeout: 1m }', 'run: count, timeout: 1m }, { owner: dba, uses: tcp, with: { host: db } }'],
  ['run: count, timeout: 1m', 'uses: email, with: { to: a@b.c }'],
  ['run: count, timeout: 1m', 'uses: look'],
  ['run: count, timeout: 1m', 'run: count, timeout: 2m, until: { within: 2m }'],
  ['run: count,', "run: count, env: { PGPASSWORD: '' },"],
  ['deputy: Jon }', 'deputy: Jon }\n  boss: { name: Eva, contact: a@b.c }'],
  ['phases:', 'parameters: { usesPassword: { type: boolean } } # params.usesPassword\nphases:'],
  ['run: count, timeout: 1m', 'uses: redis/ping, with: { expect: { minKeys: 1 } }'],
  ['run: count, timeout: 1m', 'uses: postgres/query, with: { query: select 1 }'],
  ['run: count, timeout: 1m', 'manual: Look at the orders.'],
  ['run: count,', "run: count, env: { PGPASSWORD: '${{ secrets.db }}', PASSWORD_FILE: /x },"],
  ['phases:', 'parameters: { passwordFile: { required: true }, tokens: { type: integer } }\nphases:'],
  ['phases:', "parameters: { p: { pattern: '^a$' }, q-r: {} } # params['q-r']\nphases:"],
  ['timeBudget: 1h', 'timeBudget: 13m'],
  [
    'manual: Call the duty manager.',
    "uses: email, with: { to: a@b.c, subject: 'Failed: call ${{ roles.dba.contact }}' }",
  ],
  ['manual: Call the duty manager.', "uses: http, with: { url: 'https://x/', subject: 'The backout has failed' }"],
  ['manual: Call the duty manager.', "uses: email, with: { to: a@b.c, subject: 'Come to #shop-night' }"],
  ['manual: Call the duty manager.', "uses: email, with: { to: a@b.c, subject: 'Call +41 44 123 45 67' }"],
  [
    'run: restore\n      timeout: 10m\n      verify: { run: look }',
    'uses: postgres/restore\n      timeout: 10m\n      onUnknown: probe',
  ],
  ['run: restore\n      timeout: 10m\n      verify: { run: look }', 'uses: copy'],
  ['run: restore\n      timeout: 10m\n      verify: { run: look }', 'uses: postgres/query'],
  ['      verify: { run: look }\n', '      verify: { run: look }\n      onFailure: ask\n'],
])('nothing is said of %s → %s', async (from, to) => {
  const text = sound
    .replace(from, () => to)
    .replace('phases:', () => '# params.p, params[x]\nsecrets: { db: { env: X } } # secrets.db\nphases:');
  expect(told(await judge(text, { adapters, facts }))).toEqual([]);
});

test('a message that has the contact of a role says whom to call, whatever that looks like', async () => {
  const text = sound
    .replace("'+41 44 123 45 67'", 'the night desk')
    .replace('manual: Call the duty manager.', "uses: email, with: { to: a@b.c, subject: 'Call the night desk' }");
  expect(told(await judge(text, { adapters, facts }))).toEqual([]);
});

test('access that is opened without a health check, even where a reason is given', async () => {
  const text = sound
    .replace(/^ {2}health-checks.*\n/m, '')
    .replace('phases:', 'withoutHealthChecks: none yet\nphases:');
  expect(told(await judge(text, { facts }))).toEqual([
    '10:3 warning no-health-check: no health check proves that the backout worked',
  ]);
});

test('a playbook without steps', async () => {
  expect(told(await judge('name: x\n'))).toEqual(['1:1 warning no-steps: the playbook has no steps']);
});

test('of what does not restore nothing is asked that a restore needs', async () => {
  const rules = rulesIn(await judge('name: x\n', { risk: 'high' }));
  expect(rules).toContain('no-steps');
  for (const rule of ['restore-alone', 'access-left-open', 'access-left-closed', 'health-not-on-data'])
    expect(rules).not.toContain(rule);
});

test('a restore of which somebody hears is not alone', async () => {
  const text = 'name: x\nphases:\n  restore: [{ run: x, timeout: 1m }]\n  announce: [{ manual: Call. }]\n';
  expect(rulesIn(await judge(text, { risk: 'high' }))).not.toContain('restore-alone');
});

test('a restore alone is refused above low risk', async () => {
  const text = 'name: x\nphases:\n  restore: [{ run: x, timeout: 1m }]\n';
  expect(rulesIn(await judge(text, { risk: 'low' }))).toEqual([]);
  for (const risk of ['medium', 'high'] as const) {
    const { findings } = await judge(text, { risk });
    expect(findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule)).toEqual(['restore-alone']);
  }
});

test.each([
  [undefined, '1:7 warning no-fresh-rehearsal: no rehearsal of this plan is on record here'],
  [
    { lapsed: 'the latest rehearsal of this plan, 01J, does not count: it has expired on 2026-11-21' },
    '1:7 warning no-fresh-rehearsal: the latest rehearsal of this plan, 01J, does not count: it has expired on 2026-11-21',
  ],
])('the rehearsal: %j', async (rehearsal, said) => {
  expect(told(await judge(sound, { facts: { rehearsal, times: undefined } }))).toEqual([said]);
});

test('a budget that was not kept before', async () => {
  const measured = (p90Ms: number) => judge(sound, { facts: { ...rehearsed, times: { p90Ms } } });
  expect(told(await measured(3_600_001))).toEqual([
    '5:13 warning budget-below-measured: timeBudget is 1h, but one run in ten took 1 h 00 min or longer',
  ]);
  expect(told(await measured(3_600_000))).toEqual([]);
});

test.each([
  'eval',
  'sh -c',
  'bash -e -c',
  'sudo sh -c',
  'ssh',
  'x=$(ssh',
  'true; eval',
  'su -c',
  'xargs',
  'trap',
  'watch',
])('a value given to %s', async (program) => {
  const found = told(
    await judge(`name: x
phases:
  restore:
    - timeout: 1m
      run: |
        echo \${{ change.id }}
        ${program} host "\${{ change.id }}"${program.includes('(') ? ')' : ''}
`),
  );
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/^7:\d+ warning read-twice: step restore-1: .* reads its text once more/);
});

test('a program that reads its text once more may do so where no value stands in it', async () => {
  const text = sound.replace('run: restore\n', 'run: |\n        echo ${{ change.id }}\n        ssh db restore\n');
  expect(told(await judge(text, { facts }))).toEqual([]);
});

test('each rule is shown above to speak', () => {
  const shown = new Set(cases.flatMap(([, , ...said]) => said.map((line) => line.split(' ')[2]?.replace(':', ''))));
  const elsewhere = [
    'no-steps',
    'guard-left-out-by-default',
    'no-health-check',
    'restore-alone',
    'no-fresh-rehearsal',
    'budget-below-measured',
    'read-twice',
    'irreversible-step',
  ];
  expect(lintRules.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual(
    expect.arrayContaining(elsewhere),
  );
  for (const { name } of lintRules) expect([...shown, ...elsewhere]).toContain(name);
});

test('rules are told apart by name, and each says in whole sentences what it asks, why, and what to do', () => {
  expect(new Set(lintRules.map(({ name }) => name)).size).toBe(lintRules.length);
  for (const rule of lintRules) {
    expect(rule.name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    for (const text of [rule.asks, rule.why, rule.remedy]) expect(text).toMatch(/^[A-Z`].*[.}]$/);
    expect(levelAt(rule, 'high')).toBeDefined();
  }
});

test('a secret that is written out is not shown once more', async () => {
  const text = sound.replace('run: count,', 'run: count, env: { PGPASSWORD: tiger },');
  expect(JSON.stringify(await judge(text, { facts }))).not.toContain('tiger');
});
