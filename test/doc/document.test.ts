/** The document as a function of the plan: what stands in it, and that nothing of the plan can become markup. */
import { describe, expect, test } from '@jest/globals';
import type { Statement } from '../../src/journal/evidence/statement.ts';
import { documentPage } from '../../src/views/document.ts';
import { documentView } from '../../src/views/document-view.ts';
import { aPlan } from '../support/plan-builder.ts';
import { factsOf } from './facts.ts';

const roles = {
  dba: { name: 'Ana Duarte', contact: 'ana@example.com', deputy: 'Jon Berg' },
  web: { name: 'Tom Huber', contact: '+41 44 000 00 00', deputy: null },
};
const shell = (source: string, more = {}) =>
  ({
    kind: 'shell',
    shell: 'sh',
    text: source,
    source,
    bindings: [],
    cwd: null,
    env: {},
    stdin: null,
    ...more,
  }) as const;

const plan = aPlan(
  {
    notify: [{ id: 'tell', owner: 'web', action: { kind: 'manual', instruction: 'Call the desk' } }],
    restore: [
      {
        id: 'restore-db',
        name: 'Put the database back',
        owner: 'dba',
        timeoutMs: 60_000,
        action: shell('restore "$DB"', { env: { DB: 'shop' }, cwd: '/srv' }),
        contingency: [
          { ...aPlan({ restore: [{ id: 'restore-older', owner: null }] }).phases.restore.steps[0] } as never,
        ],
      },
    ],
    'health-checks': [
      { id: 'rows', owner: 'dba', until: { successes: 2, everyMs: 1, withinMs: 60_000, failures: null, errors: null } },
    ],
    escalate: [{ id: 'call', owner: 'web', action: { kind: 'manual', instruction: 'Call the duty manager' } }],
  },
  { roles, scope: 'The database', goals: ['Every order is there'], change: { id: 'CHG0042', risk: 'high' } },
);
const outsideFences = (text: string) => text.replaceAll(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '');
const markdown = (more = {}, of = plan) => documentPage(documentView(factsOf(of, more)), 'md');

test('the sections stand in their order', () => {
  expect(outsideFences(markdown()).match(/^##? .*$/gm)).toEqual([
    '# Backout plan for CHG0042: shop',
    ...['At a glance', 'Scope and goals', 'Roles and contacts', 'Values', 'The steps', 'Instructions'].map(
      (t) => `## ${t}`,
    ),
    ...['Communication', 'What if: every single failure', 'Rehearsal', 'What is backed out', 'Which plan this is'].map(
      (t) => `## ${t}`,
    ),
  ]);
});

test('a part without data says so', () => {
  const text = markdown();
  expect(text).toContain('> **Note:** Not rehearsed.');
  expect(text).toContain('The plan was not walked through its failures.');
  expect(text).toContain('There is no change.yaml beside the playbook.');
  expect(text).toContain('| Last moment to begin | not known: the change has no windowEnds |');
  expect(text).toContain('No regular updates are sent between begin and end.');
});

test('a step has its number, owner, instruction, limit and what happens if it fails', () => {
  const text = markdown();
  expect(text).toContain(
    [
      '#### 3.1 Put the database back (restore-db)',
      '',
      '```text',
      'restore "$DB"',
      '# DB is shop',
      '# in /srv',
      '```',
      '',
      '|  |  |',
      '| --- | --- |',
      '| Owner | dba: Ana Duarte, ana@example.com; deputy Jon Berg |',
      '| Expected | not measured yet |',
      '| At most | 1 min 00 s |',
      '| Verified by | nothing of its own |',
      '| If it fails | restore-older is tried instead; then the backout ends as failed; access stays as it is then, and those whom escalate names are told |',
    ].join('\n'),
  );
});

test('a contingency without an owner is its step’s owner’s', () => {
  const [step] = documentView(factsOf(plan)).places[2]?.steps ?? [];
  expect(step?.contingency).toMatchObject([{ number: '3.1a', id: 'restore-older', owner: 'dba' }]);
});

test('who is told stands in order: begin, at intervals, end, failure; a fallback below what it stands in for', () => {
  const mail = (to: string) =>
    ({
      kind: 'adapter',
      adapter: 'email',
      input: { to, subject: `To ${to}` },
      cwd: null,
      env: {},
      stdin: null,
    }) as const;
  const [desk, other] = aPlan({
    notify: [
      { id: 'update-desk', action: mail('desk@x') },
      { id: 'fallback', action: mail('b@x') },
    ],
  }).phases.notify.steps;
  if (desk === undefined || other === undefined) throw new Error('the plan has two steps');
  const regular = {
    ...desk,
    place: 'updates',
    contingency: [other],
    audience: { name: 'Desk', contact: null, everyMs: 900_000 },
  } as const;
  const told = aPlan(
    {
      notify: [{ id: 'tell', action: mail('desk@x') }],
      announce: [{ id: 'good', action: mail('all@x') }],
      escalate: [{ id: 'bad', action: mail('duty@x') }],
    },
    { updates: { speaker: 'web', impact: 'high', maxParallel: 1, steps: [regular] }, roles },
  );
  const { messages } = documentView(factsOf(told));
  expect(messages.map(({ when, to, how, says }) => [when, to, how, says])).toEqual([
    ['When the backout begins', 'desk@x', 'email', 'To desk@x'],
    ['Every 15 min 00 s while the backout lasts', 'Desk', 'email desk@x', expect.stringContaining('How it stands')],
    [
      'Every 15 min 00 s while the backout lasts, if update-desk cannot be delivered',
      'Desk',
      'email b@x',
      expect.anything(),
    ],
    ['When it has ended well', 'all@x', 'email', 'To all@x'],
    ['When it has failed or was stopped', 'duty@x', 'email', 'To duty@x'],
  ]);
});

test('of very many steps side by side only the first are named', () => {
  const many = aPlan({ restore: Array.from({ length: 5_000 }, (_, n) => ({ id: `s${n}`, needs: [] })) });
  const text = markdown({}, many);
  expect(text).toContain('| Side by side with | s0, s1, s2, s3, s4, s5, s6, s7 and 4,991 others |');
  expect(text.length).toBeLessThan(5_000_000);
});

test('what was measured stands beside the step', () => {
  const estimates = new Map([['restore-db', { medianMs: 60_000, p90Ms: 90_000, samples: 4, earlier: false }]]);
  expect(markdown({ estimates })).toContain('| Expected | 1 min 00 s, slowly 1 min 30 s (measured 4 times) |');
});

test('a rehearsal that does not count any more says so, in the head and in its section', () => {
  const text = markdown({ evidence: [{ statement: statement({}), why: 'it has expired on 2026-11-01' }] });
  const when = '2026-09-01 10:05 UTC in staging: passed';
  expect(text).toContain(`| Rehearsed | ${when}; IT DOES NOT COUNT: it has expired on 2026-11-01 |`);
  expect(text).toContain('> **Note:** It does not count: it has expired on 2026-11-01. Rehearse again');
  expect(markdown({ evidence: [{ statement: statement({}), why: null }] })).toContain(`| Rehearsed | ${when} |`);
});

test('a drill is no rehearsal', () => {
  const drill = { statement: statement({ kind: 'drill' }), why: 'it is a drill' };
  expect(markdown({ evidence: [drill] })).toContain('Not rehearsed.');
  expect(markdown({ evidence: [drill, { statement: statement({}), why: null }] })).toContain('Drills:');
});

describe('text of the playbook stays text', () => {
  const wicked = '</pre><script>x()</script> | `a` *b* \n# c ```` <img src=x onerror=y> \u202e [l](javascript:z)';
  const evil = aPlan(
    {
      notify: [{ id: 'tell', name: wicked, owner: wicked, action: { kind: 'manual', instruction: wicked } }],
      restore: [{ id: 'a', name: wicked, owner: 'dba', action: shell(`${wicked}\n\tindented`) }],
    },
    {
      name: wicked,
      system: wicked,
      summary: wicked,
      scope: wicked,
      goals: [wicked],
      change: { id: wicked, risk: 'high', summary: wicked },
      roles: { dba: { name: wicked, contact: wicked, deputy: wicked } },
      params: { p: wicked },
      secrets: { s: { file: wicked } },
    },
  );
  const facts = { notes: [wicked], assumed: { p: wicked } };

  test('in HTML', () => {
    const page = documentPage(documentView(factsOf(evil, facts)), 'html');
    expect(page).not.toMatch(/<(?:script|img)/);
    expect(page).not.toContain('\u202e');
    expect(page.match(/<\/pre>/g)).toHaveLength(page.match(/<pre>/g)?.length ?? 0);
    expect(page).not.toMatch(/(?:src|href)="(?!#)|url\(|@import/);
  });

  test('in Markdown, where every row has the cells of its table', () => {
    const text = markdown(facts, evil);
    const outside = outsideFences(text);
    expect(outside).not.toMatch(/<(?:script|img|\/pre)/);
    expect(outside).not.toMatch(/^# c/m);
    for (const table of outside.match(/(?:^\|.*\n?)+/gm) ?? []) {
      const cells = table
        .trim()
        .split('\n')
        .map((row) => row.replaceAll(/\\./g, '').split('|').length);
      expect(new Set(cells).size).toBe(1);
    }
  });

  test('a fence is longer than any inside', () => {
    expect(markdown(facts, evil)).toContain('`````text\n</pre>');
  });
});

describe('JSON', () => {
  const json = (of = plan, more = {}) => JSON.parse(documentPage(documentView(factsOf(of, more)), 'json'));

  test('has the fields of a change request, and all as data', () => {
    const implementation = {
      file: 'change.yaml',
      steps: [{ id: 'a', name: 'Migrate', owner: 'dba', instruction: ['x'], back: 'Covered by b' }],
    };
    const document = json(plan, { implementation });
    expect(document).toMatchObject({
      number: 'CHG0042',
      short_description: 'Backout plan for CHG0042: shop',
      risk: 'high',
    });
    expect(document.implementation_plan).toContain(
      '1. Migrate (a)\n    x\nOwner: dba\nHow it is taken back: Covered by b',
    );
    expect(document.backout_plan).toContain('    restore "$DB"');
    expect(document.test_plan).toContain(
      'Health checks; access is opened only when all have passed:\n- 4.1 rows: true',
    );
    expect(document.places[2].steps[0]).toMatchObject({ number: '3.1', id: 'restore-db' });
  });

  test('without a change the implementation plan is empty', () => {
    expect(json().implementation_plan).toBe('');
  });

  test('texts are never longer than the fields hold, and say how much was cut', () => {
    const steps = Array.from({ length: 5_000 }, (_, n) => ({ id: `s${n}`, needs: [] }));
    const large = json(aPlan({ restore: steps, 'health-checks': [{ id: 'c', action: shell('x'.repeat(9_000)) }] }));
    for (const field of ['implementation_plan', 'backout_plan', 'test_plan', 'risk_impact_analysis'])
      expect(large[field].length).toBeLessThanOrEqual(4_000);
    expect(large.backout_plan).toMatch(/\n… \d{4} more lines: see the attached document\.$/);
    expect(large.backout_plan).toContain('s1;');
  });
});

function statement(changes: Partial<Statement['predicate']>): Statement {
  const predicate = {
    ...{ kind: 'rehearsal', result: 'PASSED', deviations: [], environment: 'staging', run: 'R', head: 'h' },
    ...{ planDigest: '', system: 'shop', change: null, by: 'ana', startedOn: '2026-09-01T10:00:00.000Z' },
    ...{ finishedOn: '2026-09-01T10:05:00.000Z', expiresOn: '2026-12-01T00:00:00.000Z', ms: 300_000, end: 'rehearsed' },
    ...{ truth: { access: 'open', data: 'restored', health: 'proven' }, steps: [], injected: [], adapters: {} },
    ...{ coverage: { done: 3, of: 3, leftOut: [], harmless: [] }, tool: { name: 'backout', version: '9' } },
    ...changes,
  };
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [],
    predicateType: '',
    predicate,
  } as unknown as Statement;
}
