/** Read-only: is the backup there, readable and complete? Shared by preflight and work. */
import { readFile, stat } from 'node:fs/promises';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { takeNewer, tooOld } from '../../support/age.ts';
import { digestOf } from '../../support/digest.ts';
import { statOf } from '../../support/durable.ts';
import { bareDigest } from '../../support/fields.ts';
import { missingPrograms, type Obstacle } from '../../support/programs.ts';
import { reasonOf } from '../../support/reason.ts';
import { sizeOfTree } from '../../support/tree/walk.ts';
import { some } from '../../support/words.ts';
import { type Contents, contentsOf, type Packing, packingOf, programsFor } from './archive.ts';
import type { Order } from './input.ts';
import { type Manifest, parseManifest } from './manifest.ts';

export interface Backup {
  /** Null for a folder. */
  readonly packing: Packing | null;
  readonly contents: Contents | null;
  readonly manifest: Manifest | null;
  readonly files: number;
  readonly bytes: number;
}

const obstacle = (reason: string, remedy: string) => err<Obstacle>({ reason, remedy });

export async function examineBackup(order: Order, signal?: AbortSignal): Promise<Result<Backup, Obstacle>> {
  const manifest = await readManifest(order.manifest);
  if (!manifest.ok) return manifest;
  const old = ageFault(order);
  if (old !== null) return obstacle(`Backup ${order.backup.path}: ${old}`, takeNewer);
  const backup = order.backup.kind === 'folder' ? await examineFolder(order) : await examineArchive(order, signal);
  if (!backup.ok) return backup;
  const { contents } = backup.value;
  const absent =
    contents === null ? [] : [...(manifest.value ?? new Map()).keys()].filter((path) => !contents.names.has(path));
  if (absent.length === 0) return ok({ ...backup.value, manifest: manifest.value });
  return obstacle(
    `${order.backup.path} does not hold what ${order.manifest} lists: missing ${some(absent)}`,
    'Take a backup and a manifest that belong together; `strip` leaves out leading folders.',
  );
}

/** One that cannot be looked at is named by what looks into it. */
function ageFault({ backup, newerThanMs }: Order): string | null {
  const found = statOf(backup.path);
  return found === undefined ? null : tooOld(found.mtime, newerThanMs);
}

async function readManifest(file: string | null): Promise<Result<Manifest | null, Obstacle>> {
  if (file === null) return ok(null);
  try {
    const manifest = parseManifest(await readFile(file, 'utf8'));
    if (manifest.ok) return manifest;
    return obstacle(
      `Manifest ${file}: ${manifest.error}`,
      'Make it again: find . -type f -exec sha256sum {} + > manifest.',
    );
  } catch (error) {
    return obstacle(`Manifest ${file}: ${reasonOf(error)}`, 'Correct `manifest`, or bring the file back.');
  }
}

type Examined = Result<Omit<Backup, 'manifest'>, Obstacle>;

async function examineFolder({ backup: { path } }: Order): Promise<Examined> {
  try {
    if (!(await stat(path)).isDirectory())
      return obstacle(`Backup ${path} is not a folder`, 'For a file use `archive`.');
    const size = await sizeOfTree(path);
    if (size.files === 0) return obstacle(`Backup ${path} holds no file`, 'Correct `source`.');
    return ok({ packing: null, contents: null, ...size });
  } catch (error) {
    return obstacle(`Backup ${path}: ${reasonOf(error)}`, 'Correct `source`, or bring the backup back.');
  }
}

async function examineArchive(order: Order, signal?: AbortSignal): Promise<Examined> {
  const { path } = order.backup;
  const another = 'Take another backup: this one cannot be restored.';
  const packing = await packingOf(path);
  if (!packing.ok) return obstacle(`Backup ${path}: ${packing.error}`, 'Correct `archive`, or bring the backup back.');
  if (order.checksum !== null) {
    const actual = await digestOf(path, signal);
    if (actual !== bareDigest(order.checksum))
      return obstacle(`Backup ${path} has the SHA-256 ${actual}, not ${order.checksum}`, another);
  }
  const missing = await missingPrograms(programsFor[packing.value]);
  if (missing !== null) return err(missing);
  const contents = await contentsOf({
    archive: path,
    packing: packing.value,
    strip: order.strip,
    ...(signal === undefined ? {} : { signal }),
  });
  if (!contents.ok) return obstacle(`Backup ${path}: ${contents.error}`, another);
  const { files, bytes } = contents.value;
  return ok({ packing: packing.value, contents: contents.value, files, bytes });
}
