/**
 * From a playbook to a plan. Faults that were planted and caught here: a filled text with an expression in it kept
 * filled, patterns asked line by line, defaults of the telling phases left at stop, `needs` without the step above,
 * a gate that this occasion leaves open.
 */
import { describe, expect, test } from '@jest/globals';
import { planDigest } from '../../src/plan/digest.ts';
import { makePlan, type Occasion } from '../../src/plan/make-plan.ts';
import { allSteps, type Plan } from '../../src/plan/plan.ts';
import { brief, playbookOf, shopRelease, testAdapters } from '../playbook/playbook-text.ts';

const occasion: Occasion = {
  folder: '/srv/shop',
  playbookFile: '/srv/shop/playbook.yaml',
  playbookDigest: 'd'.repeat(64),
  params: {},
  paramsFile: {},
  scripts: new Map(),
  adapters: testAdapters,
};

async function plan(text: string, more: Partial<Occasion> = {}): Promise<Plan> {
  const made = await makePlan(await playbookOf(text), { ...occasion, ...more });
  if (!made.ok) throw new Error(brief(made.error).join('\n'));
  return made.value;
}

async function faults(text: string, more: Partial<Occasion> = {}): Promise<readonly string[]> {
  const made = await makePlan(await playbookOf(text), { ...occasion, ...more });
  return made.ok ? [] : brief(made.error);
}

const shop: Partial<Occasion> = {
  params: { release: '4.1' },
  scripts: new Map([['scripts/restore-files.mjs', { sha256: 'a'.repeat(64) }]]),
};

test('the playbook of the design, planned', async () => {
  const made = await plan(shopRelease, shop);
  expect(made).toMatchObject({
    format: 1,
    name: 'shop-release',
    system: 'shop',
    summary: 'Take the shop back to the release before CHG0042',
    change: { id: 'CHG0042', risk: 'high', windowEnds: '2026-11-22T04:00:00Z' },
    roles: { dba: { name: 'Eve', contact: '+41 2', deputy: null } },
    params: { release: '4.1' },
    secrets: { dbPassword: { env: 'SHOP_DB_PASSWORD' } },
    timeBudgetMs: 1_800_000,
    validForMs: 300_000,
    maxParallel: 10,
    files: [
      { name: 'scripts/restore-files.mjs', source: '/srv/shop/scripts/restore-files.mjs', sha256: 'a'.repeat(64) },
    ],
  });
  expect(
    [...allSteps(made)].map(({ id, place, needs, onFailure, timeoutMs }) => [id, place, needs, onFailure, timeoutMs]),
  ).toEqual([
    ['tell-service-desk', 'notify', [], 'continue', null],
    ['maintenance-on', 'disable-access', [], 'stop', 30_000],
    ['restore-db', 'restore', [], 'ask', 1_200_000],
    ['restore-db-previous', 'restore', [], 'stop', null],
    ['restore-files', 'restore', [], 'stop', null],
    ['home-page', 'health-checks', [], 'stop', 150_000],
    ['maintenance-off', 'enable-access', [], 'stop', 30_000],
    ['call-service-desk', 'announce', [], 'continue', null],
    ['page-duty-manager', 'escalate', [], 'continue', null],
  ]);
  const [restore] = made.phases.restore.steps;
  expect(restore).toMatchObject({
    action: {
      kind: 'adapter',
      adapter: 'postgres/restore',
      input: { database: 'shop', archive: '/backups/shop-4.1.dump' },
      env: { PGPASSWORD: '${{ secrets.dbPassword }}' },
    },
    graceMs: 15_000,
    retry: {
      attempts: 3,
      delayMs: 5_000,
      factor: 2,
      maxDelayMs: 60_000,
      jitter: true,
      onExitCodes: [1],
      onVerify: false,
    },
    verify: { expect: { exitCode: 0, stdout: { equals: null, contains: null, matches: '^[1-9]' }, stderr: null } },
    onUnknown: 'probe',
  });
  expect(made.phases['health-checks'].steps[0]).toMatchObject({
    repeatable: true,
    until: { successes: 3, everyMs: 2_000, withinMs: 120_000, failures: null, errors: null },
  });
  expect(made.escalate.steps[0]?.action).toMatchObject({ input: { subject: '${{ run.failure }}' } });
});

test('the defaults of a step', async () => {
  const made = await plan('name: x\nphases: { restore: [{ run: a }, { run: b }, { id: c, run: c, needs: [] }] }\n');
  const [first, second, third] = made.phases.restore.steps;
  expect(first).toEqual({
    id: 'restore-1',
    name: 'restore-1',
    owner: null,
    place: 'restore',
    needs: [],
    condition: true,
    action: { kind: 'shell', shell: 'sh', text: 'a', source: 'a', bindings: [], cwd: null, env: {}, stdin: null },
    timeoutMs: null,
    graceMs: 10_000,
    retry: {
      attempts: 1,
      delayMs: 5_000,
      factor: 2,
      maxDelayMs: 60_000,
      jitter: true,
      onExitCodes: null,
      onVerify: false,
    },
    verify: null,
    until: null,
    onUnknown: 'ask',
    onFailure: 'stop',
    contingency: [],
    required: false,
    cancellable: true,
    maxOutputBytes: 67_108_864,
    answerWithinMs: 1_800_000,
    repeatable: false,
  });
  expect([second?.needs, third?.needs]).toEqual([['restore-1'], []]);
  expect(made).toMatchObject({ system: 'x', timeBudgetMs: null, validForMs: 300_000, withoutHealthChecks: null });
});

test('a shell step gets its values through variables, and its own text is kept', async () => {
  const made = await plan(
    'name: x\nparameters: { v: { default: a } }\nphases: { restore: [{ run: "echo ${{ params.v }}", shell: bash }] }\n',
    {
      params: { v: '\'; touch pwned; $(id) "' },
    },
  );
  expect(made.phases.restore.steps[0]?.action).toMatchObject({
    shell: 'bash',
    text: 'echo "$BACKOUT_V1"',
    source: 'echo ${{ params.v }}',
    bindings: [{ variable: 'BACKOUT_V1', expression: 'params.v' }],
  });
  expect(made.params).toEqual({ v: '\'; touch pwned; $(id) "' });
});

test('a value never becomes an expression', async () => {
  const text = `name: x
parameters: { v: {} }
secrets: { s: { env: S } }
phases:
  restore:
    - { manual: 'Say \${{ params.v }}', name: 'It is \${{ params.v }}' }
    - { uses: postgres/restore, with: { to: '\${{ params.v }}', subject: '\${{ [params.v] }}' } }
`;
  const evil = { params: { v: '${{ secrets.s }}' } };
  const [say, mail] = (await plan(text, evil)).phases.restore.steps;
  expect(say?.action).toMatchObject({ instruction: 'Say ${{ params.v }}' });
  expect(mail?.action).toMatchObject({ input: { to: '${{ params.v }}', subject: '${{ [params.v] }}' } });
  const [plain] = (await plan(text, { params: { v: 'hello' } })).phases.restore.steps;
  expect(plain).toMatchObject({ name: 'It is hello', action: { instruction: 'Say hello' } });
});

const typed = `name: x
parameters:
  release: { pattern: '^[0-9.]+$', required: true, description: the release to go back to }
  port: { type: integer, min: 1, max: 65535, default: 80 }
  ratio: { type: number }
  on: { type: boolean }
  size: { enum: [small, large] }
phases: {}
`;

describe('parameters', () => {
  test.each<readonly [Record<string, string>, Record<string, unknown>]>([
    [{ release: '4.1' }, { release: '4.1', port: 80, ratio: null, on: null, size: null }],
    [
      { release: '4', port: '8080', ratio: '-1.5e3', on: 'false', size: 'large' },
      { release: '4', port: 8080, ratio: -1500, on: false, size: 'large' },
    ],
  ])('%j', async (params, expected) => {
    expect((await plan(typed, { params })).params).toEqual(expected);
  });

  test('names those that have their default, left or given, and no others', async () => {
    expect((await plan(typed, { params: { release: '4' } })).paramsAtDefault).toEqual(['port']);
    expect((await plan(typed, { params: { release: '4', port: '80' } })).paramsAtDefault).toEqual(['port']);
    expect((await plan(typed, { params: { release: '4', port: '81' } })).paramsAtDefault).toEqual([]);
  });

  test('the command line goes over the file, the file over the default', async () => {
    const made = await plan(typed, { params: { release: '2' }, paramsFile: { release: '1', port: 81 } });
    expect(made.params).toMatchObject({ release: '2', port: 81 });
  });

  test.each<readonly [Record<string, string>, string]>([
    [{}, '3:3 missing-parameter: parameter release (the release to go back to) is missing'],
    [
      { release: 'x' },
      '3:3 bad-parameter: parameter release (the release to go back to) is "x", which does not match its pattern ^[0-9.]+$',
    ],
    [
      { release: '4\n' },
      '3:3 bad-parameter: parameter release (the release to go back to) is "4\\n", which does not match its pattern ^[0-9.]+$',
    ],
    [{ release: '4', port: '0' }, '4:3 bad-parameter: parameter port is "0", which is below 1, the smallest allowed'],
    [{ release: '4', port: '1.5' }, '4:3 bad-parameter: parameter port is "1.5", which is not a whole number'],
    [{ release: '4', port: '0x50' }, '4:3 bad-parameter: parameter port is "0x50", which is not a whole number'],
    [{ release: '4', port: '' }, '4:3 bad-parameter: parameter port is "", which is not a whole number'],
    [{ release: '4', ratio: 'Infinity' }, '5:3 bad-parameter: parameter ratio is "Infinity", which is not a number'],
    [{ release: '4', on: 'yes' }, '6:3 bad-parameter: parameter on is "yes", which is not true or false'],
    [{ release: '4', size: 'huge' }, '7:3 bad-parameter: parameter size is "huge", which is none of "small", "large"'],
    [{ release: '4', relaese: '5' }, '0:0 unknown-parameter: the playbook has no parameter "relaese"'],
    [{ release: '4', toString: '5' }, '0:0 unknown-parameter: the playbook has no parameter "toString"'],
  ])('%j is refused', async (params, expected) => {
    expect(await faults(typed, { params })).toEqual([expected]);
  });

  test('all at once', async () => {
    expect(await faults(typed, { params: { port: 'x', odd: '1' }, paramsFile: { on: 'true' } })).toHaveLength(4);
  });

  test('values that no program can be given', async () => {
    const text = 'name: x\nparameters: { v: {} }\nphases: {}\n';
    expect((await faults(text, { params: { v: 'a\0b' } }))[0]).toMatch(/holds a NUL character/);
    expect((await faults(text, { params: { v: 'x'.repeat(130_000) } }))[0]).toMatch(/130,000 bytes/);
  });
});

describe('conditions', () => {
  const text = `name: x
parameters: { on: { type: boolean, default: true }, v: {} }
phases:
  disable-access: [{ id: a, run: x }]
  restore:
    - { run: x, if: params.on }
    - { run: x, if: '\${{ !params.on }}' }
    - { run: x, if: "steps.a.outputs.k == '1' && params.on" }
    - { run: x, if: false }
    - { run: 'echo \${{ params.v }}', if: params.v != null, env: { V: '\${{ params.v }}' } }
`;
  test('what the plan knows is settled, the rest is asked later', async () => {
    const made = await plan(text);
    expect(made.phases.restore.steps.map(({ condition }) => condition)).toEqual([
      true,
      false,
      "steps.a.outputs.k == '1' && params.on",
      false,
      false,
    ]);
  });

  test('a condition that is neither true nor false', async () => {
    expect(await faults(text.replace('params.on }', 'params.v }'))).toEqual([
      '6:21 cannot-fill: if: params.v gives null, not true or false',
    ]);
  });

  test('P1: health checks that are all left out prove nothing', async () => {
    const gated = `name: x
parameters: { on: { type: boolean, required: true } }
phases:
  health-checks: [{ run: x, if: params.on }]
  enable-access: [{ run: x }]
`;
    expect(await faults(gated, { params: { on: 'true' } })).toEqual([]);
    expect(await faults(gated, { params: { on: 'false' } })).toEqual([
      '4:3 gate: with these parameters every health check is left out by its if:, and access would be opened',
    ]);
  });
});

describe('what only values show', () => {
  const optional = 'name: x\nparameters: { v: {}, n: { type: integer } }\nphases: { restore: [{ id: a, ';
  test.each<readonly [string, Record<string, string>, string]>([
    ["run: 'rm -rf /data/${{ params.v }}'", {}, '3:35 cannot-fill: ${{ params.v }} has no value (null)'],
    ["manual: 'Call ${{ params.v }}'", {}, '3:38 cannot-fill: ${{ params.v }} has no value (null)'],
    [
      "uses: http, with: { url: '${{ params.v }}' }",
      { v: 'nonsense' },
      '3:55 invalid-value: with.url of step a is "nonsense": must be a valid url',
    ],
    [
      "uses: http, with: { url: 'http://a/', port: '${{ params.n }}' }",
      { n: '0' },
      '3:74 invalid-value: with.port of step a is 0: must be at least 1',
    ],
    [
      'script: ./scripts/x.mjs',
      {},
      '3:38 missing-script: step a: there is no readable script ./scripts/x.mjs beside the playbook',
    ],
  ])('%s', async (keys, params, expected) => {
    expect(await faults(`${optional}${keys} }] }\n`, { params })).toEqual([expected]);
  });
});

test('contingencies have ids and keep their order', async () => {
  const made = await plan(
    'name: x\nphases: { restore: [{ run: a, contingency: [{ run: b }, { id: c, run: c }, { run: d }] }] }\n',
  );
  expect(made.phases.restore.steps[0]?.contingency.map(({ id, needs, place }) => [id, needs, place])).toEqual([
    ['restore-1-contingency-1', [], 'restore'],
    ['c', [], 'restore'],
    ['restore-1-contingency-3', [], 'restore'],
  ]);
});

test('how much may run side by side', async () => {
  const text = 'name: x\nmaxParallel: 4\nphases: { restore: { maxParallel: 2, steps: [{ run: a }] } }\n';
  const made = await plan(text);
  expect([made.maxParallel, made.phases.restore.maxParallel, made.phases.notify.maxParallel]).toEqual([4, 2, 4]);
  expect((await plan(text, { jobs: 1 })).phases.restore.maxParallel).toBe(1);
});

test('the change of this occasion goes over that of the playbook', async () => {
  const text =
    'name: x\nchange: { id: A, risk: low }\nphases: { restore: [{ manual: "${{ change.id }} ${{ change.risk }}" }] }\n';
  const made = await plan(text, { change: { id: 'B' } });
  expect(made.phases.restore.steps[0]?.action).toEqual({ kind: 'manual', instruction: 'B low' });
});

describe('the digest', () => {
  test('is the same for the same plan, and another for another parameter', async () => {
    const [one, again, other] = [
      await plan(shopRelease, shop),
      await plan(shopRelease, shop),
      await plan(shopRelease, { ...shop, params: { release: '4.2' } }),
    ];
    expect(planDigest(one)).toBe(planDigest(again));
    expect(planDigest(one)).not.toBe(planDigest(other));
  });

  test('is that of the plan as it is stored', async () => {
    const made = await plan(shopRelease, shop);
    expect(planDigest(JSON.parse(JSON.stringify(made)))).toBe(planDigest(made));
  });
});

describe('the definition, which rehearsals and measured times are bound to', () => {
  const motd = (more = '', run = 'cp a b') => `name: motd\n${more}phases:\n  restore:\n    - run: ${run}\n`;
  const definition = async (text: string, occasion: Partial<Occasion> = {}) => (await plan(text, occasion)).definition;

  test('is the same for every occasion of one playbook', async () => {
    const before = await definition(motd());
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await definition(motd('change: { id: CHG2 }\n'))).toBe(before);
    expect(await definition(motd(), { folder: '/elsewhere', jobs: 1 })).toBe(before);
  });

  test('changes with a step, and with a script', async () => {
    expect(await definition(motd('', 'cp b a'))).not.toBe(await definition(motd()));
    const edited = { scripts: new Map([['scripts/restore-files.mjs', { sha256: 'b'.repeat(64) }]]) };
    expect(await definition(shopRelease, { ...shop, ...edited })).not.toBe(await definition(shopRelease, shop));
  });
});
