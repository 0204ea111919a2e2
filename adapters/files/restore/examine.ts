/** Read-only: is the backup there, readable and complete, and can it be put where it belongs? Shared by preflight and work. */
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { digestOf } from '../../support/digest.ts';
import { statOf } from '../../support/durable.ts';
import { bareDigest } from '../../support/fields.ts';
import { reasonOf } from '../../support/reason.ts';
import { tooLittleSpace } from '../../support/space.ts';
import { type Contents, contentsOf, type Packing, packingOf, programsFor } from './archive.ts';
import type { Order } from './input.ts';
import { type Manifest, parseManifest, some } from './manifest.ts';
import { mountsAt } from './mounts.ts';
import { sizeOfTree } from './tree.ts';

export interface Obstacle {
  readonly reason: string;
  readonly remedy: string;
}

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

export async function missingPrograms(programs: readonly string[]): Promise<Obstacle | null> {
  const { execa } = await import('execa');
  for (const program of programs) {
    const { failed, stdout } = await execa(program, ['--version'], { reject: false, stdin: 'ignore' });
    if (failed)
      return {
        reason: `The program ${program} is missing`,
        remedy: `Install it: apt-get install ${program === 'sync' || program === 'cp' ? 'coreutils' : program}`,
      };
    if (program === 'tar' && !stdout.includes('GNU tar'))
      return { reason: 'The tar here is not GNU tar', remedy: 'Install GNU tar.' };
  }
  return null;
}

/** Can the tree be put at its place? */
export async function examineTarget(order: Order, parent: string, bytes: number): Promise<Obstacle | null> {
  const { target, swap } = order;
  try {
    await access(parent, constants.W_OK | constants.X_OK);
  } catch (error) {
    return {
      reason: `${parent}, in which the target stands: ${reasonOf(error)}`,
      remedy: 'Make the folder, or run as a user who may write there.',
    };
  }
  const wrong = wrongKind(order);
  if (wrong !== null) return wrong;
  const mounts = swap === 'symlink' ? [] : await mountsAt(target);
  if (mounts[0] !== undefined) {
    const inside = mounts[0] === target ? 'is a mount point' : `has the mount point ${mounts[0]} inside`;
    return {
      reason: `Target ${target} ${inside}, so it cannot be swapped by renaming`,
      remedy: 'Restore a folder below it, or make the target a symbolic link and set `swap: symlink`.',
    };
  }
  const full = await tooLittleSpace(parent, bytes);
  return full === undefined
    ? null
    : { reason: full, remedy: 'Make room there; the old tree and the new one must both fit.' };
}

function wrongKind({ target, swap, backup }: Order): Obstacle | null {
  const there = statOf(target);
  if (target === dirname(target)) return { reason: 'The target is the root folder', remedy: 'Correct `target`.' };
  if (`${backup.path}/`.startsWith(`${target}/`)) {
    return {
      reason: `Backup ${backup.path} lies inside the target ${target}`,
      remedy: 'Move the backup out of the tree that it restores.',
    };
  }
  if (there === undefined) return null;
  if (swap === 'symlink' && !there.isSymbolicLink()) {
    return { reason: `Target ${target} is no symbolic link`, remedy: 'Make it one, or leave out `swap: symlink`.' };
  }
  if (swap === 'rename' && there.isSymbolicLink()) {
    return {
      reason: `Target ${target} is a symbolic link`,
      remedy: 'Set `swap: symlink`, or name the folder that it points at.',
    };
  }
  if (swap === 'rename' && !there.isDirectory())
    return { reason: `Target ${target} is not a folder`, remedy: 'Correct `target`.' };
  return null;
}
