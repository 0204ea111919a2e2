/**
 * Against a real HAProxy. Planted faults that were caught: maint without draining; sessions left running; the marker
 * written again by a second closing; `UP 1/3` taken for up; a refusal of HAProxy not heard.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, get, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/haproxy/server/index.ts';
import type { Performed } from '../../src/ports/adapter.ts';
import { type Haproxy, startHaproxy } from '../rig/servers/haproxy.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { until } from '../rig/until.ts';
import { newFolder } from './rig/folder.ts';
import { listening } from './rig/servers.ts';
import { complaints, contextIn, perform, preflight, probe } from './rig/step.ts';

/** Answers at once, but for /hold, which it holds until `held` is ended. */
const held: ServerResponse[] = [];
const web = createServer((request, response) => {
  if (request.url === '/hold') held.push(response);
  else response.end('shop');
});

let haproxy: Haproxy;
let markers: string;

describeWith(['haproxy'], 'haproxy/server', () => {
  beforeAll(async () => {
    const port = await listening(web);
    haproxy = await startHaproxy({
      backends: {
        shop: [
          `web1 127.0.0.1:${port} weight 20`,
          `web2 127.0.0.1:${port} weight 20`,
          `spare 127.0.0.1:${port} disabled`,
        ],
        checked: [`sound 127.0.0.1:${port} check inter 50ms`, 'ailing 127.0.0.1:9 check inter 400ms fall 2'],
      },
    });
  });
  afterAll(async () => {
    await haproxy?.stop();
    web.closeAllConnections();
    web.close();
  });
  beforeEach(() => {
    markers = join(newFolder(), 'marker');
  });
  afterEach(async () => {
    for (const response of held.splice(0)) response.end();
    for (const name of ['web1', 'web2']) {
      await say(`set server shop/${name} state ready`);
      await say(`set server shop/${name} weight 20`);
    }
    await say('set server shop/spare state maint');
  });

  const closing = (more = {}) => ({
    access: 'closed',
    socket: haproxy.socket,
    backend: 'shop',
    server: 'web1',
    marker: markers,
    ...more,
  });
  const openingOf = (more = {}) => closing({ access: 'open', ...more });

  test('closes a server, and opens it again as it was: state, weight, and no marker left', async () => {
    await say('set server shop/web1 weight 7');
    expect(await perform(adapter, closing())).toMatchObject({
      ok: true,
      outputs: { servers: 'web1', sessionsLeft: '0' },
    });
    expect(await states()).toMatchObject({ web1: 'maint 7', web2: 'ready 20', spare: 'maint 1' });
    expect(await probe(adapter, closing(), {})).toBe('yes');
    expect(await probe(adapter, openingOf(), {})).toBe('no');
    await say('set server shop/web1 weight 90');
    expect(await perform(adapter, openingOf())).toMatchObject({ ok: true });
    expect(await states()).toMatchObject({ web1: 'ready 7', web2: 'ready 20' });
    expect(readdirSync(join(markers, '..'))).toEqual([]);
    expect(await probe(adapter, openingOf(), {})).toBe('yes');
  });

  test('a later closing reuses the marker of the first one', async () => {
    await perform(adapter, closing());
    const marker = readFileSync(`${markers}.web1@shop`, 'utf8');
    expect(JSON.parse(marker)).toMatchObject({ adapter: 'haproxy/server', previous: { state: 'ready', weight: 20 } });
    await say('set server shop/web1 weight 3');
    expect(await perform(adapter, closing(), { key: 'another' })).toMatchObject({ ok: true });
    expect(readFileSync(`${markers}.web1@shop`, 'utf8')).toBe(marker);
    await perform(adapter, openingOf());
    expect(await states()).toMatchObject({ web1: 'ready 20' });
  });

  test('all of a backend: a server that was under repair stays so', async () => {
    const all = { server: undefined, servers: 'all', socket: haproxy.tcpSocket };
    expect(await perform(adapter, closing(all))).toMatchObject({ ok: true, outputs: { servers: 'web1, web2, spare' } });
    expect(await states()).toEqual({ web1: 'maint 20', web2: 'maint 20', spare: 'maint 1' });
    expect(await status('shop')).toBe(503);
    expect(await perform(adapter, openingOf(all))).toMatchObject({ ok: true });
    expect(await states()).toEqual({ web1: 'ready 20', web2: 'ready 20', spare: 'maint 1' });
    expect(await status('shop')).toBe(200);
  });

  test('waits until the sessions have ended, while new ones go elsewhere', async () => {
    await say('set server shop/web2 state maint');
    const before = begin();
    await before.started;
    await say('set server shop/web2 state ready');
    const closed = perform(adapter, closing());
    await eventually(async () => (await states()).web1 === 'drain 20');
    expect(await status('shop')).toBe(200);
    expect((await states()).web1).toBe('drain 20');
    held[0]?.end('late');
    expect(await before).toBe('late');
    expect(await closed).toMatchObject({ ok: true, outputs: { sessionsLeft: '0', sessionsEnded: '0' } });
  });

  test.each([
    ['ends', 'end', { sessionsLeft: '0', sessionsEnded: '1' }],
    ['lets go on, when told so,', 'keep', { sessionsLeft: '1', sessionsEnded: '0' }],
  ])('%s what is left after the limit', async (_, afterDrain, outputs) => {
    await say('set server shop/web2 state maint');
    const before = begin();
    await before.started;
    const given = closing({ drainTimeout: '100ms', afterDrain });
    expect(await perform(adapter, given)).toMatchObject({ ok: true, outputs });
    expect(await probe(adapter, given, {})).toBe('yes');
    expect((await states()).web1).toBe('maint 20');
    held[0]?.end('late');
    expect(await before).toBe(afterDrain === 'keep' ? 'late' : 'cut');
  });

  test('cancelled while it waits: it says how the server stands, and the next attempt goes on', async () => {
    await say('set server shop/web2 state maint');
    const before = begin();
    await before.started;
    const stop = new AbortController();
    const closed = perform(adapter, closing(), { signal: stop.signal });
    await eventually(async () => (await states()).web1 === 'drain 20');
    stop.abort();
    expect(await closed).toMatchObject({ ok: false, reason: expect.stringMatching(/cancelled/) });
    held[0]?.end('late');
    expect(await perform(adapter, closing())).toMatchObject({ ok: true });
    await perform(adapter, openingOf());
    expect(await states()).toMatchObject({ web1: 'ready 20' });
    await before;
  });

  test('found closed without a marker: asks what open means, and takes the answer', async () => {
    const spare = { server: 'spare' };
    for (const given of [closing(spare), openingOf(spare)]) {
      expect(await perform(adapter, given)).toMatchObject({
        ok: false,
        class: 'error',
        reason: expect.stringContaining('`previous: ready`'),
      });
      expect(await preflight(adapter, given)).toMatchObject({
        ok: false,
        remedy: expect.stringContaining('`previous: ready`'),
      });
    }
    expect(await states()).toMatchObject({ spare: 'maint 1' });
    expect(await perform(adapter, closing({ ...spare, previous: 'ready' }))).toMatchObject({ ok: true });
    expect(await perform(adapter, openingOf(spare))).toMatchObject({ ok: true });
    expect(await states()).toMatchObject({ spare: 'ready 1' });
  });

  test('open already, without a marker: succeeds and says so', async () => {
    expect(detailOf(await perform(adapter, openingOf()))).toContain('was open already, without a marker');
  });

  test('open is only what its health check says is up', async () => {
    await eventually(async () => (await say('show stat checked 4 -1')).includes('DOWN'));
    const both = { backend: 'checked', server: ['sound', 'ailing'] };
    await perform(adapter, closing(both));
    // It was down before: that it is down again is as it was.
    expect(await perform(adapter, openingOf(both))).toMatchObject({ ok: true });
    await perform(adapter, closing(both));
    const file = `${markers}.ailing@checked`;
    writeFileSync(file, readFileSync(file, 'utf8').replace('"up":false', '"up":true'));
    expect(await perform(adapter, openingOf({ ...both, within: '1s' }))).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringMatching(/server ailing is ready, but its health check says (?:UP 1\/2|DOWN)/),
    });
    expect(existsSync(file)).toBe(true);
  });

  test.each([
    ['no rights to change anything', () => ({ socket: haproxy.userSocket }), 'level user', 'level admin'],
    ['no such socket', () => ({ socket: '/no/such.sock' }), 'no such file', 'correct `socket`'],
    ['nothing behind host:port', () => ({ socket: '127.0.0.1:9' }), 'connection refused', 'See that HAProxy runs'],
    ['an unknown backend', () => ({ backend: 'shpo' }), 'no backend shpo', 'it has shop, checked'],
    ['an unknown server', () => ({ server: ['web1', 'web9'] }), 'no server web9', 'web1, web2, spare'],
    [
      'no place for the marker',
      () => ({ marker: '/no/such/marker' }),
      'cannot be kept in /no/such',
      'Make that folder',
    ],
    ['another marker', () => ({ marker: strange('{"schema":1}') }), 'no marker of a closed access', 'rm '],
  ])('finds before anything is changed: %s', async (_, more, because, remedy) => {
    const given = closing(more());
    const looked = await preflight(adapter, given);
    expect(looked).toMatchObject({
      ok: false,
      reason: expect.stringContaining(because),
      remedy: expect.stringContaining(remedy),
    });
    const before = readdirSync(join(markers, '..'));
    expect(await perform(adapter, given)).toMatchObject({ ok: false, class: 'error' });
    expect(await states()).toMatchObject({ web1: 'ready 20' });
    expect(readdirSync(join(markers, '..'))).toEqual(before);
  });

  test('refuses what makes no sense', () => {
    expect(complaints(adapter, closing({ server: undefined }))).toContain('`servers: all`');
    expect(complaints(adapter, closing({ servers: 'all' }))).toContain('`servers: all`');
    expect(complaints(adapter, closing({ server: 'web1; shutdown' }))).toContain('not a name');
    expect(complaints(adapter, closing({ socket: '127.0.0.1:9', marker: undefined }))).toContain('`marker`');
  });

  test('preflight says how the servers stand', async () => {
    const looked = await adapter.preflight(valid(closing()), contextIn('/'));
    expect(looked).toEqual({
      ok: true,
      checked: [expect.stringMatching(/^HAProxy \d.*level admin$/), 'backend shop: web1 ready (no check)'],
      uncovered: null,
    });
  });
});

function valid(given: object) {
  const parsed = adapter.input['~standard'].validate(given);
  if (parsed instanceof Promise || parsed.issues !== undefined) throw new Error('not valid');
  return parsed.value;
}

const detailOf = (performed: Performed): string => (performed.ok ? performed.detail : performed.reason);

function strange(content: string): string {
  writeFileSync(`${markers}.web1@shop`, content);
  return markers;
}

/** Straight to the socket, not by way of what is tested. */
async function say(command: string): Promise<string> {
  const socket = connect(haproxy.socket);
  socket.write(`${command}\n`);
  return text(socket);
}

/** State and weight of the servers of `shop`. */
async function states(): Promise<{ readonly [server: string]: string }> {
  const rows = (await say('show servers state shop')).split('\n').filter((line) => /^\d+ shop /.test(line));
  return Object.fromEntries(
    rows.map((row) => {
      const [, , , name, , , admin, weight] = row.split(' ');
      const state = (Number(admin) & 1) !== 0 ? 'maint' : (Number(admin) & 8) !== 0 ? 'drain' : 'ready';
      return [name, `${state} ${weight}`];
    }),
  );
}

async function status(backend: string): Promise<number> {
  return (await fetch(String(haproxy.urls[backend]))).status;
}

async function eventually(look: () => Promise<boolean>): Promise<void> {
  let seen = false;
  const looking = async () => {
    seen = await look();
  };
  let running = looking();
  await until('the state of a server', () => {
    if (!seen) running = running.then(looking);
    return seen;
  });
  await running;
}

interface Session extends Promise<string> {
  readonly started: Promise<void>;
}

/** A request that goes on until it is let go; what it got at last. */
function begin(): Session {
  const already = held.length;
  const { promise, resolve } = Promise.withResolvers<string>();
  get(`${haproxy.urls.shop}/hold`, { agent: false }, (answer) => {
    text(answer).then(
      (body) => resolve(answer.statusCode === 200 ? body : 'cut'),
      () => resolve('cut'),
    );
  }).once('error', () => resolve('cut'));
  const started = until('a held request', () => held.length > already).then(() => undefined);
  return Object.assign(promise, { started });
}
