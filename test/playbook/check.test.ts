/**
 * Playbooks that are wrong (issue items 3 and 11). Faults that were planted in the rules and caught here: `if:` on a
 * gate not looked at, a secret let through in `with`, needs of a later phase let through, outputs of `notify` taken to
 * be there, health checks not asked for, contingencies not walked.
 */
import { describe, expect, test } from '@jest/globals';
import { brief, check, shopRelease, shownAll } from './playbook-text.ts';

/** One step in `restore`, in flow form; columns count from there. */
const step = (text: string): string => `name: x\nphases:\n  restore:\n    - ${text}\n`;

test('the playbook of the design is valid', async () => {
  const { diagnostics, playbook } = await check(shopRelease);
  expect(brief(diagnostics)).toEqual([]);
  expect(playbook?.content.name).toBe('shop-release');
});

test.each([
  ['one run step', step("{ run: 'true' }")],
  ...['x.mjs', './s.d/x.cts', 'x', 's.d/x', '.hidden', 'x.test.js'].map((script) => [
    `the script ${script}`,
    step(`{ script: ${script} }`),
  ]),
  ['a shell script on hosts', step('{ script: x.sh, hosts: [h] }')],
  ['empty phases', 'name: x\nphases:\n  notify:\n  restore: []\n'],
  [
    'the long form of a phase',
    'name: x\nphases:\n  restore: { maxParallel: 2, steps: [{ run: a }, { run: b, needs: [] }] }\n',
  ],
  [
    'a whole template where a number is wanted',
    `parameters: { p: { type: integer, default: 1 } }\n${step("{ uses: http, with: { url: 'http://a/', port: '${{ params.p }}' } }")}`,
  ],
  [
    'a secret in a secret field',
    `secrets: { s: { env: S } }\n${step("{ uses: http, with: { url: 'http://a/', headers: { authorization: 'Bearer ${{ secrets.s }}' } } }")}`,
  ],
  [
    'an override of the gate by name',
    'name: x\nwithoutHealthChecks: it is a test\nphases: { enable-access: [{ run: open }] }\n',
  ],
  [
    'a reason to restore without closing access, where that may come to be',
    'name: x\nwithoutClosing: it is a test\nparameters: { p: { type: boolean } }\nphases: { disable-access: [{ run: x, if: params.p }] }\n',
  ],
  [
    'closing on every host, said so',
    'name: x\nphases: { disable-access: [{ run: x, hosts: { list: [a], maxFailures: 0% } }] }\n',
  ],
  [
    'a restore that may fail on some hosts',
    'name: x\nphases: { restore: [{ run: x, hosts: { list: [a], maxFailures: 1 } }] }\n',
  ],
  ['no name but a number quoted', "name: '42'\nphases: {}\n"],
  ['the outputs of a step before', `${step('{ id: a, run: x }')}    - { run: 'echo \${{ steps["a"].outputs.b }}' }\n`],
  [
    'the outputs of an earlier phase',
    'name: x\nphases:\n  disable-access: [{ id: a, run: x }]\n  restore: [{ if: "has(steps.a.outputs.b) && steps.a.outputs.b == \'1\'", run: y }]\n',
  ],
  [
    'a condition on the change',
    'name: x\nchange: { risk: high }\nphases:\n  health-checks: [{ run: x, if: "change.risk == \'high\'" }]\n',
  ],
])('valid: %s', async (_name, text) => {
  expect(brief((await check(text)).diagnostics)).toEqual([]);
});

describe('one fault, one diagnostic', () => {
  test.each<readonly [string, string]>([
    // shape
    ['name: x\ntimebudget: 3m\n', '2:1 unknown-key: unknown key "timebudget" in the playbook'],
    ['phases: {}\n', '1:1 missing-key: "name" is missing in the playbook'],
    ['name: 42\n', '1:7 wrong-type: name is 42: must be text'],
    ['[a]\n', '1:1 wrong-type: the playbook is a list: must be a mapping'],
    ['name: x\nphases: { restor: [] }\n', '2:11 unknown-phase: unknown phase "restor" in phases'],
    ['name: x\nphases: { restore: 3 }\n', '2:20 wrong-type: phases.restore is 3: must be a list of steps'],
    [step("{ run: 'true', tiemout: 30s }"), '4:22 unknown-key: unknown key "tiemout" in step restore-1'],
    [
      step("{ id: a, run: 'true', timeout: 30 }"),
      '4:38 wrong-type: timeout of step a is 30: must be a duration with its unit, such as 90s, 5m, 1h30m or PT5M',
    ],
    [
      step("{ id: a, run: 'true', timeout: '30' }"),
      '4:38 invalid-value: timeout of step a is "30": must be a duration with its unit, such as 90s, 5m, 1h30m or PT5M',
    ],
    [
      step("{ id: a, run: 'true', maxOutput: 64 }"),
      '4:40 wrong-type: maxOutput of step a is 64: must be a size with its unit, such as 512KiB, 64MiB or 1GiB',
    ],
    [
      step("{ id: Big, run: 'true' }"),
      '4:13 invalid-value: id of step Big is "Big": must be lower-case letters, digits and dashes, beginning with a letter',
    ],
    [
      step("{ run: 'true', retry: { attempts: 0 } }"),
      '4:41 invalid-value: retry.attempts of step restore-1 is 0: must be a whole number from 1 to 1000',
    ],
    [
      step("{ run: 'true', onFailure: retry }"),
      '4:33 invalid-value: onFailure of step restore-1 is "retry": must be stop, continue or ask',
    ],
    [
      step("{ run: 'true', env: { A-B: x } }"),
      '4:29 invalid-name: the name "A-B" must be the name of an environment variable (letters, digits and _)',
    ],
    [step("{ run: 'true', env: { PORT: 80 } }"), '4:35 wrong-type: env.PORT of step restore-1 is 80: must be text'],
    [
      step('just text'),
      '4:7 wrong-type: step restore-1 is "just text": must be a mapping, such as { run: ./maintenance on }',
    ],
    [
      'name: x\nchange: { windowEnds: tomorrow }\n',
      '2:23 invalid-value: change.windowEnds is "tomorrow": must be a time with its zone, such as 2026-11-22T04:00:00Z',
    ],
    // actions
    [step('{ id: a }'), '4:7 no-action: step a does nothing'],
    [step('{ id: a, run: x, manual: y }'), '4:24 two-actions: step a has both run and manual'],
    [step('{ id: a, run: x, with: { b: c } }'), '4:24 misplaced-key: with means nothing in step a, which has run'],
    [
      step('{ id: a, manual: x, timeout: 3m }'),
      '4:27 misplaced-key: timeout means nothing in step a, which a person does',
    ],
    [
      step('{ id: a, run: x, required: true }'),
      '4:24 misplaced-key: required means nothing in step a: it stands in restore',
    ],
    [step('{ id: a, run: x, env: { BACKOUT_RUN: x } }'), '4:31 reserved-name: BACKOUT_RUN is set by backout itself'],
    [step('{ id: a, script: ../x.mjs }'), "4:24 script-outside: script ../x.mjs is outside the playbook's folder"],
    [
      step('{ id: a, script: ./x.sh }'),
      '4:24 script-kind: script ./x.sh is none that zx can run: .mjs, .js, .cjs, .ts, .mts and .cts are',
    ],
    [
      step('{ id: a, run: x, hosts: [h], verify: { script: x.py } }'),
      '4:54 script-kind: script x.py is none that zx can run: .mjs, .js, .cjs, .ts, .mts and .cts are',
    ],
    [step('{ id: a, script: "./${{ change.id }}.mjs" }'), '4:24 fixed-text: no ${{ … }} may stand in script'],
    [step('{ id: a, run: x, verify: { expect: { exitCode: 1 } } }'), '4:32 no-action: verify of step a does nothing'],
    [
      step("{ id: a, run: x, verify: { run: y, expect: { stdout: { matches: '(' } } } }"),
      '4:71 bad-pattern: matches of stdout is no regular expression: /(/m: Unterminated group',
    ],
    // order
    [
      `${step('{ id: a, run: x }')}    - { id: a, run: y }\n`,
      '5:13 duplicate-id: the id "a" is used twice: line 4 has it too',
    ],
    [
      `${step('{ run: x }')}    - { id: restore-1, run: y }\n`,
      '5:13 duplicate-id: the id "restore-1" is used twice: line 4 has it too',
    ],
    [
      `${step('{ id: restore-db, run: x }')}    - { id: b, run: y, needs: [restore-bd] }\n`,
      '5:32 bad-needs: step b needs "restore-bd", and there is no such step',
    ],
    [
      `${step('{ id: a, run: x, needs: [b] }')}    - { id: b, run: y }\n`,
      '4:24 circular-needs: these steps wait for each other: a → b → a',
    ],
    [
      `${step('{ id: a, run: x, needs: [b] }')}  announce: [{ id: b, run: y }]\n`,
      '4:32 bad-needs: step a of restore needs "b", which is in announce',
    ],
    [
      `${step('{ id: a, run: x, contingency: [{ id: c, run: z }] }')}    - { id: b, run: y, needs: [c] }\n`,
      '5:32 bad-needs: step b needs "c", which is a contingency',
    ],
    // P1
    [
      'name: x\nphases: { disable-access: [{ id: a, run: x, onFailure: continue }] }\n',
      '2:56 gate: step a of disable-access cannot have onFailure: continue',
    ],
    [
      'name: x\nphases: { health-checks: [{ id: a, run: x, contingency: [{ run: y }] }] }\n',
      '2:44 gate: step a of health-checks cannot have a contingency',
    ],
    [
      'name: x\nphases: { disable-access: [{ id: a, run: x, hosts: { list: [h], maxFailures: 1 } }] }\n',
      '2:78 gate: step a of disable-access cannot have maxFailures: 1',
    ],
    [
      'name: x\nphases: { health-checks: [{ id: a, run: x, hosts: { list: [h], maxFailures: 100% } }] }\n',
      '2:77 gate: step a of health-checks cannot have maxFailures: 100%',
    ],
    [
      'name: x\nphases: { disable-access: [{ id: a, run: x }], health-checks: [{ id: b, run: y, if: "steps.a.outputs.c == \'1\'" }] }\n',
      '2:85 gate: step b: the if: of a step of health-checks may use only params and change (P1), not steps',
    ],
    [
      'name: x\nphases: { enable-access: [{ run: x }] }\n',
      '2:11 gate: enable-access opens access, and no health check proves that it may',
    ],
    [
      'name: x\nwithoutClosing: y\nphases: { disable-access: [{ run: x, if: "params.p" }, { run: y }] }\nparameters: { p: { type: boolean } }\n',
      '2:1 needless-reason: withoutClosing is given, and a step of disable-access has no if: and so always closes access',
    ],
    // parameters and secrets
    [
      "name: x\nparameters: { p: { pattern: '(' } }\n",
      '2:29 bad-pattern: the pattern of parameter p is no regular expression: /(/m: Unterminated group',
    ],
    [
      "name: x\nparameters: { p: { pattern: '^a$', default: b } }\n",
      '2:45 bad-parameter: the default "b" of parameter p does not match its pattern ^a$',
    ],
    [
      'name: x\nparameters: { p: { default: 1.1 } }\n',
      '2:29 bad-parameter: the default 1.1 of parameter p is not text',
    ],
    [
      'name: x\nparameters: { p: { type: integer, min: 3, max: 1 } }\n',
      '2:40 bad-range: parameter p has min 3 above max 1',
    ],
    ['name: x\nsecrets: { s: {} }\n', '2:12 bad-secret: secret s says not where it comes from'],
    ['name: x\nsecrets: { s: { env: A, file: b } }\n', '2:12 bad-secret: secret s has both env and file'],
    // adapters
    [step('{ uses: htttp, with: {} }'), '4:15 unknown-adapter: there is no adapter "htttp"'],
    [
      step('{ id: a, uses: http, with: { url: nonsense } }'),
      '4:41 invalid-value: with.url of step a is "nonsense": must be a valid url',
    ],
    [
      step("{ id: a, uses: http, with: { url: 'http://a/', port: '80' } }"),
      '4:60 wrong-type: with.port of step a is "80": must be a number',
    ],
    [
      step("{ id: a, uses: http, with: { url: 'http://a/', prot: 80 } }"),
      '4:54 unknown-key: unknown key "prot" in with of step a',
    ],
    [step('{ id: a, uses: http }'), '4:7 missing-key: "url" is missing in with of step a'],
    [
      step('{ id: a, run: x, onUnknown: probe }'),
      '4:35 no-probe: step a has onUnknown: probe, and nothing that can look whether its effect is there',
    ],
    // expressions
    [
      step("{ id: a, run: 'echo ${{ 1 + }}' }"),
      '4:27 bad-expression: step a: 1 + is no expression (CEL): Unexpected token: EOF',
    ],
    [
      step("{ id: a, run: 'echo ${{ }}' }"),
      '4:27 bad-expression: step a: an empty expression is no expression (CEL): Unexpected token: EOF',
    ],
    [
      step("{ id: a, run: 'echo ${{ param.x }}' }"),
      '4:27 bad-expression: step a: param.x is no expression (CEL): Unknown variable: param',
    ],
    [
      step("{ id: a, run: 'echo ${{ params.x }}' }"),
      '4:27 unknown-reference: step a: there is no parameter "x" (params)',
    ],
    [
      step("{ id: a, manual: 'Call ${{ roles.dba.contact }}' }"),
      '4:30 unknown-reference: step a: there is no role "dba" (roles)',
    ],
    [
      step("{ id: a, manual: 'It is ${{ run.ending }}' }"),
      '4:31 unknown-reference: step a: there is no field of run "ending" (run)',
    ],
    [step("{ id: a, run: x, if: '1 + 1' }"), '4:28 bad-expression: step a: if: 1 + 1 gives int, not true or false'],
    [
      `${step('{ id: a, run: \'echo ${{ steps["b"].outputs.c }}\' }')}    - { id: b, run: y }\n`,
      '4:27 not-before: step a: step b is not known to be over before step a',
    ],
    [
      step('{ id: a, run: \'echo ${{ steps["a"].outputs.c }}\' }'),
      '4:27 not-before: step a: step a is not known to be over before step a',
    ],
    [
      'name: x\nphases: { notify: [{ id: n, run: x }], restore: [{ id: a, run: "echo ${{ steps.n.outputs.c }}" }] }\n',
      '2:70 not-before: step a: step n of notify holds nothing up, so its outputs may come too late',
    ],
    ['name: ${{ params.x }}\n', '1:7 fixed-text: no ${{ … }} may stand in name'],
    [step("{ id: a, name: 'It is ${{ run.id }}', run: x }"), '4:29 not-known-yet: step a: run may not stand in name'],
  ])('%j', async (text, expected) => {
    const { diagnostics, playbook } = await check(text);
    expect(brief(diagnostics)).toEqual([expected]);
    expect(playbook).toBeUndefined();
  });
});

describe('P9: a secret stands only where it may', () => {
  const secret = "'${{ secrets.s }}'";
  test.each([
    ['run', `run: ${secret}`],
    ['with.url', `uses: http, with: { url: ${secret} }`],
    ['args', `script: x.mjs, args: [${secret}]`],
    ['cwd', `run: x, cwd: ${secret}`],
    ['manual', `manual: ${secret}`],
    ['if', "run: x, if: secrets.s == ''"],
    ['verify.expect.stdout.equals', `run: x, verify: { run: y, expect: { stdout: { equals: ${secret} } } }`],
    ['verify.run', `run: x, verify: { run: ${secret} }`],
    ['name', `run: x, name: ${secret}`],
  ])('%s', async (field, keys) => {
    const { diagnostics } = await check(`secrets: { s: { env: S } }\n${step(`{ ${keys} }`)}`);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      `step restore-1: a secret may not stand in ${field} (P9)`,
    ]);
  });

  test.each([
    ['secrets[params.p]', 'a secret must be named'],
    ['secrets', 'a secret must be named'],
    ['secrets.t', 'there is no secret "t" (secrets)'],
  ])('%s', async (expression, expected) => {
    const text = `secrets: { s: { env: S } }\nparameters: { p: {} }\n${step(`{ run: x, stdin: '\${{ ${expression} }}' }`)}`;
    expect((await check(text)).diagnostics.map(({ message }) => message)).toEqual([`step restore-1: ${expected}`]);
  });
});

test('remedies say what to write', async () => {
  const remedy = async (text: string) => (await check(text)).diagnostics.map((diagnostic) => diagnostic.remedy);
  expect(await remedy(step("{ run: 'true', tiemout: 30s }"))).toEqual(['Did you mean "timeout"?']);
  expect(await remedy(step("{ run: 'true', depends_on: [] }"))).toEqual(['Did you mean "needs"?']);
  expect(await remedy(step("{ run: 'true', timeout: 30 }"))).toEqual([
    'Write the unit: 30s for seconds, 30m for minutes.',
  ]);
  expect(await remedy('name: 42\n')).toEqual(["Quote it as it is meant: '42'."]);
  expect(await remedy(step("{ run: 'echo ${{ roles.change-manager.contact }}' }"))).toEqual([
    "a name with a dash is written roles['change-manager']",
  ]);
  expect(await remedy(step('{ uses: htttp, with: {} }'))).toEqual(['Did you mean "http"?']);
});

test('all faults at once, as a person sees them', async () => {
  const { diagnostics } = await check(`name: shop
roles:
  dba: { name: Eve, contakt: 1 }
phases:
  restore:
    - id: restore-db
      run: pg_restore '\${{ params.release }}'
      timeout: 30
    - id: restore-files
      needs: [restore-bd]
      run: ./restore
`);
  expect(shownAll(diagnostics)).toBe(`playbook.yaml:3:21: error: unknown key "contakt" in roles.dba (unknown-key)
    3 |   dba: { name: Eve, contakt: 1 }
      |                     ^^^^^^^
  Did you mean "contact"?
playbook.yaml:7:24: error: step restore-db: there is no parameter "release" (params) (unknown-reference)
    7 |       run: pg_restore '\${{ params.release }}'
      |                        ^^^^^^^^^^^^^^^^^^^^^
  Declare it in parameters.
playbook.yaml:7:24: error: step restore-db: \${{ params.release }} stands inside single quotes (shell-quoting)
    7 |       run: pg_restore '\${{ params.release }}'
      |                        ^^^^^^^^^^^^^^^^^^^^^
  Close the quotes before it, or use double quotes: "… \${{ … }} …"
playbook.yaml:8:16: error: timeout of step restore-db is 30: must be a duration with its unit, such as 90s, 5m, 1h30m or PT5M (wrong-type)
    8 |       timeout: 30
      |                ^^
  Write the unit: 30s for seconds, 30m for minutes.
playbook.yaml:10:15: error: step restore-files needs "restore-bd", and there is no such step (bad-needs)
   10 |       needs: [restore-bd]
      |               ^^^^^^^^^^
  Did you mean "restore-db"?`);
});

test('a fault of the shape brings no faults of its own', async () => {
  const { diagnostics } = await check(`name: x
phases:
  health-checks: nonsense
  enable-access:
    - { id: open_it, run: x }
    - { id: b, run: 5, needs: [open_it] }
    - nonsense
`);
  expect(brief(diagnostics).map((line) => line.split(' ')[0])).toEqual(['3:18', '5:13', '6:21', '6:32', '7:7']);
});

test('a thousand steps in one chain are checked without a stack overflow', async () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => index);
  const steps = ids.map((id) => `    - { id: s${id}, run: x, needs: [${id === 999 ? '' : `s${id + 1}`}] }`).join('\n');
  expect(brief((await check(`name: x\nphases:\n  restore:\n${steps}\n`)).diagnostics)).toEqual([]);
});
