import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { adapterNames, loadAdapter, loadExternalAdapter } from '../../adapters/registry.ts';
import { runWorker } from '../../adapters/workers.ts';
import { workerArgv, workerFile } from '../../src/ports/entry.ts';
import { newFolder } from './rig/folder.ts';
import { parsed, runStep } from './rig/step.ts';

jest.setTimeout(60_000);

describe('the registry', () => {
  test.each(adapterNames)('%s is found by its own name', async (name) => {
    expect((await loadAdapter(name))?.name).toBe(name);
  });

  test.each(adapterNames)('%s says against what it was tested', async (name) => {
    expect((await loadAdapter(name))?.tested).toMatch(/^Tested .*\.$/);
  });

  test('knows no other', async () => {
    expect(await loadAdapter('htpp')).toBeUndefined();
    expect(await loadAdapter('constructor')).toBeUndefined();
  });

  test('loads no heavy library with an adapter', () => {
    const seen = execFileSync(process.execPath, ['--input-type=module', '--eval', loadsOf], {
      cwd: process.cwd(),
      encoding: 'utf8',
    });
    expect(JSON.parse(seen)).toEqual([]);
  });
});

/** Loads every adapter, then prints which heavy libraries came with them. */
const loadsOf = `
import { registerHooks } from 'node:module';
const heavy = new Set();
registerHooks({ load(url, context, next) {
  const library = /node_modules\\/(execa|zx|winston|nodemailer|p-retry|yaml)\\//.exec(url)?.[1] ?? /^node:sqlite$|zod\\/v4\\/classic/.exec(url)?.[0];
  if (library !== undefined) heavy.add(library);
  return next(url, context);
} });
const { adapterNames, loadAdapter } = await import('./adapters/registry.ts');
for (const name of adapterNames) await loadAdapter(name);
process.stdout.write(JSON.stringify([...heavy]));
`;

describe('a worker', () => {
  test('is started from where it is: the sources, the bundle, or a chunk of it', () => {
    expect(existsSync(String(workerArgv('x').find((word) => word.endsWith('.ts'))))).toBe(true);
    const dist = newFolder();
    writeFileSync(join(dist, 'worker.js'), '');
    expect(workerFile(`file://${dist}/cli.js`)).toBe(join(dist, 'worker.js'));
    expect(workerFile(`file://${dist}/chunks/entry.js`)).toBe(join(dist, 'worker.js'));
  });

  test.each([
    ['no/such', '{}', 2, 'There is no worker named "no/such"'],
    ['files/restore', 'hello', 1, 'is not valid JSON'],
    ['files/restore', '{"key":"../x","folder":"/","input":{}}', 119, 'malformed'],
    ['files/restore', '{"key":"x","folder":"/","input":{}}', 1, 'files/restore'],
  ])('says what is wrong with the order %s %s', async (name, order, code, because) => {
    const said: string[] = [];
    const report = { line: () => undefined, output: () => undefined };
    expect(await runWorker(name, order, { report, trouble: (text) => said.push(text) })).toBe(code);
    expect(said.join('\n')).toContain(because);
  });
});

describe("a user's own adapter", () => {
  const write = (name: string, content: string, mode = 0o644) => {
    const folder = newFolder();
    writeFileSync(join(folder, name), content, { mode });
    return folder;
  };
  const own = (fields: string) => `{
    name: 'own', summary: 'Own.', input: { _zod: {}, '~standard': { validate: (value) => ({ value }) } },
    secretFields: [], outputs: {}, needs: [], repeatable: false, readOnly: false, defaultTimeoutMs: null,
    describe: () => ['own'], preflight: async () => ({ ok: true, checked: [], uncovered: null }), ${fields} }`;

  test.each([
    ['own.mjs', `export default ${own("perform: async () => ({ ok: true, detail: 'done' })")}`],
    ['own.ts', `const typed: object = ${own("command: () => ({ argv: ['true'] })")};\nexport const adapter = typed;`],
  ])('is a module: %s', async (name, content) => {
    const loaded = await loadExternalAdapter(`./${name}`, write(name, content));
    expect(loaded).toMatchObject({ ok: true, value: { name: 'own' } });
  });

  test.each([
    ['none.mjs', '', 0o644, 'is not there'],
    ['bad.mjs', 'export default {', 0o644, 'cannot be loaded'],
    ['empty.mjs', 'export const x = 1', 0o644, 'exports no adapter'],
    ['two.mjs', `export default ${own("perform: async () => 1, command: () => 1, needs: 'tar'")}`, 0o644, 'needs:'],
    ['neither.mjs', `export default ${own('')}`, 0o644, 'exactly one of `command` and `perform`'],
    ['tool', '#!/bin/sh\n', 0o644, 'may not be executed'],
    ['silent', '#!/bin/sh\n', 0o755, 'did not answer with one JSON document'],
    ['failing', '#!/bin/sh\necho broken >&2; exit 4', 0o755, 'ended with 4: broken'],
    ['wrong', '#!/bin/sh\necho \'{"repeatable":"often"}\'', 0o755, 'repeatable'],
  ])('is refused with what is wrong: %s', async (name, content, mode, because) => {
    const folder = name === 'none.mjs' ? newFolder() : write(name, content, mode);
    const loaded = await loadExternalAdapter(`./${name}`, folder);
    expect(loaded.ok ? '' : loaded.error.message).toContain(because);
    expect(loaded.ok ? '' : loaded.error.remedy).not.toBe('');
  });

  const executable = `#!${process.execPath}
const { readFileSync, appendFileSync } = require('node:fs');
const { backoutAdapter, verb, input, key, mode } = JSON.parse(readFileSync(0, 'utf8'));
const answers = {
  describe: { summary: 'Reverts.', secretFields: ['token'], repeatable: true, preflight: true, probe: true },
  preflight: input.broken ? { ok: false, reason: 'broken', remedy: 'mend it' } : { ok: true, checked: ['all'] },
  probe: { answer: 'no', detail: [backoutAdapter, key, mode].join() },
};
if (verb === 'perform') appendFileSync(process.env.BACKOUT_OUTPUT, 'to=' + input.to + '\\n');
else process.stdout.write(JSON.stringify(answers[verb]));
`;

  test('is any executable that speaks JSON', async () => {
    const folder = write('revert', executable, 0o755);
    const loaded = await loadExternalAdapter('./revert', folder);
    if (!loaded.ok) throw new Error(loaded.error.message);
    const adapter = loaded.value;
    expect(adapter).toMatchObject({ name: './revert', summary: 'Reverts.', secretFields: ['token'], repeatable: true });
    const context = {
      signal: new AbortController().signal,
      key: 'k-1',
      folder,
      mode: 'dry-run' as const,
      env: { PATH: '' },
    };
    const input = parsed(adapter, { to: 'x', token: 'very-secret' });
    expect(adapter.describe(input).join()).not.toContain('very-secret');
    expect(await adapter.preflight(input, context)).toEqual({ ok: true, checked: ['all'], uncovered: null });
    expect(await adapter.preflight({ broken: true }, context)).toEqual({
      ok: false,
      reason: 'broken',
      remedy: 'mend it',
    });
    expect(await adapter.probe?.(input, context)).toEqual({ answer: 'no', detail: '1,k-1,dry-run' });
    const hostile = `'; touch pwned; $(id) "`;
    expect(await runStep(adapter, { to: hostile }, folder)).toMatchObject({
      code: 0,
      stderr: '',
      outputs: { to: hostile },
    });
  });
});
