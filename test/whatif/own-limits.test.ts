/** How long adapters wait by themselves: read off a plan's input or their schema, and as what no answer then counts. */
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { adapterNames, loadAdapter } from '../../adapters/registry.ts';
import type { Adapters } from '../../src/cli/load-adapters.ts';
import { ownLimits, withoutAnswer } from '../../src/cli/own-limits.ts';
import type { Json } from '../../src/kernel/json.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';
import { schemaAt } from '../../src/playbook/schema-walk.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { aStep } from '../support/plan-builder.ts';

jest.setTimeout(30_000);

const adapters: Adapters = new Map(
  await Promise.all(
    adapterNames.map(async (name): Promise<[string, Adapter]> => {
      const adapter = await loadAdapter(name);
      if (adapter === undefined) throw new Error(`no adapter ${name}`);
      return [name, adapter];
    }),
  ),
);

function limitOf(adapter: string, input: { readonly [key: string]: Json }, until: PlannedStep['until'] = null) {
  const action = { kind: 'adapter', adapter, input, cwd: null, env: {}, stdin: null } as const;
  return ownLimits(adapters)(aStep('health-checks', { id: 'a', action, until }));
}

const open = "${{ steps['a'].outputs.b }}";
const series = { successes: 1, everyMs: 2_000, withinMs: 60_000, failures: null, errors: null };

test.each<[string, { readonly [key: string]: Json }, PlannedStep['until'], ReturnType<typeof limitOf>]>([
  ['http', {}, null, { ms: 10_000, class: 'error' }],
  ['http', { url: open, timeout: '1m30s' }, null, { ms: 90_000, class: 'error' }],
  ['http', { timeout: open }, null, null],
  ['http/request', {}, null, { ms: 30_000, class: 'error' }],
  ['tcp', {}, null, { ms: 5_000, class: 'check' }],
  ['webhook', {}, null, null],
  ['files/restore', {}, null, null],
  ['http', { timeout: '8s' }, series, { ms: 68_000, class: 'error' }],
  ['http', { timeout: '8s' }, { ...series, errors: 3 }, { ms: 28_000, class: 'error' }],
  ['http', { timeout: '8s' }, { ...series, failures: 3 }, { ms: 68_000, class: 'error' }],
  ['tcp', { timeout: '8s' }, { ...series, failures: 2 }, { ms: 18_000, class: 'check' }],
  ['tcp', { timeout: '90s' }, series, { ms: 90_000, class: 'check' }],
])('%s %j', (adapter, input, until, expected) => {
  expect(limitOf(adapter, input, until)).toEqual(expected);
});

test('every check that has a timeout of its own is known', () => {
  const own = [...adapters.values()].filter((each) => each.readOnly && schemaAt(each.input, ['timeout']) !== undefined);
  expect(own.map(({ name }) => name).filter((name) => !Object.hasOwn(withoutAnswer, name))).toEqual([]);
  expect(own.length).toBeGreaterThan(5);
});

let silent: Server;
let port = 0;

beforeAll(async () => {
  silent = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});

afterAll(() => new Promise((resolve) => silent.close(resolve)));

test.each(['http', 'http/request', 'prometheus/query', 'redis/ping', 'tcp', 'tls'])(
  '%s: what takes a connection and never answers counts as it is imagined',
  async (name) => {
    const adapter = adapters.get(name);
    const url = `http://127.0.0.1:${port}`;
    const input: { readonly [adapter: string]: object } = {
      http: { url },
      'http/request': { url, method: 'POST', expect: { status: 200 } },
      'prometheus/query': { url, query: 'up', expect: { equals: 1 } },
      'redis/ping': { host: '127.0.0.1', port },
      tcp: { host: '127.0.0.1', port, expect: 'ready' },
      tls: { host: '127.0.0.1', port },
    };
    const parsed = await adapter?.input['~standard'].validate({ ...input[name], timeout: '60ms' });
    if (parsed === undefined || parsed.issues !== undefined) throw new Error(JSON.stringify(parsed?.issues));
    const context = { signal: new AbortController().signal, key: 'k', folder: '/', mode: 'real', env: {} } as const;
    const performed = await adapter?.perform?.(parsed.value, context);
    expect(performed).toMatchObject({ ok: false, class: withoutAnswer[name] });
  },
);
