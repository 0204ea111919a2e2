/** Services back on their images, with a double of docker and its compose plugin. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { adapter as dockerCompose } from '../../adapters/docker/compose/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { container, dockerDouble, idOf, pinned } from '../rig/servers/docker.ts';
import { serverFolder } from '../rig/servers/server.ts';
import { complaints, contextIn, parsed, probe as probeWith, runStep, workInPlace } from './rig/step.ts';

jest.setTimeout(60_000);
const adapter: Adapter = dockerCompose;

const { folder, remove } = serverFolder('docker');
const docker = dockerDouble(folder);
const env = { PATH: docker.path };
process.env.PATH = docker.path;
afterAll(remove);

const good = pinned('registry:5000/shop', '1');
const web = { images: { web: good }, directory: 'shop', within: '4s' };
const override = join(folder, 'shop', 'compose.backout.yaml');

const restore = (more: JsonObject = {}) => workInPlace(adapter, { ...web, ...more }, folder);
const probe = (more: JsonObject = {}) => probeWith(adapter, { ...web, ...more }, { env, folder });
const preflight = (more: JsonObject = {}) =>
  adapter.preflight(parsed(adapter, { ...web, ...more }), contextIn(folder, { env }));
const imagesRunning = () => docker.state().containers.map(({ Name, Image }) => `${Name} ${Image.slice(0, 9)}`);
const verbs = () =>
  docker
    .state()
    .calls.map((call) => call.find((word) => /^(?:pull|up)$/.test(word)))
    .filter(Boolean);

beforeEach(() => {
  rmSync(join(folder, 'shop'), { recursive: true, force: true });
  mkdirSync(join(folder, 'shop'));
  writeFileSync(
    join(folder, 'shop', 'compose.yaml'),
    '{"services": {"web": {"image": "shop:2"}, "db": {"image": "postgres:15"}}}\n',
  );
  writeFileSync(join(folder, 'shop', 'compose.override.yaml'), '{"services": {"web": {"ports": ["80:80"]}}}\n');
  docker.reset({
    images: { [good]: idOf('1') },
    containers: [container('shop', 'web', 'shop:2', idOf('2')), container('shop', 'db', 'postgres:15', idOf('5'))],
  });
});

describe('docker/compose', () => {
  test('brings a service back to its image, leaves the others, and proves it; in a process of its own', async () => {
    expect(await preflight()).toMatchObject({
      ok: true,
      checked: ['docker 28.2.2, compose 2.36.2', 'services web are in the project', `image ${good} is here`],
    });
    expect(await probe()).toBe('no');
    const ended = await runStep(adapter, web, folder);
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { containers: '1', override } });
    expect(imagesRunning().sort()).toEqual(['/shop-db-1 sha256:55', '/shop-web-1 sha256:11']);
    expect(JSON.parse(readFileSync(override, 'utf8'))).toEqual({
      services: { web: { image: good, pull_policy: 'missing' } },
    });
    expect(await probe()).toBe('yes');
  });

  test('gives docker compose all files that it would have found itself, and names the services', async () => {
    await restore();
    const up = docker.state().calls.find((call) => call.includes('up'));
    const at = (name: string) => `--file=${join(folder, 'shop', name)}`;
    expect(up).toEqual([
      'compose',
      `--project-directory=${join(folder, 'shop')}`,
      at('compose.yaml'),
      at('compose.override.yaml'),
      at('compose.backout.yaml'),
      ...['up', '--detach', '--no-build', '--no-deps', 'web'],
    ]);
  });

  test('pulls what is not here before anything is changed', async () => {
    docker.set({ images: {}, registry: { [good]: idOf('1') } });
    expect(await preflight()).toMatchObject({
      ok: true,
      checked: expect.arrayContaining([`image ${good} can be pulled`]),
    });
    expect(await restore()).toMatchObject({ code: 0 });
    expect(verbs()).toEqual(['pull', 'up']);
  });

  test.each([
    ['as docker compose writes it', `name: shop\nservices:\n  web:\n    image: ${good}\n`],
    ['as a mapping', JSON.stringify({ web: good })],
  ])('takes the digests from a file: %s', async (_, text) => {
    writeFileSync(join(folder, 'shop', 'lock.yaml'), text);
    const { images: __, ...rest } = web;
    const ended = await workInPlace(adapter, { ...rest, digests: 'shop/lock.yaml' }, folder);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(imagesRunning()).toContain('/shop-web-1 sha256:11');
  });

  test('a second attempt does nothing more, and one after an interruption goes on', async () => {
    await restore();
    expect(await restore()).toMatchObject({ code: 0, stdout: expect.stringContaining('already') });
    expect(verbs()).toEqual(['up']);
    docker.set({ containers: docker.state().containers.filter(({ Name }) => !Name.includes('web')) });
    expect(await probe()).toBe('no');
    expect(await restore()).toMatchObject({ code: 0 });
    expect(verbs()).toEqual(['up', 'up']);
  });

  test.each([
    ['ends well and has done nothing', { lazy: true }, 'runs shop:2'],
    ['starts what dies', { dying: [good] }, 'is restarting'],
    ['starts what does not get healthy', { healthChecks: true, unhealthy: true }, 'is unhealthy'],
  ])('is not believed where it %s', async (_, changes, because) => {
    docker.set(changes);
    const ended = await restore({ within: '1500ms' });
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('do not run from these images') });
    expect(ended.stderr).toContain(because);
    expect(await probe()).toBe('no');
  });

  test('waits until it is healthy', async () => {
    docker.set({ healthChecks: true });
    expect(await restore()).toMatchObject({ code: 0 });
  });

  test.each([
    ['no image', { images: { web: pinned('shop', '9') } }, {}, 'neither here nor to be had', 'docker pull'],
    ['no service', { images: { wbe: good } }, {}, 'has no service wbe', 'it has web, db'],
    ['no compose file', { directory: 'other' }, {}, 'there is no compose file', 'Correct `directory`'],
    ['a compose file that is not there', { files: 'x.yaml' }, {}, 'there is no compose file', 'Correct `directory`'],
    ['no engine', {}, { reachable: false }, 'engine does not answer', 'systemctl status docker'],
    ['no plugin', {}, { plugin: false }, 'no compose plugin', 'docker-compose-plugin'],
    ['no such context', { context: 'x' }, {}, 'no such context', 'docker context ls'],
  ])('says what is wrong before it changes anything: %s', async (_, more, changes, reason, remedy) => {
    docker.set(changes);
    const found = await preflight(more);
    expect(found).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason),
      remedy: expect.stringContaining(remedy),
    });
    expect(await restore(more)).toMatchObject({ code: 119 });
    expect(imagesRunning()).toContain('/shop-web-1 sha256:22');
    expect(verbs()).not.toContain('up');
  });

  test.each([
    ['no/such', undefined, 'no such file'],
    ['lock', 'services: { web: { image: "shop:2" } }', 'web.image: write the image with its digest'],
    ['lock', '{ x', 'Digests'],
    ['lock', 'services: {}', 'names no service'],
  ])('says what is wrong with the file of digests: %s %s', async (name, text, because) => {
    if (text !== undefined) writeFileSync(join(folder, 'shop', name), text);
    const { images: __, ...rest } = web;
    const found = await adapter.preflight(
      parsed(adapter, { ...rest, digests: `shop/${name}` }),
      contextIn(folder, { env }),
    );
    expect(found).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
  });

  test('a failing up leaves its words, and the folder that may not be written is found before', async () => {
    docker.set({ failing: 'Error response from daemon: driver failed programming external connectivity' });
    expect(await restore()).toMatchObject({ code: 1, stderr: expect.stringContaining('driver failed programming') });
    expect(await preflight({ override: '/proc/x/compose.yaml' })).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('`override`'),
    });
  });

  test('an image without a digest is refused', () => {
    expect(complaints(adapter, { images: { web: 'shop:2' } })).toContain('with its digest');
    expect(complaints(adapter, {})).toContain('give `images` or `digests`');
  });
});
