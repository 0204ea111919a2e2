/** Trees of files, made and looked at. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function plant(root: string, files: { readonly [path: string]: string }): void {
  mkdirSync(root, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** Every file's content by its path; a link as `-> where`. */
export function harvest(root: string, below = ''): { readonly [path: string]: string } {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(root, below)).sort()) {
    const path = join(below, name);
    const stat = lstatSync(join(root, path));
    if (stat.isDirectory()) Object.assign(found, harvest(root, path));
    else
      found[path] = stat.isSymbolicLink()
        ? `-> ${readlinkSync(join(root, path))}`
        : readFileSync(join(root, path), 'utf8');
  }
  return found;
}

/** As sha256sum writes it. */
export function manifestOf(files: { readonly [path: string]: string }): string {
  return Object.entries(files)
    .map(([path, content]) => `${createHash('sha256').update(content).digest('hex')}  ./${path}\n`)
    .join('');
}

export function pack(archive: string, tree: string, ...options: readonly string[]): void {
  execFileSync('tar', ['--create', ...options, '--file', archive, '--directory', tree, '.']);
}

/** What a restore has left beside its target. */
export const leftovers = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.includes('.backout-'))
    .sort();
