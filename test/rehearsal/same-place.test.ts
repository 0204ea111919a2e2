/** Two places that are one, however they are called: links, folders in one another, names and addresses of one machine. */
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { atHost, path } from '../../adapters/places/kinds.ts';
import { placesByAdapter } from '../../adapters/places/table.ts';
import { samePlaces } from '../../src/cli/rehearsal/same-place.ts';
import type { AdapterPlace } from '../../src/ports/adapter.ts';
import { Site } from '../rig/site.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'prod.example': ['192.0.2.7', '2001:db8::7'],
  'alias.example': ['192.0.2.9', '2001:db8:0:0::7'],
  'other.example': ['192.0.2.8'],
  'here.example': ['127.0.1.1'],
};
const lookUp = async (name: string) => names[name] ?? Promise.reject(new Error('ENOTFOUND'));

const judged = async (rehearsed: AdapterPlace, real: AdapterPlace) => {
  const { isSame, notFound } = await samePlaces([rehearsed], [real], lookUp);
  return { same: isSame(rehearsed, real), notFound };
};
const server = (host: string, port: string | undefined = '80', beside = '') => atHost('server', host, port, beside);
const own = Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));

describe('servers', () => {
  test.each([
    ['prod.example', 'alias.example', true],
    ['prod.example', 'other.example', false],
    ['prod.example', '192.0.2.7', true],
    ['[::ffff:192.0.2.8]', 'other.example', true],
    ['[::ffff:7f00:1]', 'localhost', true],
    ['here.example', '127.0.0.1', true],
    [own.find((address) => !address.startsWith('127.') && address !== '::1') ?? '127.0.0.1', 'here.example', true],
  ])('%s and %s', async (one, other, same) => {
    expect(await judged(server(one), server(other))).toEqual({ same, notFound: [] });
    expect(await judged(server(other), server(one))).toEqual({ same, notFound: [] });
  });

  test('another port is another server, and nothing is looked up for it', async () => {
    expect(await judged(server('gone.example', '81'), server('alias.example', '80'))).toEqual({
      same: false,
      notFound: [],
    });
    expect((await judged(server('127.0.0.1', '5433', '/shop'), server('localhost', '5432', '/shop'))).same).toBe(false);
    expect((await judged(server('prod.example', '5432', '/a'), server('alias.example', '5432', '/b'))).same).toBe(
      false,
    );
  });

  test('a port that is not known may be any', async () => {
    expect((await judged(server('127.0.0.1', '3306'), atHost('server', 'here.example', undefined))).same).toBe(true);
  });

  test('what has no address here is named, and is compared by its name', async () => {
    expect(await judged(server('gone.example'), server('prod.example'))).toEqual({
      same: false,
      notFound: ['gone.example'],
    });
    expect(await judged(server('gone.example'), server('GONE.example.'))).toEqual({ same: true, notFound: [] });
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'backout-places-'));
    mkdirSync(join(folder, 'prod/sub'), { recursive: true });
    mkdirSync(join(folder, 'production'));
    writeFileSync(join(folder, 'prod/db'), '');
    linkSync(join(folder, 'prod/db'), join(folder, 'production/same-file'));
    symlinkSync(join(folder, 'prod'), join(folder, 'link'));
    symlinkSync('prod/not-yet', join(folder, 'dangling'));
    symlinkSync('round', join(folder, 'round'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['prod', 'prod/sub', true],
    ['link', 'prod', true],
    ['link/new/deeper', 'prod', true],
    ['link/sub', 'prod/sub/x', true],
    ['dangling', 'prod', true],
    ['dangling', 'prod/not-yet', true],
    ['production/same-file', 'prod/db', true],
    ['production', 'prod', false],
    ['prod/other', 'prod/sub', false],
    ['round', 'prod', false],
    ['staging/not-yet', 'prod/not-yet', false],
  ])('%s and %s', async (one, other, same) => {
    expect((await judged(path(one, folder), path(other, folder))).same).toBe(same);
    expect((await judged(path(other, folder, 'switch'), path(one, folder))).same).toBe(same);
  });
});

describe('files of other machines, and of this one by a login', () => {
  const target = (value: string) =>
    placesByAdapter.get('files/rsync')?.({ target: value }, { folder: '/plan', env: {} })?.[0];
  test.each([
    ['prod.example:/srv/prod', 'deploy@alias.example:/srv/prod/sub/', true],
    ['prod.example:/srv/x/../prod', 'prod.example:/srv/prod', true],
    ['prod.example:/srv/prod', 'alias.example:/srv/production', false],
    ['prod.example:/srv/prod', 'other.example:/srv/prod', false],
    ['localhost:/srv/prod', '/srv/prod/sub', true],
    ['localhost:/srv/prod', '/srv/staging', false],
  ])('%s and %s', async (one, other, same) => {
    const [a, b] = [target(one), target(other)];
    if (a === undefined || b === undefined) throw new Error('files/rsync says no place');
    expect([(await judged(a, b)).same, (await judged(b, a)).same]).toEqual([same, same]);
  });

  test('a path that an own adapter says without more', async () => {
    const said = (at: string): AdapterPlace => ({ kind: 'flag', at, isHere: true });
    expect((await judged(said('/srv/prod/flag'), said('/srv/prod'))).same).toBe(true);
    expect((await judged(said('unit a'), said('unit b'))).same).toBe(false);
  });
});

const guarded = (step: string, value: string) => `
name: guarded
withoutHealthChecks: x
parameters: { v: { type: string, required: true } }
phases: { restore: [{ id: a, ${step} }] }
rehearsal: { environment: staging, parameters: { v: '${value}' } }
`;

describe('the real program refuses', () => {
  const files = "uses: files/restore, with: { source: src, target: 'x/${{ params.v }}' }";
  test.each([
    ['prod/sub', 'prod'],
    ['prod', 'prod/sub'],
    ['prod', 'link'],
    ['prod', 'link/not-yet'],
  ])('production %s, rehearsed in %s', async (real, there) => {
    const site = new Site(guarded(files, there));
    site.write('x/prod/sub/data', 'live');
    site.write('src/data', 'old');
    symlinkSync('prod', site.path('x/link'));
    const { code, stderr } = await site.call(['rehearse', '.', '--yes', '--param', `v=${real}`]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('that it has in production')]);
    expect([site.runs, site.read('x/prod/sub/data')]).toEqual([[], 'live']);
  });

  test('a server by another name of this machine, and lets another port pass', async () => {
    const step = "uses: http/request, with: { url: 'http://${{ params.v }}/x', method: POST }, timeout: 5s";
    for (const name of [hostname(), '[::ffff:127.0.0.1]']) {
      const site = new Site(guarded(step, `${name}:9`));
      const { code, stderr } = await site.call(['rehearse', '.', '--yes', '--param', 'v=127.0.0.1:9']);
      expect([code, stderr]).toEqual([2, expect.stringContaining('the same machine as the web server localhost:9')]);
      expect((await site.call(['rehearse', '.', '--yes', '--param', 'v=127.0.0.1:10'])).code).toBe(1);
    }
  });
});
