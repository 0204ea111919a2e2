/** P9 from end to end: what is secret stands in no file of the home, and in nothing that is printed. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const secret = `pass/w+rd "42" ü'x`;
const forms = [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64url'),
  ...[1, 2].map((before) =>
    Buffer.from('x'.repeat(before) + secret)
      .toString('base64')
      .slice(4, -4),
  ),
];
const sources = {
  env: '{ env: SHOP_PASSWORD }',
  file: '{ file: ./password }',
  command: '{ command: [cat, ./password] }',
};
const playbook = (source: string, more = '') => `
name: shop
secrets: { password: ${source} }
phases:
  restore:
    - id: shows
      env: { PASSWORD: '\${{ secrets.password }}' }
      run: |
        echo "$PASSWORD"; echo "$PASSWORD" >&2
        printf %s "$PASSWORD" | base64; printf x%s "$PASSWORD" | base64; printf xx%s "$PASSWORD" | base64
        printf %s "$PASSWORD" | od -An -v -tx1 | tr -d ' \\n'
        node -e 'const p = process.env.PASSWORD; console.log(JSON.stringify({ p }), encodeURIComponent(p), "{".padEnd(70000) + p)'
        env | grep -c SHOP_PASSWORD > inherited || true
        test "$PASSWORD" = "$(cat password)" && echo same > same
    - { id: stdin, stdin: '\${{ secrets.password }}', run: 'cat; cat /proc/self/environ' }
${more}`;
const run = ['run', 'playbook.yaml', '--yes', '--json', '--log', 'file:log.ndjson'];

function siteWith(text: string): Site {
  const site = new Site(text);
  site.write('password', secret, 0o600);
  site.env = { SHOP_PASSWORD: secret, PATH: `${join(process.execPath, '..')}:${process.env.PATH}` };
  return site;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isFile());
}

/** Where a form of the secret stands: in a file of the home, or in what was printed. */
function leaks(site: Site, printed: readonly string[]): readonly string[] {
  const texts = [
    ...filesIn(site.home).map((path) => [path, readFileSync(path, 'utf8')]),
    ...printed.map((text) => ['printed', text]),
  ];
  texts.push(['log', site.read('log.ndjson')]);
  return texts.flatMap(([where = '', text = '']) =>
    forms.filter((form) => text.includes(form)).map((form) => `${where}: ${form}`),
  );
}

async function everythingSaid(site: Site): Promise<readonly string[]> {
  const id = site.runs[0] ?? '';
  const calls = [
    ['status'],
    ['status', '--json'],
    ['logs', id],
    ['report'],
    ['report', '--format', 'json'],
    ['report', '--format', 'junit'],
  ];
  const said = await Promise.all(calls.map((words) => site.call(words)));
  return said.flatMap(({ stdout, stderr }) => [stdout, stderr]);
}

test.each(Object.entries(sources))('a secret from %s is used and not shown', async (_, source) => {
  const site = siteWith(playbook(source));
  const { code, stdout, stderr } = await site.call(run);
  expect([code, site.read('same')]).toEqual([0, 'same\n']);
  if (source.includes('env')) expect(site.read('inherited')).toBe('0\n');
  const said = await everythingSaid(site);
  expect(leaks(site, [stdout, stderr, ...said])).toEqual([]);
  expect(said.join('')).toContain('***');
});

test('a failing command, a failing check and an output that hold it keep it too', async () => {
  const site = siteWith(
    playbook(
      sources.file,
      `    - { id: bad, env: { P: '\${{ secrets.password }}' }, run: 'echo "no access with $P" >&2; exit 3', onFailure: ask, contingency: [{ id: output, env: { P: '\${{ secrets.password }}' }, run: 'echo "url=http://x/$P" > $BACKOUT_OUTPUT' }] }\n`,
    ),
  );
  const { code, stdout, stderr } = await site.call(run);
  expect(code).toBe(3);
  expect(site.events('step.failed').map((event) => event.class)).toEqual(['exit', 'output']);
  expect(leaks(site, [stdout, stderr, ...(await everythingSaid(site))])).toEqual([]);
});

test('secrets are not in a plan, a dry run, or an argv', async () => {
  const site = siteWith(playbook(sources.file));
  const said = [await site.call(['plan', 'playbook.yaml']), await site.call(['run', 'playbook.yaml', '--dry-run'])];
  expect(said.map(({ code }) => code)).toEqual([0, 0]);
  expect(
    leaks(
      site,
      said.flatMap(({ stdout, stderr }) => [stdout, stderr]),
    ),
  ).toEqual([]);
});

test.each([
  ['missing', '{ env: NO_SUCH_VARIABLE }', /NO_SUCH_VARIABLE is not set/],
  ['in a file that is not there', '{ file: ./nosuch }', /nosuch cannot be read/],
  ['of a command that fails', '{ command: ["false"] }', /false failed/],
  ['too short', '{ env: SHORT }', /shorter than 6/],
])('a secret that is %s: exit 2, and nothing is run', async (_, source, words) => {
  const site = siteWith(playbook(source));
  const { code, stderr } = await site.call(run, { env: { SHORT: '12345' } });
  expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
  expect([site.runs.length, site.read('same')]).toEqual([0, '']);
});
