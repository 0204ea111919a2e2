import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { redact, secretForms } from '../../../src/kernel/redaction.ts';
import { createWorkbench, until, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(() => {
  bench = createWorkbench();
});
afterEach(() => bench.clear());

describe('maxOutput keeps the head and the tail', () => {
  const digits = (length: number) => Array.from({ length }, (_, n) => n % 10).join('');
  test.each([
    [0, 100],
    [99, 100],
    [100, 100],
    [101, 100],
    [5_000, 100],
    [5_001, 101],
    [300_000, 70_001],
    [10, 0],
    [10, 1],
  ])('%i bytes, %i kept', async (length, max) => {
    const text = digits(length);
    const spec = bench.spec('step', ['cat'], { stdin: text, maxOutputBytes: max });
    const cut = Math.max(0, length - max);
    expect(await bench.steps.run(spec)).toMatchObject({ stdout: { bytes: length, cut } });
    const head = Math.floor(max / 2);
    const kept = `${text.slice(0, head)}\n[backout: ${cut} bytes left out here]\n${text.slice(length - (max - head))}`;
    expect(bench.output(spec)).toBe(cut === 0 ? text : kept);
  });

  test('each stream for itself', async () => {
    const spec = bench.spec('step', ['sh', '-c', 'echo out; echo much error >&2'], { maxOutputBytes: 4 });
    expect(await bench.steps.run(spec)).toMatchObject({ stdout: { bytes: 4, cut: 0 }, stderr: { bytes: 11, cut: 7 } });
    expect([bench.output(spec), bench.output(spec, 'stderr')]).toEqual([
      'out\n',
      'mu\n[backout: 7 bytes left out here]\nr\n',
    ]);
  });
});

test('256 MiB of output neither block a step nor grow its supervisor', async () => {
  const size = 256 << 20;
  const go = join(bench.folder, 'go');
  const spec = bench.spec('step', ['./writes-much', String(size), go], { maxOutputBytes: 4 << 20 });
  const end = bench.steps.run(spec);
  await until('all of it is written', () => bench.output(spec, 'stdout.tail').includes('last\n'), 60_000);
  const { pid } = JSON.parse(readFileSync(join(spec.dir, 'claim'), 'utf8'));
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  expect(peak).toBeLessThan(12_000);
  writeFileSync(go, '');
  expect(await end).toMatchObject({ exitCode: 0, stdout: { bytes: size + 11, cut: size + 11 - (4 << 20) } });
  expect(bench.output(spec)).toMatch(/^first\nx+\n\[backout: 264241163 bytes left out here\]\nx+last\n$/);
}, 90_000);

test('a daemon that a step leaves behind keeps its pipe, and the step’s record does not change', async () => {
  const go = join(bench.folder, 'go');
  const spec = bench.spec('step', ['./leaves-daemon', go]);
  expect(await bench.steps.run(spec)).toMatchObject({ exitCode: 0 });
  const record = bench.output(spec);
  expect(record).toContain('the step has ended\n');
  await until('the daemon goes on writing', () => bench.output(spec, 'stdout.later').includes('still here'));
  writeFileSync(go, '');
  await until('it has ended', () => bench.output(spec, '../go.done') !== '');
  expect(readFileSync(`${go}.done`, 'utf8')).toBe('whole\n');
  expect(bench.output(spec)).toBe(record);
});

/** As an encoder may wrap it, or not. */
function wrapped(form: string, width: number): string {
  return form.replace(new RegExp(`[^]{${width + 6}}`, 'g'), width % 2 === 0 ? '$&\n' : '$&\r\n');
}

describe('P9: secrets are redacted before the disk', () => {
  test('the stream is redacted as the whole text would be, wherever it is cut', async () => {
    let count = 0;
    const secret = fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '\n', '"', '/'), minLength: 6, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(secret, { minLength: 1, maxLength: 3 }),
        fc.array(fc.oneof(fc.nat(60), fc.constantFrom('a', 'b', 'x', 'ab', '\n', '\r'))),
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 12 }),
        async (secrets, parts, cuts) => {
          const forms = secretForms(secrets);
          const text = parts
            .map((part) => (typeof part === 'string' ? part : wrapped(forms[part % forms.length] ?? '', part)))
            .join('');
          count += 1;
          const argv: [string, ...string[]] = ['./writes-in-pieces', ...cuts.map(String)];
          const spec = bench.spec(`step-${count}`, argv, { stdin: text, redact: forms });
          expect(await bench.steps.run(spec)).toMatchObject({ exitCode: 0 });
          expect(bench.output(spec)).toBe(redact(text, forms));
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);

  test('what cannot become a secret any more is shown at once', async () => {
    const go = join(bench.folder, 'go');
    const spec = bench.spec('step', ['./waits-for-file', go, '0'], { redact: ['ready steady go', 'dy again'] });
    const end = bench.steps.run(spec);
    await until('the line is there while the step runs', () => bench.output(spec) === 'ready\n');
    writeFileSync(go, '');
    await end;
    expect(bench.output(spec)).toBe('ready\n');
  });
});
