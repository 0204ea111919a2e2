/** Puts the shop on its feet in a folder of its own, and takes it down again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Stock, stockShop } from './shop/stock.ts';

export interface Shop {
  readonly folder: string;
  readonly publicUrl: string;
  readonly internalUrl: string;
  /** Points `current` at a release, has the shop take it up, and resolves when it runs. */
  deploy(version: string): Promise<void>;
  close(): Promise<void>;
}

const here = fileURLToPath(new URL('./shop/', import.meta.url));

export async function openShop(folder: string, stock: Stock): Promise<Shop> {
  mkdirSync(folder, { recursive: true });
  stockShop(folder, stock);
  cpSync(join(here, 'releases'), join(folder, 'releases'), { recursive: true });
  pointAt(folder, '4.1.0');
  const server = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(here, 'server.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // A Ctrl-C is for the demo: it ends the backout first, and then the shop.
    detached: true,
  });
  const lines = announcements(server);
  await lines.next();
  const { publicPort, internalPort } = JSON.parse(readFileSync(join(folder, 'shop.json'), 'utf8'));
  return {
    folder,
    publicUrl: `http://127.0.0.1:${publicPort}`,
    internalUrl: `http://127.0.0.1:${internalPort}`,
    deploy: async (version) => {
      pointAt(folder, version);
      server.kill('SIGHUP');
      await lines.next();
    },
    close: () => end(server),
  };
}

/** Swapped by a rename, so that there is never a moment without a release. */
function pointAt(folder: string, version: string): void {
  symlinkSync(join('releases', version), join(folder, 'current.new'));
  renameSync(join(folder, 'current.new'), join(folder, 'current'));
}

/** The shop says a line whenever it has taken up a release. */
function announcements(server: ChildProcess): AsyncIterator<string> {
  if (server.stdout === null) throw new Error('the shop has no standard output');
  return createInterface({ input: server.stdout })[Symbol.asyncIterator]();
}

function end(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) resolve();
    server.once('exit', () => resolve());
    server.kill('SIGTERM');
  });
}
