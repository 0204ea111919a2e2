/** `backout lint change.yaml`: the whole way back is judged, and each finding stands where it was written. */
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { root } from '../rig/built.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const change = `kind: Change
id: CHG1
system: shop
risk: high
steps:
  - id: deploy
    owner: web
    run: ./deploy
    backout: [{ owner: web, run: "./deploy \${{ steps['deploy'].outputs.before }}" }]
  - { id: look, run: ./look, backout: [] }
  - { id: tell, owner: web, manual: Send the news, irreversible: what was sent stays sent }
`;
const framed = change.replace('risk: high\n', 'risk: high\nframe: ./playbook.yaml\n');
const frame = `name: shop-plan
system: shop
goals: [it works]
phases:
  disable-access: [{ id: close, owner: web, run: close }]
  restore: [{ id: files, run: x, timeout: 1m }]
  health-checks: [{ id: ok, owner: web, run: x, timeout: 1m }]
  enable-access: [{ id: open, owner: web, run: open, timeout: 1m }]
`;

interface Finding {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly remedy?: string;
  readonly range?: { readonly file: string; readonly line: number; readonly column: number };
}

async function lint(site: Site, ...args: readonly string[]) {
  const { code, stdout, stderr } = await site.call(['lint', '--json', ...args]);
  if (stderr !== '') throw new Error(stderr);
  const findings: readonly Finding[] = JSON.parse(stdout);
  const told = findings.map(
    ({ range, severity, rule, message }) => `${range?.file}:${range?.line} ${severity} ${rule}: ${message}`,
  );
  return { code, findings, told, rules: findings.map(({ rule }) => rule) };
}

function siteWith(text: string, playbook?: string): Site {
  const site = new Site(playbook);
  site.write('change.yaml', text);
  return site;
}

describe('backout lint of a change', () => {
  test('tells what is wrong in it, in its place, and judges nothing then', async () => {
    const site = siteWith(change.replace('backout: []', 'bakcout: []').replace('kind: Change\n', ''));
    const { code, told } = await lint(site, 'change.yaml');
    expect([code, told]).toEqual([
      2,
      [
        'change.yaml:1 error missing-key: "kind" is missing in the change',
        'change.yaml:9 error unknown-key: unknown key "bakcout" in step look',
      ],
    ]);
  });

  test('tells what belongs to its steps in the change, and what is the frame’s in the frame', async () => {
    const { code, told } = await lint(siteWith(framed, frame), 'change.yaml');
    expect(code).toBe(0);
    expect(told).toEqual(
      expect.arrayContaining([
        'change.yaml:10 warning no-timeout: step undo-deploy of restore has no timeout and may hang for ever',
        'change.yaml:10 warning no-verify: nothing proves that restore step undo-deploy did its work',
        'change.yaml:12 note irreversible-step: step tell cannot be taken back: what was sent stays sent',
        'playbook.yaml:1 warning no-scope: the playbook does not say its scope',
        'playbook.yaml:5 warning no-timeout: step close of disable-access has no timeout and may hang for ever',
        'playbook.yaml:6 warning no-owner: step files has no owner',
      ]),
    );
    const files = told.map((line) => line.split(':')[0]);
    expect(files).toEqual([...files].sort());
  });

  test('says of what is put together nothing that nobody could write', async () => {
    const { told } = await lint(siteWith(framed, frame), 'change.yaml');
    expect(told.filter((line) => /no-contingency.*decide-tell|deploy-before/.test(line))).toEqual([]);
  });

  test('tells what is wrong with an output at the step that puts it out', async () => {
    const { told } = await lint(siteWith(framed.replace('outputs.before', 'outputs.token'), frame), 'change.yaml');
    expect(told.filter((line) => line.includes('secret-as-parameter'))).toEqual([
      'change.yaml:7 warning secret-as-parameter: parameter deploy-token seems to be a secret, but is stored and shown',
    ]);
  });

  test('judges by the risk of the change, or of the call', async () => {
    const low = siteWith(framed.replace('risk: high', 'risk: low'), frame);
    const { rules } = await lint(low, 'change.yaml');
    expect(rules).toEqual([]);
    expect((await lint(low, 'change.yaml', '--risk', 'high')).rules).toContain('irreversible-step');
    low.write('change.yaml', framed.replace('risk: high\n', ''));
    expect((await low.call(['lint', 'change.yaml'])).stdout).toContain('say risk: low, medium or high.');
  });

  test('without a frame says where what is missing can be written', async () => {
    const { code, findings } = await lint(siteWith(change), 'change.yaml');
    const remedyOf = (rule: string) => findings.find((finding) => finding.rule === rule)?.remedy;
    expect(code).toBe(2);
    for (const rule of ['no-scope', 'no-notify', 'no-health-check', 'restore-alone'])
      expect(remedyOf(rule)).toContain('frame: ./playbook.yaml');
    expect(remedyOf('no-time-budget')).toBe('Add timeBudget, such as 1h.');
    expect(remedyOf('no-fresh-rehearsal')).toContain('backout derive change.yaml --irreversible ask -o back.yaml');
  });

  test('names scripts that are not there, of the steps and of what undoes them', async () => {
    const text = framed.replace('run: ./look,', 'script: ./gone.mjs,').replace(/run: "[^"]*"/, 'script: ./back.mjs');
    const { code, told } = await lint(siteWith(text, frame), 'change.yaml');
    expect(code).toBe(2);
    expect(told.filter((line) => line.includes('missing-script'))).toEqual([
      'change.yaml:10 error missing-script: step undo-deploy: there is no readable script ./back.mjs beside the playbook',
      'change.yaml:11 error missing-script: step look: there is no readable script ./gone.mjs beside the playbook',
    ]);
  });

  test('lets the frame set a rule aside', async () => {
    const site = siteWith(framed, `${frame}lint: { irreversible-step: { level: off, reason: agreed } }\n`);
    expect((await lint(site, 'change.yaml')).rules).not.toContain('irreversible-step');
    expect((await site.call(['lint', 'change.yaml'])).stdout).toContain('1 finding set aside. Reason: agreed');
  });

  test('takes a folder that has only a change; the playbook where there are both', async () => {
    const site = new Site();
    site.write('alone/change.yaml', change);
    site.write('both/change.yaml', framed);
    site.write('both/playbook.yaml', frame);
    const { stdout } = await site.call(['lint', 'alone']);
    expect(stdout).toContain('alone/change.yaml:11:');
    expect((await lint(site, 'both')).told.filter((line) => line.includes('change.yaml'))).toEqual([]);
  });

  test('finds nothing to judge in a change that changes nothing', async () => {
    const site = siteWith('kind: Change\nid: C\nsystem: s\nsteps: [{ id: a, run: x, backout: [] }]\n');
    expect((await lint(site, 'change.yaml')).told).toEqual([]);
  });

  test('the shipped change lacks only a rehearsal on this machine', async () => {
    const { told, code } = await lint(new Site(), join(root, 'playbooks/itil-basic/change.yaml'));
    expect([code, told.map((line) => line.split(' ')[2])]).toEqual([0, ['no-fresh-rehearsal:']]);
  });
});

test('a rehearsal of the playbook that derive writes counts for the change', async () => {
  const text = framed.replace(/ {2}- \{ id: tell.*\n/, '').replace(/"\.\/deploy[^"]*"/, 'echo');
  const harmless = ['undo-deploy', 'files', 'ok', 'close', 'open'].map((step) => ({ step, reason: 'it only prints' }));
  const plain = frame.replaceAll(/run: (?:x|close|open)/g, 'run: echo');
  const site = siteWith(text, plain);
  expect((await site.call(['derive', 'change.yaml', '-o', 'back.yaml'])).code).toBe(0);
  site.write(
    'back.yaml',
    `${site.read('back.yaml')}rehearsal: ${JSON.stringify({ environment: 'staging', harmless })}\n`,
  );
  const { code, stderr } = await site.call(['rehearse', 'back.yaml', '--yes']);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  expect((await lint(site, 'change.yaml')).rules).not.toContain('no-fresh-rehearsal');
});
