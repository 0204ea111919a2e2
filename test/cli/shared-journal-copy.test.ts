/** One file of `--journal-copy` for a change, its backout and other runs; the recipe of the docs takes a part out. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { root } from '../rig/built.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const change = `kind: Change
id: CHG1
system: shop
frame: playbook.yaml
steps:
  - { id: one, run: 'echo 1 > one', backout: [{ run: 'rm one' }] }
  - { id: two, run: 'exit 3', backout: [{ run: 'true' }] }
`;
const frame = `name: shop
phases:
  restore: []
  health-checks: [{ id: ok, run: 'test ! -e one' }]
`;
const other =
  'name: other\nsystem: other\nphases: { restore: [{ id: a, manual: "Say it." }, { id: b, run: "true" }] }\n';

/** The commands of the docs, up to the one that verifies. */
function recipe(): string {
  const page = readFileSync(join(root, 'docs/operating.md'), 'utf8');
  return /```sh\n(awk -v run=RUN [\s\S]*?> journal\.ndjson)\n/.exec(page)?.[1] ?? 'exit 1';
}

test('each part is whole, in order, and the journal', async () => {
  const site = new Site(frame);
  site.write('change.yaml', change);
  site.write('other.yaml', other);
  const copied = ['--journal-copy', 'copy.ndjson'];
  const waiting = await site.call(['run', 'other.yaml', '--yes', ...copied]);
  const [first = ''] = site.runs;
  const back = await site.call(['change', 'run', 'change.yaml', '--yes', '--backout-on-failure', ...copied]);
  const confirmed = await site.call(['confirm', first, 'a', ...copied]);
  expect([waiting.code, back.code, confirmed.code]).toEqual([3, 8, 0]);
  for (const { stderr } of [waiting, back, confirmed]) expect(stderr).not.toContain('lags');
  const whole = await site.call(['audit', 'verify', './copy.ndjson']);
  expect([whole.code, whole.stdout]).toEqual([7, expect.stringContaining('Another journal begins there.')]);
  const runs = readdirSync(join(site.home, 'runs'));
  expect(runs).toHaveLength(3);
  for (const run of runs) {
    const script = recipe().replace('run=RUN', `run=${run}`).replace('FILE', 'copy.ndjson');
    execFileSync('sh', ['-c', script], { cwd: site.folder });
    expect(site.read('journal.ndjson')).toBe(readFileSync(join(site.home, 'runs', run, 'journal.ndjson'), 'utf8'));
    const { code, stdout } = await site.call(['audit', 'verify', './journal.ndjson']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Intact and closed')]);
  }
});
