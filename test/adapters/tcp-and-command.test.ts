import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { adapter as command } from '../../adapters/command/index.ts';
import { adapter as tcp } from '../../adapters/tcp/index.ts';
import { newFolder } from './rig/folder.ts';
import { closedPort, lineServer } from './rig/servers.ts';
import { complaints, perform, preflight, runStep } from './rig/step.ts';

const host = '127.0.0.1';

describe('tcp', () => {
  test('a connection is enough where nothing is expected', async () => {
    const { port } = await lineServer('');
    expect(await perform(tcp, { host, port })).toMatchObject({ ok: true });
    expect(await perform(tcp, { host, port: String(port) })).toMatchObject({ ok: true });
  });

  test('sends, and waits for what is expected', async () => {
    const { port } = await lineServer('220 ready\r\n');
    expect(await perform(tcp, { host, port, send: 'PING\r\n', expect: 'ready' })).toMatchObject({ ok: true });
    const silent = await lineServer('');
    expect(
      await perform(tcp, { host, port: silent.port, send: 'PING\r\n', expect: 'PONG', timeout: '100ms' }),
    ).toMatchObject({ ok: false, class: 'check', reason: expect.stringContaining('did not say it within 100 ms') });
    expect(silent.received()).toBe('PING\r\n');
  });

  test.each([
    ['nothing listens', async () => closedPort(), 'connection refused'],
    [
      'it says another thing and hangs up',
      async () => (await lineServer('-ERR\r\n', 'hang up')).port,
      'it hung up before it said "PONG"',
    ],
  ])('is bad when %s', async (_, where, because) => {
    const port = await where();
    expect(await perform(tcp, { host, port, expect: 'PONG' })).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringContaining(because),
    });
  });

  test('refuses what is no port', () => {
    expect(complaints(tcp, { host, port: 0 })).not.toBe('');
    expect(complaints(tcp, { host, port: 'http' })).toContain('whole number');
  });
});

describe('command', () => {
  test('runs a program with its arguments as they stand, without a shell', async () => {
    const folder = newFolder();
    const argv = ['printf', '%s|', '$HOME', '*', 'a b', '; exit 3', ''];
    expect(await runStep(command, { argv }, folder)).toMatchObject({ code: 0, stdout: '$HOME|*|a b|; exit 3||' });
    expect(await runStep(command, { argv: ['sh', '-c', 'exit 3'] }, folder)).toMatchObject({ code: 3 });
  });

  test('says what it would run as a shell would take it', () => {
    expect(command.describe({ argv: ['printf', "it's", 'a b', 'x\ny', ''] })).toEqual([
      String.raw`run printf 'it'\''s' 'a b' 'x\ny' ''`,
    ]);
  });

  test('preflight looks for the program', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'tool'), '#!/bin/sh\n');
    expect(await preflight(command, { argv: ['sh'] })).toMatchObject({ ok: true });
    expect(await preflight(command, { argv: ['no-such-program'] })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('on the PATH'),
    });
    expect(await preflight(command, { argv: ['./tool'] }, folder)).toMatchObject({ ok: false });
    chmodSync(join(folder, 'tool'), 0o755);
    expect(await preflight(command, { argv: ['./tool'] }, folder)).toMatchObject({ ok: true });
    expect(await preflight(command, { argv: ['./'] }, folder)).toMatchObject({ ok: false });
  });

  test('refuses an empty list and NUL', () => {
    expect(complaints(command, { argv: [] })).not.toBe('');
    expect(complaints(command, { argv: ['a\0b'] })).toContain('NUL');
  });
});
