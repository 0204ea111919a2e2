/** Whatever init is told: no errors, and warnings only for what the owner alone can know. */
import { expect, jest, test } from '@jest/globals';
import {
  type Answers,
  closeKinds,
  restoreKinds,
  risks,
  tellKinds,
  templates,
} from '../../src/cli/templates/answers.ts';
import { playbookText } from '../../src/cli/templates/playbook-text.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(180_000);

interface Finding {
  readonly severity: string;
  readonly rule: string;
  readonly message: string;
}

async function lint(site: Site, args: readonly string[]): Promise<readonly Finding[]> {
  return JSON.parse((await site.call(['lint', '--json', ...args])).stdout);
}

const known = { name: 'Ana Duarte', contact: '+41 44 000 00 00', deputy: 'Jon Berg' };

test('every combination of answers, judged at high risk', async () => {
  const site = new Site();
  const files: string[] = [];
  for (const restore of restoreKinds)
    for (const close of closeKinds)
      for (const tell of tellKinds) {
        const answers: Answers = { ...templates.itil, restore, close, tell };
        files.push(site.write(`${restore}-${close}-${tell}.yaml`, playbookText(answers, 'playbook.yaml')));
      }
  const found = await lint(site, ['--risk', 'high', ...files]);
  expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
  // Without a channel there can be no regular updates: the file says so.
  const rules = new Set(found.map(({ rule }) => rule).filter((rule) => rule !== 'no-regular-updates'));
  expect(rules).toEqual(new Set(['fill-in', 'no-fresh-rehearsal']));
});

test('answers leave less to fill in: in the plan itself nothing', async () => {
  const site = new Site();
  const answers = { ...templates.itil, change: 'CHG0042', changeManager: known, operations: known };
  for (const risk of risks) site.write(`${risk}.yaml`, playbookText({ ...answers, risk }, 'playbook.yaml'));
  const found = await lint(
    site,
    risks.map((risk) => `${risk}.yaml`),
  );
  const left = found.filter(({ rule }) => rule === 'fill-in').map(({ message }) => message);
  expect(left.filter((message) => message.includes('FILL IN'))).toEqual([]);
});

test.each(Object.keys(templates))(
  'template %s: planned at once, and no failure leaves people untold',
  async (template) => {
    const site = new Site();
    const made = await site.call(['init', '--template', template]);
    expect([made.code, made.stdout]).toEqual([0, '']);
    const text = site.read('playbook.yaml');
    const params = [...text.matchAll(/^# {3}--param (\w+)=…$/gm)].map(([, name]) => name);
    const missing = await site.call(['plan', 'playbook.yaml']);
    expect(missing.code).toBe(2);
    for (const name of params) expect(missing.stderr).toContain(`parameter ${name} `);

    const whatif = await site.call(['whatif', 'playbook.yaml', '--json']);
    const { assumed, findings, untroubled } = JSON.parse(whatif.stdout);
    expect(Object.keys(assumed)).toEqual(params);
    expect([findings, untroubled.end]).toEqual([[], 'succeeded']);
    const given = Object.entries(assumed).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
    const planned = await site.call(['plan', 'playbook.yaml', ...given]);
    expect([planned.stderr, planned.code]).toEqual(['', 0]);
  },
);

test('names that mean something to YAML stay names', async () => {
  const site = new Site();
  const name = `a: b # c "d" 'e' {f} | [g]`;
  const person = { name: 'no', contact: '0123', deputy: '- x' };
  const answers = {
    ...templates.release,
    name,
    system: 'true',
    change: '1e3',
    changeManager: person,
    operations: person,
  };
  site.write('playbook.yaml', playbookText(answers, 'playbook.yaml'));
  const { stdout } = await site.call(['whatif', 'playbook.yaml', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ playbook: name, system: 'true' });
  const { stdout: text } = await site.call(['doc', 'playbook.yaml', '--json']);
  expect(JSON.parse(text)).toMatchObject({ number: '1e3', people: [person, person] });
});
