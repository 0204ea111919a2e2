/**
 * The other shipped playbooks rehearsed on their scenes, which are staging here; production exists on paper alone. And a
 * drill of three failures at once.
 */
import { readFileSync } from 'node:fs';
import { afterEach, expect, jest, test } from '@jest/globals';
import type { Statement } from '../../src/journal/evidence/statement.ts';
import { Players } from '../playbooks/rig/players.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { productions } from './productions.ts';

jest.setTimeout(120_000);

let players: Players | undefined;

afterEach(() => players?.leave());

async function rehearsed(name: string, ...more: readonly string[]) {
  players = await Players.of(name);
  const { stage } = players;
  await stage.goWrong();
  players.env = Object.fromEntries(Object.entries(stage.env).map(([key, value]) => [`STAGING_${key}`, value]));
  // Which services: as the playbook says of its rehearsals.
  const there = Object.entries(stage.params).filter(([key]) => key !== 'services');
  const { code, stdout, stderr } = await players.backout(
    ...['rehearse', players.playbook, '--yes', '--json'],
    ...Object.entries(productions[name] ?? {}).flatMap(([key, value]) => ['--param', `${key}=${value}`]),
    ...there.flatMap(([key, value]) => ['--rehearsal-param', `${key}=${value}`]),
    ...more,
  );
  expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringContaining('"evidence"') });
  const { predicate }: Statement = JSON.parse(readFileSync(JSON.parse(stdout).evidence.path, 'utf8'));
  expect(stage.desk.mailbox.every(({ to }) => to.join() === 'rehearsals@example.com')).toBe(true);
  expect(players.subjects.every((subject) => subject.startsWith('[REHEARSAL in staging] '))).toBe(true);
  return { code, predicate, amiss: await players.amiss() };
}

describeWith(['initdb', 'nginx', 'restic'], 'cloud-failback', () => {
  test('is rehearsed with all services, whichever are named for production', async () => {
    const { code, predicate, amiss } = await rehearsed('cloud-failback');
    expect([code, predicate.result, predicate.coverage.done]).toEqual([0, 'PASSED', predicate.coverage.of]);
    // The scene leaves the wiki in the cloud; the rehearsal has taken it home too.
    expect(amiss).toEqual(['the wiki is still served from the cloud', 'nothing of the wiki was touched']);
  });
});

describeWith(['initdb', 'haproxy', 'named', 'nsupdate'], 'datacenter-failback', () => {
  test('is rehearsed between two sites of staging', async () => {
    const { code, predicate, amiss } = await rehearsed('datacenter-failback');
    expect([code, predicate.result, predicate.coverage.done]).toEqual([0, 'PASSED', predicate.coverage.of]);
    expect(amiss).toEqual([]);
  });
});

describeWith(['initdb', 'mariadbd', 'redis-server', 'named', 'nsupdate', 'nginx'], 'many-parts', () => {
  test('gets over three failures in one drill: the backup before last, a probe, another engine', async () => {
    const drill = ['restore-postgres:fail', 'restore-mariadb:unknown', 'restore-redis:kill-engine'];
    const { code, predicate, amiss } = await rehearsed('many-parts', ...drill.flatMap((one) => ['--inject', one]));
    expect([code, predicate.kind, predicate.result]).toEqual([6, 'drill', 'PASSED']);
    expect(Object.fromEntries(predicate.injected.map(({ step, ended }) => [step, ended]))).toEqual({
      'restore-postgres': 'its contingency stood in',
      'restore-mariadb': 'the step succeeded',
      'restore-redis': 'another engine took the run up; the step succeeded',
    });
    expect(amiss).toEqual(['PostgreSQL: every customer and order is as before the change']);
  });
});
