/** `backout whatif` as its user calls it: forms, exit codes, faults, a large plan. */
import { readdirSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { root } from '../rig/built.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const small = `
name: motd
parameters: { release: { type: string, required: true } }
phases:
  restore: [{ id: copy, owner: ops, timeout: 1m, run: 'cp \${{ params.release }} motd' }]
  health-checks: [{ id: same, timeout: 1m, run: 'cmp motd.backup motd' }]
`;

const whole = `
name: '<b>shop</b>'
phases:
  restore: [{ id: copy, owner: ops, timeout: 1m, run: 'cp a b' }]
  health-checks: [{ id: same, timeout: 1m, run: 'cmp a b' }]
  announce: [{ id: good, timeout: 1m, run: ./tell, contingency: [{ id: say-good, manual: Say it }] }]
escalate: [{ id: bad, timeout: 1m, run: ./tell, contingency: [{ id: say-bad, manual: Say it }] }]
`;

test('the JSON has rows and findings, and says which values were assumed', async () => {
  const { code, stdout, stderr } = await new Site(small).call(['whatif', 'playbook.yaml', '--json']);
  const { rows, findings, ...head } = JSON.parse(stdout);
  expect([code, stderr]).toEqual([1, '']);
  expect(head).toMatchObject({ format: 'backout/whatif/v1', playbook: 'motd', assumed: { release: 'example' } });
  expect(head.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(Object.keys(rows[0])).toEqual([
    'step',
    'failure',
    'also',
    'end',
    'exitCode',
    'truth',
    'told',
    'leftOut',
    'mustAct',
    'elapsed',
  ]);
  expect(rows[0]).toMatchObject({ step: 'copy', failure: 'fails', end: 'failed', elapsed: 6_000 });
  expect(findings.map(({ rule }: { readonly rule: string }) => rule)).toEqual(['nobody-told', 'nobody-told']);
});

test('without findings it exits 0; the page is one file, and no text of the playbook becomes markup', async () => {
  const site = new Site(whole);
  const { code, stdout } = await site.call(['whatif', 'playbook.yaml', '--format', 'html']);
  expect(code).toBe(0);
  expect(stdout).toContain('<svg ');
  expect(stdout).toContain('What if: &lt;b&gt;shop&lt;/b&gt;');
  expect(stdout).not.toContain('<b>');
  expect(stdout).not.toMatch(/(?:src|href)=|url\(|https?:/);
  const markdown = await site.call(['whatif', 'playbook.yaml', '--format', 'md']);
  expect(markdown.stdout).toContain('# What if: \\<b\\>shop\\</b\\>');
});

test('the text names the failure, the end, who was told and who must act', async () => {
  const { stdout } = await new Site(whole).call(['whatif', 'playbook.yaml', '--step', 'copy']);
  expect(stdout).toMatch(
    /copy \(restore\)\n {2}If it fails for good, or it times out every time:\n {4}failed \(exit 1\)/,
  );
  expect(stdout).toMatch(
    /told of the beginning: nobody\n {4}told of the end: bad \(bad\)\n {4}must act: ops removes the cause of copy's failure/,
  );
  expect(stdout).not.toContain('same (health-checks)');
});

test('pairs of one step with every other', async () => {
  const { code, stdout } = await new Site(whole).call([
    'whatif',
    'playbook.yaml',
    '--pairs',
    '--step',
    'same',
    '--json',
  ]);
  const pairs = JSON.parse(stdout).rows.filter(({ step }: { readonly step: string }) => step === 'copy');
  expect([code, pairs.length > 10]).toEqual([0, true]);
  expect(new Set(pairs.map(({ also }: { readonly also: readonly { step: string }[] }) => also[0]?.step))).toEqual(
    new Set(['same']),
  );
});

describe('a call that cannot be answered', () => {
  test.each([
    [['--format', 'pdf'], 'It is one of: text, md, html, json'],
    [['--step', 'nosuch'], 'It has: copy, same'],
    [['--param', 'relaese=4'], 'the playbook has no parameter "relaese"'],
  ])('%j', async (flags, said) => {
    const { code, stdout, stderr } = await new Site(small).call(['whatif', 'playbook.yaml', ...flags]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
  });

  test('a broken playbook is explained as lint does', async () => {
    const { code, stderr } = await new Site('name: x\nphases: { restore: [{ rn: y }] }\n').call([
      'whatif',
      'playbook.yaml',
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('playbook.yaml:2:')]);
  });
});

function many(each: number): string {
  const phase = (name: string) => {
    const steps = Array.from(
      { length: each },
      (_, n) => `    - { id: ${name}-${n}, owner: o, timeout: 1m, run: 'true' }`,
    );
    return `  ${name}:\n${steps.join('\n')}\n`;
  };
  const phases = ['disable-access', 'restore', 'health-checks', 'enable-access', 'announce'].map(phase).join('');
  return `name: many\nescalate: [{ run: ./a, timeout: 1m }, { run: ./b, timeout: 1m }]\nphases:\n${phases}`;
}

test('100 steps, every failure of each', async () => {
  const site = new Site(many(20));
  await site.call(['whatif', 'playbook.yaml', '--step', 'restore-0']);
  const { code, stdout } = await site.call(['whatif', 'playbook.yaml', '--json']);
  expect([code, JSON.parse(stdout).rows.length]).toEqual([0, 80 * 7 + 20 * 6 + 2 * 6]);
});

test('too many pairs are refused, with what to do', async () => {
  const { code, stderr } = await new Site(many(20)).call(['whatif', 'playbook.yaml', '--pairs']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/pairs of failures[\s\S]*--pairs --step/)]);
});

test.each(readdirSync(`${root}/playbooks`))('%s has no findings', async (name) => {
  const { code, stderr, stdout } = await new Site().call(['whatif', `${root}/playbooks/${name}`, '--json']);
  expect([code, stderr, code === 2 ? [] : JSON.parse(stdout).findings]).toEqual([0, '', []]);
});
