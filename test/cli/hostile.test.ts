/** A parameter's value reaches a step as that text and nothing else, wherever it stands (issue 2, item 3). */
import { existsSync, readdirSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { hostileTexts } from '../../src/ports/conformance.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const hostile = `'; touch pwned; $(id) "`;
const texts = [
  hostile,
  ...hostileTexts.filter((text) => text !== hostile),
  ' leading and trailing ',
  'two\nlines',
  '*',
  '',
];

const playbook = `
name: shop
parameters: { v: { type: string, required: true } }
phases:
  restore:
    - { id: bare, run: 'printf %s \${{ params.v }} > bare' }
    - { id: quoted, run: 'printf %s "<\${{ params.v }}>" > quoted' }
    - { id: bash, shell: bash, run: 'printf %s \${{ params.v }} > bash' }
    - { id: environment, env: { V: '\${{ params.v }}' }, run: 'printf %s "$V" > environment' }
    - { id: stdin, stdin: '\${{ params.v }}', run: 'cat > stdin' }
    - { id: heredoc, run: "cat > heredoc <<END\\n\${{ params.v }}\\nEND\\n" }
    - { id: script, script: ./write.mjs, args: ['\${{ params.v }}'] }
    - { id: command, uses: command, with: { argv: [sh, -c, 'printf %s "$1" > command', sh, '\${{ params.v }}'] } }
    - { id: output, run: 'echo "value=\${{ params.v }}" | head -n 1 > $BACKOUT_OUTPUT' }
    - { id: handed-on, run: "printf %s \${{ steps['output'].outputs.value }} > handed-on" }
`;

test.each(texts)('%j', async (text) => {
  const site = new Site(playbook);
  site.write('write.mjs', "import { writeFileSync } from 'node:fs';\nwriteFileSync('script', process.argv[2]);\n");
  const { code, stderr } = await site.call(['run', 'playbook.yaml', '--yes', '--param', `v=${text}`]);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  for (const name of ['bare', 'bash', 'environment', 'stdin', 'script', 'command']) {
    expect([name, site.read(name)]).toEqual([name, text]);
  }
  expect(site.read('quoted')).toBe(`<${text}>`);
  expect(site.read('heredoc')).toBe(`${text}\n`);
  expect(site.read('handed-on')).toBe(text.split('\n')[0]);
  expect(existsSync(site.path('pwned'))).toBe(false);
  expect(readdirSync(site.folder)).not.toContain('pwned');
});

test.each([
  ['single quotes', "printf %s '${{ params.v }}'"],
  ['backticks', 'printf %s `echo ${{ params.v }}`'],
  ['arithmetic', 'echo $((${{ params.v }} + 1))'],
  ['a comment', 'true # ${{ params.v }}'],
])('a reference inside %s is refused with its position, and nothing is run', async (_, run) => {
  const site = new Site(
    `name: shop\nparameters: { v: { type: string, required: true } }\nphases:\n  restore:\n    - id: one\n      run: |\n        touch ran\n        ${run}\n`,
  );
  const { code, stderr } = await site.call(['run', 'playbook.yaml', '--yes', '--param', 'v=x']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/playbook\.yaml:8:\d+: error: /)]);
  expect([site.read('ran'), site.runs.length]).toEqual(['', 0]);
});

test.each([
  ['NUL', 'a\\u0000b'],
  ['more than 120 KiB', 'x'.repeat(121 * 1024)],
])('a value with %s is refused', async (_, value) => {
  const site = new Site(
    'name: shop\nparameters: { v: { type: string, required: true } }\nphases: { restore: [{ id: one, run: "touch ran ${{ params.v }}" }] }\n',
  );
  site.write('params.json', `{ "v": "${value}" }`);
  const { code } = await site.call(['run', 'playbook.yaml', '--yes', '--params-file', 'params.json']);
  expect([1, 2]).toContain(code);
  expect(existsSync(site.path('ran'))).toBe(false);
});
