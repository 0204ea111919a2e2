/** Secrets that are written into a playbook, wherever they stand in it; what is named as one; what is read once more. */
import { expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import type { AdapterFacts } from '../../src/playbook/adapter-facts.ts';
import { isSecretName } from '../../src/playbook/lint/secret-names.ts';
import { effectsInShell } from '../../src/playbook/lint/shell-effects.ts';
import { rereadingPrograms } from '../../src/playbook/lint/shell-programs.ts';
import { secretsInShell } from '../../src/playbook/lint/shell-secrets.ts';
import { cpuMs } from '../rig/cpu.ts';
import { judge, told } from './judged.ts';

const adapter = (name: string, secretFields: readonly string[]): [string, AdapterFacts] => [
  name,
  {
    name,
    input: z.record(z.string(), z.unknown()),
    secretFields,
    repeatable: true,
    readOnly: true,
    defaultTimeoutMs: 60_000,
    hasProbe: false,
  },
];
const adapters = new Map([
  adapter('chat', ['url', 'token']),
  adapter('pager', ['routingKey']),
  adapter('request', ['headers', 'body', 'json']),
  adapter('name-server', ['key.secret']),
  adapter('hook', ['secret', 'headers']),
  adapter('command', []),
]);

/** What is said of a step of `notify`, without its place. */
async function saidOf(step: string, more = ''): Promise<readonly string[]> {
  const text = `name: x\nsecrets: { s: { env: S } }\nparameters: { p: {} }\nphases:\n  notify:\n    - { id: a, ${step} }\n${more}`;
  const lines = told(await judge(text, { adapters }));
  return lines.filter((line) => line.includes('secret-in-playbook')).map((line) => line.replace(/^.*?: /, ''));
}

const hook = 'https://hooks.slack.com/services/T0/B0/XXSECRETXX';

test.each([
  [`uses: chat, with: { url: '${hook}' }`, 'url of step a is written out'],
  ["uses: chat, with: { url: 'https://chat.example.com/hooks/abcdef' }", 'url of step a is written out'],
  ["uses: pager, with: { routingKey: 'R0123456789' }", 'routingKey of step a is written out'],
  ['uses: pager, with: { routingKey: 123456789 }', 'routingKey of step a is written out'],
  ["uses: name-server, with: { key: { name: k, secret: 'abc=' } }", 'key.secret of step a is written out'],
  ['uses: hook, with: { secret: [one, two] }', 'secret of step a is written out'],
  [
    "uses: request, with: { headers: { Authorization: 'Bearer abcdefghijk' } }",
    'headers.Authorization of step a is written out',
  ],
  ['uses: request, with: { headers: { X-Api-Key: abcdefgh } }', 'headers.X-Api-Key of step a is written out'],
  [
    'uses: request, with: { headers: { Ocp-Apim-Subscription-Key: abcdefgh } }',
    'headers.Ocp-Apim-Subscription-Key of step a is written out',
  ],
  ['uses: request, with: { json: { login: { password: tiger } } }', 'json.login.password of step a is written out'],
  ["uses: request, with: { body: 'user=a&password=tiger' }", 'body of step a is written out'],
  ['uses: request, with: { body: \'{"password":"tiger"}\' }', 'body of step a is written out'],
  ["uses: request, with: { url: 'https://user:tiger@x/y' }", 'url of step a is written out'],
  ["uses: request, with: { url: 'https://x/y?token=abcdef' }", 'url of step a is written out'],
  ["uses: command, with: { target: { at: 'https://user:tiger@x/y' } }", 'target.at of step a is written out'],
  ["uses: command, with: { argv: [curl, -u, 'bob:tiger', 'http://x'] }", 'argv of step a is written out'],
  ["uses: command, with: { argv: [psql, 'postgres://u:tiger@db/x'] }", 'argv of step a is written out'],
  ["run: 'true', env: { DATABASE_URL: 'postgres://u:tiger@db/x' }", 'DATABASE_URL of step a is written out'],
  [`run: 'true', env: { CHAT: '${hook}' }`, 'CHAT of step a is written out'],
  ["run: 'true', env: { CHAT_WEBHOOK: 'https://x/abcdef' }", 'CHAT_WEBHOOK of step a is written out'],
  ["run: 'true', env: { PGPASSWORD: '12345678' }", 'PGPASSWORD of step a is written out'],
  ["run: 'true', env: { DB_PASS: tiger }", 'DB_PASS of step a is written out'],
  ["run: 'true', env: { GH: 'ghp_0123456789abcdefghij' }", 'GH of step a is written out'],
  ["run: 'cat', stdin: 'password=tiger'", 'step a: a variable with a secret’s name is written out'],
  ["script: ./x.mjs, args: ['--password=tiger']", 'step a: an option with a secret’s name is written out'],
  ['script: ./x.mjs, args: [--password, tiger]', 'step a: an option with a secret’s name is written out'],
  ["manual: 'Open https://admin:tiger@x/.'", 'step a: an address with a password is written out'],
  [
    "run: 'true', verify: { uses: request, with: { headers: { X-Api-Key: tiger } } }",
    'headers.X-Api-Key of step a is written out',
  ],
  ["run: 'true', verify: { run: look, env: { DB_TOKEN: tiger } }", 'DB_TOKEN of step a is written out'],
])('a secret is seen in %s', async (step, said) => {
  expect(await saidOf(step)).toEqual([said]);
});

test.each([
  "uses: chat, with: { url: '${{ secrets.s }}', token: '${{ secrets.s }}' }",
  "uses: chat, with: { url: 'http://127.0.0.1:8080/' }",
  "uses: request, with: { headers: { Authorization: 'Bearer ${{ secrets.s }}', Accept: application/json, Idempotency-Key: a } }",
  "uses: request, with: { json: { status: down, passed: yes, token: '${{ secrets.s }}' }, url: 'https://x:8080/y?user=a@b' }",
  "uses: request, with: { body: 'maintenance=on' }",
  "uses: command, with: { argv: [curl, -u, 'bob:${{ params.p }}', 'http://x'] }",
  'uses: command, with: { argv: [ssh, web, uptime], token: shown }',
  "run: 'true', env: { USE_TOKEN: 'yes', PWD: /srv/shop, DATABASE_URL: 'postgres://u@db/x', API: 'https://x/y' }",
  "run: 'true', env: { DATABASE_URL: 'postgres://u:${{ secrets.s }}@db/x' }",
  "run: 'pass=0; pass=1; pass=ok; pwd=/srv; token=substr(a)'",
  'script: ./x.mjs, args: [--password-file, /run/x, --no-password, keyboard]',
  "manual: 'Say the --password option to nobody, and type password=<yours>.'",
])('nothing is said of %s', async (step) => {
  expect(await saidOf(step)).toEqual([]);
});

test('a secret is seen in updates, in the rehearsal, and in the default of a parameter; it is told where it stands, and not shown', async () => {
  const text = `name: x
parameters: { db: { default: 'postgres://u:tiger@db/x' } } # params.db
communication:
  alert: { uses: pager, with: { routingKey: tiger } }
  audiences:
    users:
      channel: { uses: chat, with: { url: 'https://x/tiger' } }
      fallback: { uses: command, env: { CHAT_TOKEN: tiger } }
phases:
  restore:
    - { id: a, uses: chat, with: { url: 'http://x' }, contingency: [{ id: b, uses: pager, with: { routingKey: tiger } }] }
rehearsal:
  environment: staging
  parameters: { db: 'postgres://u:tiger@test/x' }
  with: { a: { url: 'https://x/tiger' } }
  env: { a: { CHAT_TOKEN: tiger } }
  communication: { audiences: { users: { channel: { uses: chat, with: { url: 'https://x/tiger' } } } } }
  cleanup: [{ id: reset, run: 'DB_PASSWORD=tiger reset' }]
`;
  const judged = await judge(text, { adapters });
  expect(told(judged)).toEqual([
    '2:30 warning secret-in-playbook: the default of parameter db has a secret in it',
    '4:45 warning secret-in-playbook: routingKey of missed-update is written out',
    '7:43 warning secret-in-playbook: url of update-users is written out',
    '8:53 warning secret-in-playbook: CHAT_TOKEN of update-users-fallback is written out',
    '11:111 warning secret-in-playbook: routingKey of step b is written out',
    '14:21 warning secret-in-playbook: the value of parameter db in rehearsals has a secret in it',
    '15:21 warning secret-in-playbook: url of step a in rehearsals is written out',
    '16:27 warning secret-in-playbook: CHAT_TOKEN of step a in rehearsals is written out',
    '17:78 warning secret-in-playbook: url of update-users in rehearsals is written out',
    '18:31 warning secret-in-playbook: step reset: a variable with a secret’s name is written out',
  ]);
  expect(JSON.stringify(judged.findings)).not.toContain('tiger');
});

test('what other rules say of a line with a secret does not show it either', async () => {
  const text = `name: x
parameters: { release: { pattern: db, default: 'postgres://u:tiger@db/x' } } # params.release
phases:
  restore:
    - { id: a, run: 'DB_PASSWORD=tiger go' }
    - { id: b, run: go }
`;
  const { findings } = await judge(text, { adapters, risk: 'high' });
  expect(findings.filter(({ range, rule }) => range?.line === 5 && rule === 'no-owner')).toHaveLength(1);
  expect(findings.filter(({ rule }) => rule === 'loose-pattern')).toHaveLength(1);
  expect(JSON.stringify(findings)).not.toContain('tiger');
  expect(findings.find(({ range }) => range?.line === 6)?.sourceLine).toBe('    - { id: b, run: go }');
});

test('what is found in a rehearsal’s input can be set aside for its step', async () => {
  const off = 'lint: { secret-in-playbook: { level: off, steps: [a], reason: a test hook } }\n';
  const there = "rehearsal: { environment: staging, with: { a: { url: 'https://x/abcdef' } } }\n";
  expect(await saidOf("uses: chat, with: { url: 'http://x' }", there)).toHaveLength(1);
  expect(await saidOf("uses: chat, with: { url: 'http://x' }", there + off)).toEqual([]);
});

test.each(['dbPass', 'apiCred', 'pwd', 'db_pwd', 'SSHPASS', 'MYSQL_PWD', 'aws-credentials', 'apiKey', 'X-Auth-Token'])(
  '%s is the name of a secret',
  (name) => {
    expect(isSecretName(name)).toBe(true);
  },
);

test.each([
  'passed',
  'passengers',
  'compass',
  'bypass',
  'tokenizer',
  'keyboard',
  'credit',
  'PWD',
  'firstPass',
  'tokenFile',
])('%s is the name of no secret', (name) => {
  expect(isSecretName(name)).toBe(false);
});

test('a parameter with such a name is told', async () => {
  const text =
    'name: x\nparameters: { dbPass: {}, apiCred: {}, pwd: {}, compass: {}, passengers: { type: integer } }\n';
  const rules = told(await judge(text)).filter((line) => line.includes('secret-as-parameter'));
  expect(rules.map((line) => /parameter (\w+)/.exec(line)?.[1])).toEqual(['dbPass', 'apiCred', 'pwd']);
});

test.each([
  'helm upgrade shop . --set auth.password=tiger',
  'kubectl create secret generic db --from-literal=password=tiger',
  'connect --db-password=tiger',
  `curl -d '{"text":"x"}' ${hook}`,
  'curl -d \'{"user":"a","password":"tiger"}\' http://x',
  'curl -d "{\\"password\\":\\"tiger\\"}" http://x',
  'curl "https://x/run?sv=1&sig=abcdef"',
  "echo '-----BEGIN RSA PRIVATE KEY-----' > key",
])('a secret is seen in the shell text %s', (line) => {
  expect(secretsInShell(line)).toHaveLength(1);
});

test.each([
  'curl https://hooks.slack.com/services/$HOOK',
  'curl https://hooks.slack.com/services/T0/${{ secrets.s }}',
  'curl -d "{\\"password\\":\\"$P\\"}" http://x',
  'login --no-password=true',
  'grep \'"token":""\' answer.json',
])('no secret is seen in the shell text %s', (line) => {
  expect(secretsInShell(line)).toEqual([]);
});

test.each([
  't=$(mktemp); curl -fsS http://x > "$t"; grep -q ok "$t"; rm -f "$t"',
  'page=`mktemp`\ncurl -fsS http://x > ${page}\nrm -f "$page"',
  `test $(psql -tAc "select count(*) from t where status = 'insert into'") -gt 3`,
  `test "$(psql -h 'db' -tAc "select 1 where a = ' delete from '")" = 1`,
])('a check that only looks: %s', (text) => {
  expect(effectsInShell(text)).toEqual([]);
});

test.each([
  ['t=$(mktemp)\ncurl http://x > "$state"', 'a redirection to $state'],
  ['t=$(mktemp)\nrm -rf /srv/shop', 'rm'],
  [`test "$(psql -c 'delete from t')" = 1`, 'SQL that writes'],
  [`psql -c "update t set a = 'b'"`, 'SQL that writes'],
  [`psql -c "select 'a'; delete from t"`, 'SQL that writes'],
])('a check that acts: %s', (text, what) => {
  expect(effectsInShell(text)).toEqual([what]);
});

test.each<readonly [string, readonly string[]]>([
  [
    'ssh web "stop ${{ a }}"; eval "$(echo ${{ b }})"; python3 -c "print(${{ c }})"; perl -e "${{ d }}"; docker exec x sh -c "echo ${{ e }}"',
    ['0 ssh', '1 eval', '2 python3 -c', '3 perl -e', '4 sh -c'],
  ],
  ['ssh web "eval ${{ a }}"', ['0 ssh', '0 eval']],
  ['ssh web "\n  stop ${{ a }}\n"', ['0 ssh']],
  [`ssh web "a; b" 'c; d' "\${{ a }}"; true`, ['0 ssh']],
  ['echo ${{ a }} | xargs rm', ['0 xargs']],
  ['ssh a true; ssh b "${{ a }}"; ssh c "${{ b }}"', ['0 ssh']],
  ['/usr/bin/ssh a ${{ a }}\nruby -e "${{ b }}"; node --eval "${{ c }}"', ['0 ssh', '1 ruby -e', '2 node --eval']],
  ['ssh web uptime; echo ${{ a }}', []],
  ['v=${{ a }} && ssh web uptime', []],
  ['ssh web "true; true" && echo "$(date) ${{ a }}"', []],
  ['ls /etc/ssh "${{ a }}"; echo "let ${{ b }} go"; python3 check.py ${{ c }}', []],
])('what reads its text once more in %j', (text, programs) => {
  expect(rereadingPrograms(text).map(({ expression, name }) => `${expression} ${name}`)).toEqual(programs);
});

test('each program that reads its text once more is told at the value that it gets, in verify too', async () => {
  const text = `name: x
parameters: { p: {} }
phases:
  restore:
    - timeout: 1m
      run: ssh web "\${{ params.p }}"; perl -e "\${{ params.p }}"
      verify: { run: 'eval "\${{ params.p }}"' }
`;
  const rules = told(await judge(text)).filter((line) => line.includes('read-twice'));
  expect(rules.map((line) => line.replace(/ reads.*/, ''))).toEqual([
    '6:21 warning read-twice: step restore-1: ssh',
    '6:48 warning read-twice: step restore-1: perl -e',
    '7:29 warning read-twice: step restore-1: eval',
  ]);
});

test.each(['a=', '"a":"', 'token=', 'eval ', 'ssh "', '$(', 'https://a.webhook.office.com/', 'eyJ', 'hooks/'])(
  'a line of nothing but %j is read in no time',
  (part) => {
    const text = `${part.repeat(100_000)}\${{ a }}`;
    const read = (): void => {
      secretsInShell(text);
      effectsInShell(text);
      rereadingPrograms(text);
    };
    // Milliseconds; one that looked back over the line at each part would take minutes.
    expect(cpuMs(read)).toBeLessThan(10_000);
  },
);

test.each([
  'kubectl create secret generic shop --from-file=password=./pw.txt',
  'TOKEN=`cat /run/token` ./x',
  'helm upgrade shop . --set auth.existingSecret=shop-db --set auth.existingPasswordSecret=shop-db',
  'mysqldump -u root --password shop > x',
  './x --password --prompt',
  "curl -H 'X-Auth-Token: none' https://example.com",
  "curl 'https://example.com/?page_token=abc&next_token=def'",
  'DB_PASSWORD=/run/secrets/db ./x',
])('where a secret lies, or that there is none, is no secret: %s', (line) => {
  expect(secretsInShell(line)).toEqual([]);
});

test.each([
  '500',
  '/run/secrets/db',
  'vault:secret/data/shop#pw',
  'arn:aws:secretsmanager:eu:1:secret:x',
  'projects/p/secrets/db',
])('a variable that holds %s holds no secret', async (value) => {
  expect(await saidOf(`run: x, env: { DB_SECRET: '${value}' }`)).toEqual([]);
});
