/** `--journal-copy`: what arrives is the journal, byte for byte, and trouble there holds nothing up. */
import { once } from 'node:events';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openJournalCopy } from '../../../src/runtime/home/journal-copy.ts';
import { sampleLines } from '../../journal/sample.ts';
import { atEnd, temporaryFolder } from './scratch.ts';

const lines = sampleLines();
const whole = lines.join('');
const longEnough = 20_000;

/** A journal that grows when told, its copy's target in the same folder, and the trouble that was told. */
function scene(target = 'copy.ndjson') {
  const folder = temporaryFolder();
  const journal = join(folder, 'journal.ndjson');
  writeFileSync(journal, '');
  const path = target.startsWith('tcp:') ? target : join(folder, target);
  const trouble: string[] = [];
  const open = () => openJournalCopy(journal, path, (message) => trouble.push(message));
  const grow = (line: string | undefined): number => {
    appendFileSync(journal, line ?? '');
    return statSync(journal).size;
  };
  return { journal, path, trouble, open, grow };
}

async function listen(connected: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    connected(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

describe('to a file', () => {
  test('follows line by line, and again where a run is resumed', async () => {
    const { path, trouble, open, grow } = scene();
    const first = open();
    first.grown(grow(lines[0]));
    first.grown(grow(lines[1]));
    expect(await first.close(longEnough)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(lines.slice(0, 2).join(''));
    const second = open();
    second.grown(grow(`${lines[2]}${lines[3]}`));
    expect(await second.close(longEnough)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(whole);
    expect(trouble).toEqual([]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('goes on behind half a line that an engine that was killed had left', async () => {
    const { path, open, grow } = scene();
    writeFileSync(path, whole.slice(0, 100));
    const copy = open();
    copy.grown(grow(whole));
    expect(await copy.close(longEnough)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(whole);
  });

  test('a file that holds something else is left alone, and said', async () => {
    const { path, trouble, open, grow } = scene();
    writeFileSync(path, 'my notes\n');
    const copy = open();
    copy.grown(grow(whole));
    expect(await copy.close(longEnough)).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('my notes\n');
    expect(trouble[0]).toBe(`The journal's copy ${path} lags: it holds something else than journals of runs`);
  });

  test('a copy that is longer than the journal is evidence that the journal was cut', async () => {
    const { path, trouble, open, grow } = scene();
    writeFileSync(path, whole);
    const copy = open();
    copy.grown(grow(lines[0]));
    expect(await copy.close(longEnough)).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe(whole);
    expect(trouble[0]).toContain('it holds more of this run than the journal: the journal was cut');
  });

  test('a place that is not there is told once, and nothing is thrown', async () => {
    const { trouble, open, grow } = scene('nowhere/copy.ndjson');
    const copy = open();
    for (const line of lines) copy.grown(grow(line));
    expect(await copy.close(longEnough)).toBe(false);
    expect(trouble.filter((message) => message.includes('ENOENT'))).toHaveLength(1);
    expect(trouble.at(-1)).toContain('it did not take everything before the engine left');
  });
});

describe('over TCP', () => {
  test('the whole journal arrives and ends', async () => {
    const received: Buffer[] = [];
    const ended = Promise.withResolvers<void>();
    const { port } = await listen((socket) =>
      socket.on('data', (bytes) => received.push(bytes)).on('end', () => ended.resolve()),
    );
    const { trouble, open, grow } = scene(`tcp://127.0.0.1:${port}`);
    const copy = open();
    for (const line of lines) copy.grown(grow(line));
    expect(await copy.close(longEnough)).toBe(true);
    await ended.promise;
    expect(Buffer.concat(received).toString()).toBe(whole);
    expect(trouble).toEqual([]);
  });

  test.each([1, 4])(
    'lost when %d of 4 lines were sent: the next connection carries all from the first entry',
    async (n) => {
      const received: Buffer[] = [];
      const lost = Promise.withResolvers<void>();
      const ended = Promise.withResolvers<void>();
      let connections = 0;
      const { port } = await listen((socket) => {
        if (++connections === 1) socket.once('data', () => socket.resetAndDestroy()).on('close', () => lost.resolve());
        else socket.on('data', (bytes) => received.push(bytes)).on('end', () => ended.resolve());
      });
      const { open, grow } = scene(`tcp://127.0.0.1:${port}`);
      const copy = open();
      copy.grown(grow(lines.slice(0, n).join('')));
      await lost.promise;
      if (n < 4) copy.grown(grow(lines.slice(n).join('')));
      expect(await copy.close(longEnough)).toBe(true);
      await ended.promise;
      expect(Buffer.concat(received).toString()).toBe(whole);
    },
  );

  test('a receiver that reads nothing does not hold the engine longer than it waits', async () => {
    const { port } = await listen((socket) => socket.pause());
    const { trouble, open, grow } = scene(`tcp://127.0.0.1:${port}`);
    const copy = open();
    copy.grown(grow('x'.repeat(30_000_000)));
    expect(await copy.close(100)).toBe(false);
    expect(trouble.at(-1)).toContain('it did not take everything');
  });

  test('nobody there: said, and nothing thrown', async () => {
    const { server, port } = await listen(() => {});
    server.close();
    await once(server, 'close');
    const { trouble, open, grow } = scene(`tcp://127.0.0.1:${port}`);
    const copy = open();
    copy.grown(grow(whole));
    expect(await copy.close(longEnough)).toBe(false);
    expect(trouble[0]).toContain('ECONNREFUSED');
  });

  test.each(['tcp://', 'tcp://host', 'tcp:host:1', 'tcp://host:0', 'tcp://host:99999', 'tcp://host:22/x'])(
    '%s is a fault of the call',
    (target) => {
      expect(() => openJournalCopy('/j', target, () => {})).toThrow(`"${target}" is no place for a journal's copy`);
    },
  );
});
