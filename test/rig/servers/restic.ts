/**
 * A restic repository of a test. It is written by hand, so that its key costs nothing to open: one that `restic init`
 * makes takes half a second of every call. Owns: the repository. Does not own: what is backed up.
 */
import { execFileSync } from 'node:child_process';
import { createCipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { path as pathOf } from './program.ts';

export interface Repository {
  readonly path: string;
  readonly password: string;
  /** Of `what` in `folder`, relative or absolute; resolves with the id of the snapshot. */
  readonly backup: (folder: string, what: string, options?: BackupOptions) => string;
  /** Any other call, e.g. `['snapshots']`; what it printed. */
  readonly restic: (args: readonly string[], folder?: string) => string;
}

export interface BackupOptions {
  readonly host?: string;
  readonly tag?: string;
  /** `2026-11-20 04:00:00`, local time. */
  readonly time?: string;
}

export function resticRepository(path: string, password = 'very-secret'): Repository {
  writeRepository(path, password);
  const env = { ...process.env, RESTIC_REPOSITORY: path, RESTIC_PASSWORD: password, XDG_CACHE_HOME: `${path}-cache` };
  const restic = (args: readonly string[], cwd = path): string =>
    execFileSync(pathOf('restic'), args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const backup = (folder: string, what: string, options: BackupOptions = {}): string => {
    const more = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const said = restic(['backup', '--json', ...more, '--', what], folder);
    return /"snapshot_id":"([0-9a-f]+)"/.exec(said)?.[1] ?? '';
  };
  return { path, password, restic, backup };
}

interface Key {
  readonly encrypt: Buffer;
  readonly k: Buffer;
  readonly r: Buffer;
}

const newKey = (bytes = randomBytes(64)): Key => {
  const r = Buffer.from(bytes.subarray(48, 64));
  for (const at of [3, 7, 11, 15]) r[at] = (r[at] ?? 0) & 15;
  for (const at of [4, 8, 12]) r[at] = (r[at] ?? 0) & 252;
  return { encrypt: bytes.subarray(0, 32), k: bytes.subarray(32, 48), r };
};

/** As in restic's design document: https://restic.readthedocs.io/en/stable/100_references.html */
function writeRepository(path: string, password: string): void {
  for (const folder of ['index', 'keys', 'locks', 'snapshots']) mkdirSync(join(path, folder), { recursive: true });
  for (let n = 0; n < 256; n += 1) mkdirSync(join(path, 'data', n.toString(16).padStart(2, '0')), { recursive: true });
  const master = newKey();
  const config = { version: 2, id: randomBytes(32).toString('hex'), chunker_polynomial: '25b468838dcb75' };
  writeFileSync(join(path, 'config'), sealed(master, Buffer.from(JSON.stringify(config))));
  const [N, r, p, salt] = [2, 1, 1, randomBytes(64)];
  const own = newKey(scryptSync(password, salt, 64, { N, r, p }));
  const text = (bytes: Buffer) => bytes.toString('base64');
  const secret = { mac: { k: text(master.k), r: text(master.r) }, encrypt: text(master.encrypt) };
  const data = text(sealed(own, Buffer.from(JSON.stringify(secret))));
  const created = '2026-01-01T00:00:00Z';
  const key = { created, username: 'test', hostname: 'test', kdf: 'scrypt', N, r, p, salt: text(salt), data };
  const content = JSON.stringify(key);
  writeFileSync(join(path, 'keys', createHash('sha256').update(content).digest('hex')), content);
}

/** Nonce, AES-256-CTR, Poly1305-AES. */
function sealed(key: Key, plain: Buffer): Buffer {
  const nonce = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', key.encrypt, nonce);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  const aes = createCipheriv('aes-128-ecb', key.k, null).setAutoPadding(false);
  return Buffer.concat([nonce, body, poly1305(body, key.r, aes.update(nonce))]);
}

function poly1305(message: Buffer, r: Buffer, s: Buffer): Buffer {
  const number = (bytes: Buffer) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const prime = (1n << 130n) - 5n;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = Buffer.concat([message.subarray(at, at + 16), Buffer.from([1])]);
    sum = ((sum + number(block)) * number(r)) % prime;
  }
  const tag = sum + number(s);
  return Buffer.from(Array.from({ length: 16 }, (_, at) => Number((tag >> BigInt(8 * at)) & 255n)));
}
