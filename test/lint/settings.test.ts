/** What a playbook says of rules: where it holds, what it must name, and that it is seen. */
import { expect, test } from '@jest/globals';
import { check, shownAll } from '../playbook/playbook-text.ts';
import { judge, rehearsed, rulesIn, sound, told } from './judged.ts';

const facts = rehearsed;
const unowned = sound.replaceAll('owner: dba, ', '');
const withLint = (settings: string) => `${unowned}lint:\n  ${settings}\n`;

test('a rule that is off sets its findings aside, with the reason', async () => {
  const judged = await judge(withLint('no-owner: { level: off, reason: one team }'), { facts });
  expect(rulesIn(judged)).toEqual([]);
  expect(judged.suppressed.map(({ finding }) => finding.message)).toContain('step rows has no owner');
  expect(judged.suppressed.every(({ setting }) => setting.reason === 'one team')).toBe(true);
  expect(judged.off).toEqual([{ rule: 'no-owner', level: 'off', reason: 'one team', steps: undefined }]);
});

test('a rule that is off in some steps holds in all others', async () => {
  const all = rulesIn(await judge(unowned, { facts })).length;
  const judged = await judge(withLint('no-owner: { level: off, steps: [rows], reason: one team }'), { facts });
  expect(rulesIn(judged)).toHaveLength(all - 1);
  expect(judged.suppressed.map(({ finding }) => finding.message)).toEqual(['step rows has no owner']);
});

test('a rule that is set for some steps holds as ever for what is found in no step', async () => {
  const text = `${sound.replace(', deputy: Jon', '')}lint: { no-deputy: { level: off, steps: [rows], reason: x } }\n`;
  expect(rulesIn(await judge(text, { facts }))).toEqual(['no-deputy']);
});

test('a rule that the risk does not ask for can be asked for in some steps alone', async () => {
  const text =
    'name: x\nphases: { restore: [{ id: a, run: x }, { id: b, run: x }] }\nlint: { no-owner: { level: note, steps: [a], reason: x } }\n';
  expect(told(await judge(text))).toEqual(['2:21 note no-owner: step a has no owner']);
});

test.each(['note', 'warning', 'error'])('a rule may weigh as %s', async (level) => {
  const { findings } = await judge(withLint(`no-owner: { level: ${level}, reason: we say so }`), { facts });
  expect(new Set(findings.map(({ severity }) => severity))).toEqual(new Set([level]));
});

test('a rule can be asked for that the risk does not ask for', async () => {
  const text =
    'name: x\nphases: { restore: [{ run: x, timeout: 1m }] }\nlint: { no-goals: { level: warning, reason: ours } }\n';
  expect(rulesIn(await judge(text))).toEqual(['no-goals']);
});

test('a rule or a step that does not exist is an error, with what was meant', async () => {
  const judged = await judge(
    `${sound}lint:
  no-contingncy: { level: off, reason: x }
  no-verify: { level: off, steps: [restor-db], reason: x }
  unknown-key: { level: off, reason: x }
`,
    { facts },
  );
  expect(told(judged)).toEqual([
    '24:3 error unknown-rule: there is no lint rule "no-contingncy"',
    '25:36 error unknown-step: the lint rule no-verify is set for a step that there is not: restor-db',
    '26:3 error unknown-rule: there is no lint rule "unknown-key"',
  ]);
  expect(judged.findings.map(({ remedy }) => remedy)).toEqual([
    'Did you mean "no-contingency"?',
    'Did you mean "restore-db"?',
    expect.stringMatching(/^Did you mean|An error cannot be set/),
  ]);
  expect(judged.off.map(({ rule }) => rule)).toEqual(['no-verify']);
});

test.each([
  ['{ level: off }', /"reason" is missing/],
  ["{ level: off, reason: '  ' }", /must say why/],
  ['{ level: of, reason: x }', /must be off, note, warning or error/],
  ['{ level: off, reason: x, step: [y] }', /unknown key "step".*\n.*\n.*\n.*Did you mean "steps"/],
])('%s is not valid', async (setting, said) => {
  const { playbook, diagnostics } = await check(`name: x\nlint: { no-owner: ${setting} }\n`);
  expect(playbook).toBeUndefined();
  expect(shownAll(diagnostics)).toMatch(said);
});

test('what lint says does not stop a run: an unknown rule is no fault of the playbook', async () => {
  const { diagnostics } = await check('name: x\nlint: { gone-since: { level: off, reason: x } }\n');
  expect(diagnostics).toEqual([]);
});
