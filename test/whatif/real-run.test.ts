/** What is imagined of a failure, beside a real run in which it happens. */
import { expect, jest, test } from '@jest/globals';
import type { RunView } from '../../src/views/run-view.ts';
import type { Told } from '../../src/whatif/row.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const use = `run: 'echo load "\${{ steps[''r''].outputs.dump }}"'`;
const broken = `id: r, owner: o, timeout: 1m, run: 'exit 1; echo dump=x >> "$BACKOUT_OUTPUT"'`;
const helped = `{ ${broken}, contingency: [{ id: rc, owner: o, timeout: 1m, run: 'true' }] }`;
const ends = ['failed', 'stopped', 'succeeded', 'succeeded-with-exceptions'];
const told = (place: string) =>
  ends.map((end) => `{ id: ${place}-${end}, needs: [], run: 'true', if: "run.end == '${end}'" }`).join(', ');
const telling = `  announce: [${told('a')}]\nescalate: [${told('e')}]\n`;

const playbook = (...restore: readonly string[]): string =>
  `name: r\nphases:\n  restore: [${restore.join(', ')}]\n${telling}`;

test.each([
  ['an output that is not there', playbook(helped, `{ id: s, ${use} }`)],
  ['in an `if`', playbook(helped, `{ id: s, run: 'true', if: "steps['r'].outputs.dump == 'x'" }`)],
  ['accepted', playbook(`{ ${broken}, onFailure: continue }`, `{ id: s, ${use}, onFailure: continue }`)],
  ['helped', playbook(helped, `{ id: s, ${use}, contingency: [{ id: sc, run: 'true' }] }`)],
  ['in a verification', playbook(helped, `{ id: s, run: 'true', verify: { ${use} } }`)],
  ['asked for with care', playbook(helped, `{ id: s, run: 'true', if: "'dump' in steps['r'].outputs" }`)],
])('%s', async (_, text) => {
  const site = new Site(text);
  const { rows } = JSON.parse((await site.call(['whatif', 'playbook.yaml', '--step', 'r', '--json'])).stdout);
  const row = rows.find(({ failure }: { readonly failure: string }) => failure === 'fails');
  const real = await site.call(['run', 'playbook.yaml', '--yes', '--json']);
  const view: RunView = JSON.parse(real.stdout);
  const stepsThat = (status: string): readonly string[] =>
    view.phases.flatMap(({ steps }) => steps.filter((step) => step.status === status).map(({ id }) => id));
  const ofEnd = stepsThat('succeeded').filter((id) => /^[ae]-/.test(id));
  const asReal = [real.code, view.status, ofEnd, stepsThat('skipped')];
  expect([row.exitCode, row.end, row.told.map(({ step }: Told) => step), row.leftOut]).toEqual(asReal);
  expect(row.truth).toEqual(view.truth);
});
