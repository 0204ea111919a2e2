/** How much is asked at which risk. */
import { expect, test } from '@jest/globals';
import { type LintRule, levelAt } from '../../src/playbook/lint/rule.ts';
import { lintRules } from '../../src/playbook/lint/rules.ts';
import { shopRelease } from '../playbook/playbook-text.ts';
import { judge, rehearsed, rulesIn, told } from './judged.ts';

const small = `name: x
phases:
  restore:
    - run: ./restore
      timeout: 10m
`;

test('a small change stays a playbook of five lines', async () => {
  const judged = await judge(small);
  expect([told(judged), judged.risk, judged.riskFrom]).toEqual([[], 'low', 'nobody']);
});

test('at low risk it needs no timeout, from medium on it does', async () => {
  const untimed = small.replace('      timeout: 10m\n', '');
  expect(told(await judge(untimed))).toEqual([]);
  expect(rulesIn(await judge(untimed, { risk: 'medium' }))).toContain('no-timeout');
});

test('what is said of those five lines grows with the risk', async () => {
  expect(rulesIn(await judge(small, { risk: 'medium' }))).toEqual([
    'no-escalation',
    'no-fresh-rehearsal',
    'no-notify',
    'no-announce',
    'no-health-check',
    'restore-alone',
    'access-left-open',
    'no-owner',
  ]);
  const high = rulesIn(await judge(small, { risk: 'high' }));
  expect(high).toEqual(
    expect.arrayContaining(['no-scope', 'no-goals', 'no-verify', 'no-contingency', 'no-time-budget']),
  );
});

test('the risk is the caller’s, else the playbook’s', async () => {
  const medium = `${small}change: { risk: medium }\n`;
  const own = await judge(medium);
  const given = await judge(medium, { risk: 'high' });
  expect([own.risk, own.riskFrom, given.risk, given.riskFrom]).toEqual(['medium', 'playbook', 'high', 'caller']);
});

test('whatever is asked at a lower risk is asked at a higher one, and weighs no less', () => {
  const weights = ['note', 'warning', 'error'];
  const weight = (rule: LintRule, risk: 'low' | 'medium' | 'high') => weights.indexOf(levelAt(rule, risk) ?? '');
  for (const rule of lintRules) {
    expect(weight(rule, 'low')).toBeLessThanOrEqual(weight(rule, 'medium'));
    expect(weight(rule, 'medium')).toBeLessThanOrEqual(weight(rule, 'high'));
  }
});

test('what the playbook of the design lacks', async () => {
  expect(told(await judge(shopRelease, { facts: rehearsed }))).toEqual([
    '12:8 warning no-deputy: role dba has no deputy',
    '13:8 warning no-deputy: role web has no deputy',
    '19:3 warning no-regular-updates: nobody hears how it stands while it lasts',
    '20:7 warning no-timeout: step tell-service-desk of notify has no timeout and may hang for ever',
    '24:13 warning message-without-contact: the message of step tell-service-desk does not say whom to call',
    '43:11 note probe-unused: step restore-db-previous would ask a person whether it took effect; postgres/restore can look itself',
    '43:11 warning no-timeout: step restore-db-previous of restore has no timeout and may hang for ever',
    '44:7 warning no-verify: nothing proves that restore step restore-files did its work',
    '44:7 warning no-contingency: restore step restore-files has no contingency for the case that it fails',
    '44:7 warning no-timeout: step restore-files of restore has no timeout and may hang for ever',
    '49:5 warning health-not-on-data: no health check looks at data: they see ports, processes and status codes',
    '55:5 warning no-timeout: step page-duty-manager of escalate has no timeout and may hang for ever',
    '55:72 warning message-without-contact: the message of step page-duty-manager does not say whom to call',
  ]);
});
