/** A git repository of a test, with settings of its own: nothing of who runs the test matters. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { path as pathOf } from './needs.ts';

export interface GitRepository {
  readonly folder: string;
  /** The first commit. */
  readonly commit: string;
  /** What it printed. */
  readonly git: (...args: readonly string[]) => string;
  /** Writes the files, commits all, and names the commit; its id. */
  readonly release: (tag: string, files: { readonly [path: string]: string }) => string;
}

export function gitRepository(folder: string, files: { readonly [path: string]: string }): GitRepository {
  mkdirSync(folder, { recursive: true });
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' };
  const git = (...args: readonly string[]): string =>
    execFileSync(pathOf('git'), args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const commit = (message: string, content: { readonly [path: string]: string }): string => {
    for (const [path, text] of Object.entries(content)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message', message);
    return git('rev-parse', 'HEAD');
  };
  git('init', '--quiet', '--initial-branch=main');
  for (const [name, value] of Object.entries({ 'user.name': 'Test', 'user.email': 'test@example.com' }))
    git('config', name, value);
  const first = commit('first', files);
  const release = (tag: string, content: { readonly [path: string]: string }): string => {
    const id = commit(tag, content);
    git('tag', tag);
    return id;
  };
  return { folder, commit: first, git, release };
}
