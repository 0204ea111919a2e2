/**
 * Against a real nginx. Planted faults that were caught: a reload without a test; an exit code of the reload believed;
 * a refused page left in place; the marker removed before nginx has answered; requests in flight not waited for.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, get, type ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/nginx/maintenance/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Performed } from '../../src/ports/adapter.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type Nginx, startNginx } from '../rig/servers/nginx.ts';
import { until } from '../rig/until.ts';
import { listening } from './rig/servers.ts';
import { complaints, perform, preflight, probe } from './rig/step.ts';

/** What nginx stands in front of: it holds /hold until `held` is ended. */
const held: ServerResponse[] = [];
const behind = createServer((request, response) => {
  if (request.url === '/hold') held.push(response);
  else response.end('shop');
});

let nginx: Nginx;
let clean = '';
let usual: { readonly server: string; readonly http: string };
const within = (name: string) => join(nginx.folder, name);
const include = () => within('include/shop.conf');
const files = (folder: string) => readdirSync(within(folder)).sort();

describeWith(['nginx'], 'nginx/maintenance', () => {
  beforeAll(async () => {
    const port = await listening(behind);
    usual = {
      http: 'geo $operator { default 0; 127.0.0.2 1; }',
      server: `
        set $closed 0;
        if (-f $folder/flags/closed) { set $closed 1; }
        if ($operator) { set $closed 0; }
        if ($closed) { return 503; }
        # include $folder/elsewhere*;
        set $x 1; include $folder/include/*.conf;
        location / { proxy_pass http://127.0.0.1:${port}; }`,
    };
    nginx = await startNginx(usual);
    mkdirSync(within('flags'));
  });
  afterAll(async () => {
    await nginx?.stop();
    behind.closeAllConnections();
    behind.close();
  });
  afterEach(async () => {
    for (const response of held.splice(0)) response.end();
    for (const folder of ['include', 'flags']) {
      rmSync(within(folder), { recursive: true });
      mkdirSync(within(folder));
    }
    nginx.configure(usual);
    const before = workers();
    // The same workers as after the last cleaning: nothing was reloaded, so there is nothing to undo.
    if (before.join() === clean) return;
    process.kill(nginx.pid, 'SIGHUP');
    await until('new workers', () => workers().every((pid) => !before.includes(pid)) && workers().length === 2);
    clean = workers().join();
  });

  const byInclude = (more: JsonObject = {}) => ({
    access: 'closed',
    include: include(),
    content: 'return 503;',
    config: nginx.config,
    prefix: nginx.folder,
    ...more,
  });
  const byFlag = (more: JsonObject = {}) => ({
    access: 'closed',
    flag: within('flags/closed'),
    config: nginx.config,
    prefix: nginx.folder,
    check: nginx.url,
    ...more,
  });
  const open = { access: 'open' };

  test.each<readonly [string, () => void, string]>([
    ['nothing', () => undefined, ''],
    [
      'a file',
      () => {
        writeFileSync(include(), '# of the shop\n');
        chmodSync(include(), 0o640);
        execFileSync('chown', ['nobody', include()]);
      },
      'file 640 65534 # of the shop\n',
    ],
    [
      'a link',
      () => {
        writeFileSync(within('include/shop.available'), '# there\n');
        symlinkSync('shop.available', include());
      },
      'link shop.available',
    ],
  ])('by an include, where there was %s: closed, then exactly as it was', async (_, arrange, stood) => {
    arrange();
    const before = workers();
    expect(await preflight(adapter, byInclude(), nginx.folder)).toMatchObject({ ok: true });
    expect(standing()).toBe(stood);
    expect(await perform(adapter, byInclude())).toMatchObject({ ok: true });
    expect(await status()).toBe(503);
    expect(workers().some((pid) => before.includes(pid))).toBe(false);
    expect(await probe(adapter, byInclude({ check: nginx.url }), {})).toBe('yes');
    expect(await probe(adapter, byInclude(open), {})).toBe('no');
    expect(await perform(adapter, byInclude({ ...open, check: nginx.url }))).toMatchObject({ ok: true });
    expect(await status()).toBe(200);
    expect(standing()).toBe(stood);
    expect(files('include').filter((name) => name.startsWith('.'))).toEqual([]);
    expect(await probe(adapter, byInclude(open), {})).toBe('yes');
  });

  test('a page that nginx refuses is taken away again; nothing is reloaded', async () => {
    writeFileSync(include(), '# of the shop\n');
    const before = workers();
    const performed = await perform(adapter, byInclude({ content: 'retrun 503;' }));
    expect(performed).toMatchObject({
      ok: false,
      class: 'error',
      reason: expect.stringContaining('unknown directive "retrun"'),
      lastWords: expect.stringContaining('include/shop.conf:1'),
    });
    expect(readFileSync(include(), 'utf8')).toBe('# of the shop\n');
    expect(files('include')).toEqual(['shop.conf']);
    expect(workers()).toEqual(before);
    expect(await status()).toBe(200);
  });

  test('what was there before is refused by now: it stays closed, and says why', async () => {
    writeFileSync(include(), 'set $shop 1;\n');
    await perform(adapter, byInclude());
    nginx.configure({
      ...usual,
      server: `${usual.server} location /x { return 200; }`,
      http: `${usual.http} map $uri $shop { default 1; }`,
    });
    writeFileSync(within('include/other.conf'), 'location /x { return 404; }');
    expect(await perform(adapter, byInclude(open))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('duplicate location "/x"'),
    });
    expect(readFileSync(include(), 'utf8')).toBe('return 503;\n');
    expect(await status()).toBe(503);
    rmSync(within('include/other.conf'));
    nginx.configure(usual);
    expect(await perform(adapter, byInclude(open))).toMatchObject({ ok: true });
    expect(readFileSync(include(), 'utf8')).toBe('set $shop 1;\n');
  });

  test('a reload that ends well and does nothing is not believed', async () => {
    const given = { reload: 'true', within: '300ms' };
    expect(await perform(adapter, byInclude(given))).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringContaining('still has its old workers'),
    });
    expect(await perform(adapter, byInclude({ ...given, check: nginx.url, nginx: ['env', 'nginx'] }))).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringContaining('is not closed: status 200 instead of 503, for 300 ms'),
    });
    expect(files('include')).toEqual(['.shop.conf.backout-marker', 'shop.conf']);
    expect(await perform(adapter, byInclude({ ...given, ...open }))).toMatchObject({ ok: false, class: 'check' });
    expect(files('include')).toEqual(['.shop.conf.backout-marker']);
  });

  test('a configuration that the master does not take, although it passes the test, is noticed', async () => {
    const taken = createTcpServer();
    const port = await listening(taken);
    nginx.configure({ ...usual, http: `${usual.http} server { listen 127.0.0.1:${port}; }` });
    const performed = await perform(adapter, byInclude({ within: '500ms' }));
    expect(performed).toMatchObject({ ok: false, class: 'check', reason: expect.stringContaining('error_log') });
    expect(await status()).toBe(200);
    // nginx tries to bind for 2.5 s; only then it has done with this reload.
    await until('nginx to give up', () => readFileSync(within('error.log'), 'utf8').includes('still could not bind'));
    taken.close();
  });

  test('interrupted before the reload: the next attempt finishes it, and what open means is not lost', async () => {
    writeFileSync(include(), '# of the shop\n');
    const first = await perform(adapter, byInclude({ reload: ['sh', '-c', 'echo no rights >&2; exit 4'] }));
    expect(first).toMatchObject({
      ok: false,
      reason: expect.stringContaining('ended with 4: no rights'),
      lastWords: 'no rights',
    });
    expect(await probe(adapter, byInclude({ check: nginx.url }), {})).toBe('no');
    const marker = readFileSync(within('include/.shop.conf.backout-marker'), 'utf8');
    expect(await perform(adapter, byInclude(), { key: 'another' })).toMatchObject({ ok: true });
    expect(readFileSync(within('include/.shop.conf.backout-marker'), 'utf8')).toBe(marker);
    expect(await status()).toBe(503);
    expect(await perform(adapter, byInclude(open))).toMatchObject({ ok: true });
    expect(standing()).toContain('# of the shop');
  });

  test('waits for requests that were begun before; closed is said when they have ended', async () => {
    const request = begin();
    await until('a held request', () => held.length > 0);
    const early = await perform(adapter, byInclude({ drainTimeout: '200ms' }));
    expect(early).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringContaining('still answer some that were begun before'),
    });
    const later = perform(adapter, byInclude());
    await until('a marker', () => files('include').length === 2);
    held[0]?.end('late');
    expect(await request).toBe('late');
    expect(detailOf(await later)).toContain('the old ones have ended');
  });

  test('cancelled, it ends at once and what it has begun can be finished', async () => {
    const stop = new AbortController();
    const slow = perform(adapter, byInclude({ reload: ['sleep', '30'] }), { signal: stop.signal });
    await until('the page', () => existsSync(include()));
    stop.abort();
    expect(await slow).toMatchObject({ ok: false, reason: expect.stringContaining('cancelled') });
    expect(await perform(adapter, byInclude())).toMatchObject({ ok: true });
    expect(await status()).toBe(503);
  });

  test('changed by somebody while it was closed: their work is not overwritten', async () => {
    await perform(adapter, byInclude());
    writeFileSync(include(), '# another release\n');
    for (const given of [byInclude(open), byInclude()]) {
      expect(await perform(adapter, given)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('was changed by somebody'),
      });
    }
    expect(readFileSync(include(), 'utf8')).toBe('# another release\n');
    rmSync(include());
    expect(await perform(adapter, byInclude(open))).toMatchObject({ ok: true });
    expect(files('include')).toEqual([]);
  });

  test('found closed without a marker: asks what open means, and takes the answer', async () => {
    writeFileSync(include(), 'return 503;\n');
    for (const given of [byInclude(), byInclude(open)]) {
      expect(await perform(adapter, given)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('`previous: absent`'),
      });
    }
    writeFileSync(within('before'), '# stated\n');
    expect(await perform(adapter, byInclude({ previous: within('before') }))).toMatchObject({ ok: true });
    expect(await perform(adapter, byInclude(open))).toMatchObject({ ok: true });
    expect(readFileSync(include(), 'utf8')).toBe('# stated\n');
    writeFileSync(within('flags/closed'), '');
    expect(await perform(adapter, byFlag(open))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('`previous: absent`'),
    });
    expect(await perform(adapter, byFlag({ ...open, previous: 'absent' }))).toMatchObject({ ok: true });
  });

  /** As an author writes it: the step that closes, with `open` in the place of `closed`, and without the page. */
  const openAlone = (more: JsonObject = {}) => {
    const { content: _, ...rest } = byInclude(open);
    return { ...rest, ...more };
  };

  test('opens without being told the page again: the marker knows it', async () => {
    writeFileSync(include(), '# of the shop\n');
    expect(await preflight(adapter, openAlone(), nginx.folder)).toMatchObject({ ok: true });
    expect(await perform(adapter, byInclude())).toMatchObject({ ok: true });
    expect(await probe(adapter, openAlone(), {})).toBe('no');
    expect(await perform(adapter, openAlone())).toMatchObject({ ok: true });
    expect([await status(), readFileSync(include(), 'utf8')]).toEqual([200, '# of the shop\n']);
    expect(await perform(adapter, byInclude())).toMatchObject({ ok: true });
    writeFileSync(include(), '# of somebody else\n');
    expect(await perform(adapter, openAlone())).toMatchObject({
      ok: false,
      reason: expect.stringContaining('was changed by somebody'),
    });
  });

  test('without the page and without a marker it takes nothing for open that it has not seen to be', async () => {
    expect(await perform(adapter, openAlone())).toMatchObject({ ok: true });
    writeFileSync(include(), 'return 503;\n');
    const before = workers();
    process.kill(nginx.pid, 'SIGHUP');
    await until('new workers', () => workers().every((pid) => !before.includes(pid)) && workers().length === 2);
    expect(await status()).toBe(503);
    const asked = openAlone({ check: nginx.url, within: '300ms' });
    expect([await probe(adapter, openAlone(), {}), await probe(adapter, asked, {})]).toEqual(['unknown', 'no']);
    expect(await perform(adapter, openAlone())).toMatchObject({
      ok: false,
      reason: expect.stringContaining('it is not known whether what stands in'),
    });
    expect(await perform(adapter, asked)).toMatchObject({ ok: false, reason: expect.stringContaining('is not open') });
    expect(readFileSync(include(), 'utf8')).toBe('return 503;\n');
  });

  test('open already, without a marker: succeeds and says so', async () => {
    expect(detailOf(await perform(adapter, byInclude(open)))).toContain('was open already, without a marker');
    expect(detailOf(await perform(adapter, byFlag(open)))).toContain('was open already, without a marker');
  });

  test('by a flag: closed for all but the operators, then open', async () => {
    expect(await preflight(adapter, byFlag(), nginx.folder)).toEqual({
      ok: true,
      checked: expect.anything(),
      uncovered: null,
    });
    expect(await perform(adapter, byFlag())).toMatchObject({
      ok: true,
      detail: expect.stringContaining('answers 503'),
    });
    expect(await status()).toBe(503);
    expect(await status('127.0.0.2')).toBe(200);
    expect(await probe(adapter, byFlag(), {})).toBe('yes');
    expect(await perform(adapter, byFlag(), { key: 'another' })).toMatchObject({ ok: true });
    expect(await perform(adapter, byFlag(open))).toMatchObject({ ok: true });
    expect(await status()).toBe(200);
    expect(files('flags')).toEqual([]);
  });

  test('a flag that nginx cannot see closes nothing, and that is said', async () => {
    chmodSync(within('flags'), 0o700);
    const performed = await perform(adapter, byFlag({ within: '300ms' }));
    expect(performed).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringContaining('may enter the folder of the flag'),
    });
    chmodSync(within('flags'), 0o755);
    expect(await perform(adapter, byFlag())).toMatchObject({ ok: true });
    chmodSync(within('flags'), 0o755);
    expect(statSync(within('flags/closed')).mode & 0o777).toBe(0o644);
  });

  test.each<readonly [string, () => JsonObject, string, string]>([
    [
      'no such program',
      () => byInclude({ nginx: 'ngnix', check: nginx.url }),
      'there is no program ngnix',
      'say in `nginx`',
    ],
    ['no such configuration', () => byInclude({ config: '/no/such.conf' }), 'no/such.conf', 'shows it'],
    ['a configuration that is refused as it stands', () => broken(), 'as it stands', '-t` shows it'],
    [
      'an include that is not read',
      () => byInclude({ include: within('elsewhere.conf') }),
      'does not read',
      'Add `include',
    ],
    ['an include in no folder', () => byInclude({ include: '/no/such/x.conf' }), 'no such file', 'may write there'],
    [
      'an include that is a folder',
      () => byInclude({ include: within('include') }),
      'neither a file nor a link',
      'name one file',
    ],
    [
      'no page',
      () => byInclude({ content: undefined, source: '/no/such' } as unknown as JsonObject),
      'no such file',
      'Correct `source`',
    ],
    ['a flag that nginx does not look at', () => byFlag({ flag: within('flags/other') }), 'does not look at', 'if (-f'],
    ['a flag that is a folder', () => byFlag({ flag: within('flags') }), 'not a file', 'Correct `flag`'],
    [
      'no place for the marker',
      () => byFlag({ marker: '/no/such/marker' }),
      'cannot be kept in /no/such',
      'Make that folder',
    ],
    ['a damaged marker', () => damaged(), 'not JSON', 'rm '],
    ['an nginx that does not run', () => stopped(), 'does not run', 'Start nginx'],
  ])('finds before anything is changed: %s', async (_, arrange, because, remedy) => {
    const given = arrange();
    const before = [...files('include'), ...files('flags')];
    const looked = await preflight(adapter, given, nginx.folder);
    expect(looked).toMatchObject({
      ok: false,
      reason: expect.stringContaining(because),
      remedy: expect.stringContaining(remedy),
    });
    // What the configuration says of a flag, `check` shows when it is done.
    if (!('flag' in given)) expect(await perform(adapter, given)).toMatchObject({ ok: false, class: 'error' });
    expect([...files('include'), ...files('flags')]).toEqual(before);
    expect(await status()).toBe(200);
  });

  test('a full disk: nothing is changed, and nothing is left', async () => {
    if (!mounted(within('include'))) return;
    try {
      writeFileSync(include(), '# of the shop\n');
      try {
        writeFileSync(within('include/filler'), Buffer.alloc(1_000_000));
      } catch {}
      const before = files('include');
      expect(await perform(adapter, byInclude())).toMatchObject({
        ok: false,
        reason: expect.stringContaining('the disk is full'),
      });
      expect(files('include')).toEqual(before);
      expect(await status()).toBe(200);
    } finally {
      execFileSync('umount', [within('include')]);
    }
  });

  test('refuses what makes no sense', () => {
    expect(complaints(adapter, { access: 'closed' })).toContain('`flag` or `include`');
    expect(complaints(adapter, byInclude({ source: 'x' }))).toContain('`content` or `source`');
    expect(complaints(adapter, { access: 'closed', include: 'x' })).toContain('`content` or `source` to close');
    expect(complaints(adapter, openAlone())).toBe('');
    expect(complaints(adapter, byFlag({ previous: 'x' }))).toContain('can only be absent');
    expect(complaints(adapter, byInclude({ nginx: ['docker', 'exec', 'web', 'nginx'] }))).toContain('give `check`');
    expect(complaints(adapter, byInclude({ nginx: ['sudo', '-n', 'nginx'] }))).toBe('');
  });

  function broken(): JsonObject {
    nginx.configure({ ...usual, server: 'nonsense;' });
    return byInclude();
  }

  function damaged(): JsonObject {
    writeFileSync(within('flags/.closed.backout-marker'), '{');
    return byFlag();
  }

  function stopped(): JsonObject {
    writeFileSync(within('other.conf'), readFileSync(nginx.config, 'utf8').replace('nginx.pid', 'other.pid'));
    return byInclude({ config: within('other.conf') });
  }
});

function mounted(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=755', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const detailOf = (performed: Performed): string => (performed.ok ? performed.detail : performed.reason);

/** Those that accept connections. */
function workers(): readonly number[] {
  const children = readFileSync(`/proc/${nginx.pid}/task/${nginx.pid}/children`, 'utf8').trim().split(' ').map(Number);
  return children.filter((pid) => {
    const title = titleOf(pid);
    return title.includes('worker process') && !title.includes('shutting down');
  });
}

/** Empty where it has ended by now. */
function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function standing(): string {
  if (!existsSync(include())) return '';
  const stat = lstatSync(include());
  if (stat.isSymbolicLink()) return `link ${execFileSync('readlink', [include()], { encoding: 'utf8' }).trim()}`;
  return `file ${(stat.mode & 0o777).toString(8)} ${stat.uid} ${readFileSync(include(), 'utf8')}`;
}

function status(from = '127.0.0.1'): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const asked = get(nginx.url, { agent: false, localAddress: from }, (answer) => {
    answer.resume();
    resolve(answer.statusCode ?? 0);
  });
  asked.once('error', reject);
  return promise;
}

/** A request that goes on until it is let go; what it got at last. */
function begin(): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  get(`${nginx.url}/hold`, { agent: false }, (answer) => text(answer).then(resolve, reject)).once('error', reject);
  return promise;
}
