/** The forms of lint's output. */
import { expect, test } from '@jest/globals';
import type { LintOutcome } from '../../src/cli/lint-outcome.ts';
import { lintGithub } from '../../src/cli/lint-output-github.ts';
import { lintSarif } from '../../src/cli/lint-output-sarif.ts';
import { lintText, rulesText } from '../../src/cli/lint-output-text.ts';
import type { Diagnostic } from '../../src/kernel/diagnostic.ts';
import { lintRules } from '../../src/playbook/lint/rules.ts';
import { judge, rehearsed, sound } from './judged.ts';

async function outcome(text: string, file = 'playbook.yaml'): Promise<LintOutcome> {
  const result = await judge(text, { facts: rehearsed });
  return { file, diagnostics: result.findings, result };
}

const undeputied = sound.replace(', deputy: Jon', '');
const setAside = `${sound.replace(/^ {6}contingency.*\n/m, '')}lint: { no-contingency: { level: off, reason: one backup } }\n`;

test('text: the finding with its line and remedy, why on request, and the counts at the end', async () => {
  const text = lintText([await outcome(undeputied)], { explain: true });
  expect(text).toBe(`playbook.yaml:7:8: warning: role dba has no deputy (no-deputy)
    7 |   dba: { name: Ana, contact: '+41 44 123 45 67' }
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Add deputy: who stands in, and can be reached.
  Why: The one who knows may be ill, on a flight, or asleep; then the backout stands still with access closed.
0 errors, 1 warning
`);
  expect(lintText([await outcome(undeputied)], { explain: false })).not.toContain('Why:');
});

test('text: of many findings of one rule the first twenty are listed and the rest counted; faults are all listed', () => {
  const finding = (severity: 'error' | 'warning', rule: string, line: number): Diagnostic => {
    return { severity, rule, message: `finding ${line} of ${rule}` };
  };
  const many = Array.from({ length: 25 }, (_, line) => [
    finding('warning', 'no-owner', line),
    finding('error', 'unknown-key', line),
  ]).flat();
  const few = finding('warning', 'no-timeout', 0);
  const lines = lintText([{ file: 'p.yaml', diagnostics: [...many, few], result: undefined }], { explain: false });
  expect(lines.match(/of no-owner \(/g)).toHaveLength(20);
  expect(lines.match(/of unknown-key \(/g)).toHaveLength(25);
  expect(lines).toContain('finding 0 of no-timeout');
  expect(lines).toMatch(/\n… and 5 more of no-owner\. All of them: --format json\n25 errors, 26 warnings\n$/);
});

test('text: what was set aside, how often and why; of several files which one', async () => {
  const aside = await outcome(setAside);
  expect(lintText([aside], { explain: false })).toBe(
    '1 rule turned off by the playbook:\n  no-contingency: 1 finding set aside. Reason: one backup\n0 errors, 0 warnings\n',
  );
  const small = await outcome('name: x\nphases: { restore: [{ run: x, timeout: 1m }] }\n', 'small.yaml');
  expect(lintText([aside, small], { explain: false })).toContain(
    'small.yaml: Checked as a low-risk change; say change: { risk: low }, medium or high.\n',
  );
});

test('the list of rules tells of each at which risk it is asked', () => {
  const text = rulesText();
  for (const { name } of lintRules) expect(text).toMatch(new RegExp(`^${name} \\((?:note|warning|error) at `, 'm'));
  expect(text).toContain('no-fresh-rehearsal (note at medium risk, warning at high)\n');
  expect(text).toContain('no-owner (warning at medium risk and above)\n');
});

const hostile: Diagnostic = {
  severity: 'note',
  rule: 'x,y:z',
  message: '100% wrong\r\n::error::no',
  remedy: 'Mend it.',
  range: { file: 'a,b:c%.yaml', line: 3, column: 5, endLine: 3, endColumn: 9 },
};

test('github: nothing in a value ends its line, its property or its command', () => {
  expect(lintGithub([{ file: 'a', diagnostics: [hostile], result: undefined }])).toBe(
    '::notice file=a%2Cb%3Ac%25.yaml,line=3,endLine=3,col=5,endColumn=9,title=x%2Cy%3Az::100%25 wrong%0D%0A::error::no%0AMend it.\n',
  );
});

test('github: a finding without a place stands at the head of its file', () => {
  const { range: _, ...placeless } = hostile;
  expect(
    lintGithub([{ file: 'p.yaml', diagnostics: [{ ...placeless, severity: 'error' }], result: undefined }]),
  ).toMatch(/^::error file=p\.yaml,line=1,endLine=1,title=/);
});

interface Sarif {
  readonly version: string;
  readonly runs: readonly [
    {
      readonly tool: {
        readonly driver: { readonly rules: readonly { readonly id: string; readonly help: unknown }[] };
      };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly locations: readonly unknown[];
        readonly suppressions?: unknown;
      }[];
    },
  ];
}

const sarifOf = (outcomes: readonly LintOutcome[]): Sarif => JSON.parse(lintSarif(outcomes));

test('sarif: each result leads to its rule, with its place; what was set aside is suppressed with the reason', async () => {
  const { version, runs } = sarifOf([await outcome(undeputied), await outcome(setAside, 'b.yaml')]);
  const [{ tool, results }] = runs;
  expect(version).toBe('2.1.0');
  expect(results.map(({ ruleId, level, suppressions }) => ({ ruleId, level, suppressions }))).toEqual([
    { ruleId: 'no-deputy', level: 'warning', suppressions: undefined },
    {
      ruleId: 'no-contingency',
      level: 'warning',
      suppressions: [{ kind: 'inSource', justification: 'one backup' }],
    },
  ]);
  for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]).toMatchObject({ id: ruleId });
  expect(tool.driver.rules.map(({ id }) => id)).toEqual(lintRules.map(({ name }) => name));
  expect(results[0]?.locations).toEqual([
    {
      physicalLocation: {
        artifactLocation: { uri: 'playbook.yaml' },
        region: {
          startLine: 7,
          startColumn: 8,
          endLine: 7,
          endColumn: 50,
          snippet: { text: "  dba: { name: Ana, contact: '+41 44 123 45 67' }" },
        },
      },
    },
  ]);
});

test('sarif: a path becomes a URI, and a fault that is no lint rule gets a rule of its own', () => {
  const odd = { ...hostile, range: { file: 'a b/ä#.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 } };
  const outside = { ...hostile, rule: 'other', range: { ...odd.range, file: '/tmp/a b.yaml' } };
  const text = lintSarif([{ file: 'x', diagnostics: [odd, outside], result: undefined }]);
  expect(text.match(/"uri": ".*"/g)).toEqual(['"uri": "a%20b/%C3%A4%23.yaml"', '"uri": "file:///tmp/a%20b.yaml"']);
  const [{ tool, results }] = sarifOf([{ file: 'x', diagnostics: [odd, outside], result: undefined }]).runs;
  expect(results.map(({ ruleIndex }) => tool.driver.rules[ruleIndex]?.id)).toEqual(['x,y:z', 'other']);
});
