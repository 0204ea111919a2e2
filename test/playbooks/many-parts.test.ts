/**
 * The playbook on its scene: PostgreSQL, MariaDB, Redis, two folders, two name servers, nginx, a service over all of
 * them. That the parts are restored side by side and in order; the backup before last; and the failing twins: access
 * stays closed (P1), people are told (P2), `status` says the truth, and a retry goes on with what is left (P4).
 * One scene for all tests: each ends with everything back.
 */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { worlds } from '../../demo/scenes/many-parts/scene.ts';
import { canReport, ordersDigest, type World } from '../../demo/scenes/many-parts/world.ts';
import type { AttemptView, StepView } from '../../src/views/phase-view.ts';
import type { RunView } from '../../src/views/run-view.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { Players } from './rig/players.ts';

jest.setTimeout(120_000);

const name = 'many-parts';
const begun = 'Backout of CHG0500 has begun: the shop is being closed';
const done = 'Backout of CHG0500 is done: the shop is open';
const programs = ['initdb', 'pg_restore', 'mariadbd', 'redis-server', 'named', 'nsupdate', 'nginx'];
const parts = ['restore-postgres', 'restore-mariadb', 'restore-uploads', 'restore-documents'];

describeWith(programs, name, () => {
  let players: Players;
  let world: World;
  /** Mails of tests before. */
  let heard = 0;

  beforeAll(async () => {
    players = await Players.of(name);
    const found = worlds.get(players.stage);
    if (found === undefined) throw new Error('the scene has no world');
    world = found;
    players.edit(['every: 1s', 'every: 100ms']);
  });
  afterAll(() => players?.leave());
  beforeEach(() => {
    heard = players.subjects.length;
  });

  const told = () => players.subjects.slice(heard);
  const front = async () => (await fetch(world.nginx.url)).status;

  test('lacks nothing but a rehearsal, and a dry run changes nothing', async () => {
    const lint = await players.backout('lint', '--json', players.playbook);
    const found: readonly { readonly rule: string }[] = JSON.parse(lint.stdout);
    expect([lint.code, found.map(({ rule }) => rule)]).toEqual([0, ['no-fresh-rehearsal']]);
    const { code, view } = await players.run('--dry-run');
    expect([code, view.status]).toEqual([0, 'simulated']);
    const repair = damage(world.backups.pgPreviousDump);
    const damaged = await players.run('--dry-run');
    repair();
    expect([damaged.code, stepOf(damaged.view, 'restore-postgres').attempts[0]?.reason]).toEqual([
      1,
      expect.stringMatching(/^contingency restore-postgres-previous: /),
    ]);
    expect([await players.amiss(), told()]).toEqual([[], []]);
  });

  test('brings every part back, side by side and in order, and tells the Service Desk at both ends', async () => {
    await players.stage.goWrong();
    expect(await players.amiss()).toHaveLength(7);
    const { code, view } = await players.run('--yes');
    expect([code, view.status]).toEqual([0, 'succeeded']);
    expect(view.truth).toEqual({ access: 'open', data: 'restored', health: 'proven' });
    expect(await players.amiss()).toEqual([]);
    expect(told()).toEqual([begun, done]);

    const status = await players.backout('status', view.run, '--json');
    const shown = JSON.parse(status.stdout) as RunView;
    const spans = parts.map((part) => span(shown, part));
    const lastStart = Math.max(...spans.map(({ start }) => start));
    const firstEnd = Math.min(...spans.map(({ end }) => end));
    expect(lastStart).toBeLessThan(firstEnd);
    expect(span(shown, 'restore-redis').start).toBeGreaterThanOrEqual(span(shown, 'restore-postgres').end);
    const all = [...spans, span(shown, 'restore-redis')].map(({ end }) => end);
    expect(span(shown, 'switch-name').start).toBeGreaterThanOrEqual(Math.max(...all));
  });

  test('the backup before last stands in for a dump that is damaged, and the closing message says so', async () => {
    await players.stage.goWrong();
    const repair = damage(world.backups.pgDump);
    const { code, view } = await players.run('--yes', '--jobs', '1');
    repair();
    expect([code, view.status]).toEqual([6, 'succeeded-with-exceptions']);
    expect(view.truth).toEqual({ access: 'open', data: 'restored', health: 'proven' });
    expect(view.exceptions.join()).toMatch(
      /^restore-postgres was done by its contingency [a-z-]+, after it had failed/,
    );
    expect(stepOf(view, 'restore-postgres').accepted).toBe('contingency');
    // All but the orders of between the two dumps, and nothing else, is back.
    expect(await players.amiss()).toEqual(['PostgreSQL: every customer and order is as before the change']);
    expect(ordersDigest(world.postgres)).toBe(world.before.olderOrders);
    expect(told()).toEqual([begun, `${done}, with OLDER data in PostgreSQL`]);
    const { text = '' } = players.stage.desk.mailbox.at(-1) ?? {};
    expect(text).toMatch(/its data are those of the backup BEFORE LAST/);
    expect(text).toMatch(/ended as succeeded-with-exceptions/);
    const spans = [...parts.slice(1), 'restore-postgres-previous', 'restore-redis'].map((part) => span(view, part));
    spans.sort((one, other) => one.start - other.start);
    for (const [n, { start }] of spans.slice(1).entries()) expect(start).toBeGreaterThanOrEqual(spans[n]?.end ?? 0);
  });

  test('with both dumps damaged the service stays closed, and a retry goes on with what is left', async () => {
    await players.stage.goWrong();
    const repairs = [damage(world.backups.pgDump), damage(world.backups.pgPreviousDump)];
    const { code, view } = await players.run('--yes');
    for (const repair of repairs) repair();
    expect([code, view.status, view.failure?.step]).toEqual([1, 'failed', 'restore-postgres']);
    expect(view.truth.access).toBe('closed');
    expect([await front(), canReport(world)]).toEqual([503, false]);
    expect(told()[1]).toMatch(/HAS NOT SUCCEEDED/);
    expect(players.stage.desk.mailbox.slice(-1)[0]?.to).toEqual([
      'duty-manager@example.com',
      'servicedesk@example.com',
    ]);
    // What had begun beside it is finished; what needs it has not begun.
    expect(parts.slice(1).map((part) => stepOf(view, part).status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(['restore-redis', 'switch-name'].map((part) => stepOf(view, part).attempts)).toEqual([[], []]);
    expect(world.redis.cli('DBSIZE')).toBe('0');
    const status = await players.backout('status', view.run);
    expect(status.stdout).toMatch(/access is closed/);

    const retry = await players.backout('retry', view.run, 'restore-postgres', '--reason', 'the dump is repaired');
    expect([retry.code, retry.stderr]).toEqual([0, expect.stringMatching(/restore-redis/)]);
    expect(await players.amiss()).toEqual([]);
    expect(told().at(-1)).toBe(done);
    const after = JSON.parse((await players.backout('status', view.run, '--json')).stdout) as RunView;
    expect(parts.map((part) => stepOf(after, part).attempts.length)).toEqual([2, 1, 1, 1]);
  });

  test('a health check that fails keeps the service closed, whatever was restored; status says so', async () => {
    await players.stage.goWrong();
    players.edit(['successes: 3, every: 100ms, within: 2m', 'successes: 1, every: 100ms, within: 5s']);
    // No dump holds the logins of a server.
    world.postgres.sql('postgres', 'alter role shop nologin');
    const { code, view } = await players.run('--yes');
    expect([code, view.status, view.failure?.step]).toEqual([1, 'failed', 'service-is-well']);
    expect(view.truth).toEqual({ access: 'closed', data: 'restored', health: 'failing' });
    expect([await front(), canReport(world)]).toEqual([503, false]);
    expect(told()).toEqual([begun, expect.stringMatching(/HAS NOT SUCCEEDED/)]);
    const status = await players.backout('status');
    expect(status.stdout).toMatch(/access is closed, data is restored, health checks fail/);

    world.postgres.sql('postgres', 'alter role shop login');
    const retry = await players.backout('retry', view.run, 'service-is-well', '--reason', 'the role may log in again');
    expect([retry.code, await front(), await players.amiss()]).toEqual([0, 200, []]);
  });
});

/** Cut short, as by a disk that was full; the function that is given makes it whole again. */
function damage(dump: string): () => void {
  const whole = readFileSync(dump);
  truncateSync(dump, 3_000);
  return () => writeFileSync(dump, whole);
}

function stepOf({ phases }: RunView, id: string): StepView {
  const found = phases.flatMap(({ steps }) => steps).find((step) => step.id === id);
  if (found === undefined) throw new Error(`the run has no step ${id}`);
  return found;
}

/** When its last attempt ran. */
function span(view: RunView, id: string): { readonly start: number; readonly end: number } {
  const last: AttemptView | undefined = stepOf(view, id).attempts.at(-1);
  return { start: Date.parse(last?.startedAt ?? ''), end: Date.parse(last?.endedAt ?? '') };
}
