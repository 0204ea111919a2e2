/**
 * The photo service of the scene on one host: HTTP over the shared folder. It runs the release that `current` points at,
 * and takes up another one only when it is told to. What it needs comes in its environment (APP, SHARED, PORT_FILE).
 */
import { realpathSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { Photos } from './photos.ts';

interface Release {
  readonly start: (uploads: string, thumbnails: string) => void;
}

const { APP = '', SHARED = '', PORT_FILE = '' } = process.env;
const photos = new Photos(SHARED);
let running = '';

async function load(): Promise<void> {
  const folder = realpathSync(join(APP, 'current'));
  const release = (await import(pathToFileURL(join(folder, 'app.mts')).href)) as Release;
  release.start(photos.uploads, photos.thumbnails);
  running = basename(folder);
}

type Answer = readonly [status: number, body: string];

async function answerTo(request: IncomingMessage): Promise<Answer> {
  const { method = 'GET', url = '/' } = request;
  const [, kind = '', name = ''] = url.split('/');
  if (method === 'POST' && kind === 'reload') {
    await load();
    return [200, running];
  }
  if (method === 'PUT' && kind === 'photos') {
    photos.store(basename(name), await text(request));
    return [201, 'stored'];
  }
  if (kind === 'photos') return [200, photos.photo(basename(name))];
  if (kind === 'thumbnails') return [200, photos.thumbnail(basename(name))];
  if (kind === 'version') return [200, running];
  if (kind !== 'health') return [200, `${photos.names().length} photos`];
  const faults = photos.faults();
  return faults.length === 0 ? [200, 'well'] : [500, faults.join('; ')];
}

const server = createServer((request, response: ServerResponse) => {
  const send = ([status, body]: Answer) => response.writeHead(status).end(`${body}\n`);
  answerTo(request).then(send, (error: unknown) =>
    send([/ENOENT/.test(String(error)) && request.url !== '/reload' ? 404 : 500, String(error)]),
  );
});

await load();
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  writeFileSync(`${PORT_FILE}.part`, String(typeof address === 'object' && address !== null ? address.port : 0));
  renameSync(`${PORT_FILE}.part`, PORT_FILE);
});
